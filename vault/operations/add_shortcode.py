"""Add an M-Pesa shortcode with its credentials, sealed to its row."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import secrets, states
from core.refusals import Refused
from gateways import registry
from vault.models import Partner, Shortcode, ShortcodeKind
from vault.models.shortcode import TPS_LIMIT_DEFAULT
from vault.rules import names

CERTIFICATE_BYTES_MAX = 65_536
TEXT_LENGTH_MAX = 100
SECRET_LENGTH_MAX = 500
PASSWORD_BYTES_MAX = 200
TPS_LIMIT_MAX = 1_000
KINDS = (ShortcodeKind.PAYBILL, ShortcodeKind.TILL)
_NUMBER = re.compile(r"[0-9]{5,7}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The secrets of a shortcode. `passkey` is needed for collecting only."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    initiator_password: str = field(repr=False)
    passkey: str = field(default="", repr=False)


def add_shortcode(
    *,
    number: str,
    partner_id: UUID,
    kind: str,
    initiator_name: str,
    credentials: Credentials,
    certificate: bytes,
    actor: str,
    at: datetime,
    tps_limit: int = TPS_LIMIT_DEFAULT,
    low_float_minor: int = 0,
) -> Shortcode:
    """The new shortcode. Raises Refused naming the field that is wrong."""
    if not _NUMBER.fullmatch(number):
        raise Refused(f"{number[:20]!r} is not 5 to 7 digits, such as 600111", field="number")
    if kind not in KINDS:
        raise Refused("use paybill or till", field="kind")
    check_terms(
        initiator_name=initiator_name, tps_limit=tps_limit, low_float_minor=low_float_minor
    )
    for name, value in vars(credentials).items():
        if name != "passkey" or value:
            check_secret(name=name, value=value)
    if not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(
            f"there is no partner {partner_id}: add_partner prints the id", field="partner"
        )
    row = Shortcode(
        number=number,
        partner_id=partner_id,
        kind=kind,
        initiator_name=initiator_name,
        certificate=pem_of(certificate=certificate),
        tps_limit=tps_limit,
        low_float_minor=low_float_minor,
        created_at=at,
    )
    row.sealed_credentials = secrets.seal(vars(credentials), context=row.context)
    try:
        with transaction.atomic():
            states.begin([row], at=at, because=f"added for partner {partner_id}", actor=actor)
    except IntegrityError:
        raise Refused(
            f"{number} is there already: each shortcode is added once", field="number"
        ) from None
    return row


def check_terms(*, initiator_name: str, tps_limit: int, low_float_minor: int) -> None:
    """Raises Refused naming the field that is wrong."""
    problem = names.problem_of(initiator_name, length_max=TEXT_LENGTH_MAX, example="apiop")
    if problem:
        raise Refused(problem, field="initiator")
    if not 1 <= tps_limit <= TPS_LIMIT_MAX:
        raise Refused(f"write 1 to {TPS_LIMIT_MAX} calls a second, such as 20", field="tps-limit")
    if low_float_minor < 0:
        raise Refused("write 0 or more shillings, such as 50000", field="low-float")


def check_secret(*, name: str, value: str) -> None:
    """Raises Refused naming the secret that is wrong, never its value."""
    problem = names.problem_of(value, length_max=SECRET_LENGTH_MAX, example="a1B2")
    if name == "initiator_password" and len(value.encode(errors="replace")) > PASSWORD_BYTES_MAX:
        # It is encrypted under M-Pesa's key, which takes no more (daraja.md 6).
        problem = (
            problem or f"has more than {PASSWORD_BYTES_MAX} bytes: give M-Pesa's, such as a1B2"
        )
    if problem:
        raise Refused(problem, field=name.replace("_", "-"))


def pem_of(*, certificate: bytes) -> str:
    """The PEM text of a PEM or DER file. Raises Refused."""
    if not certificate:
        raise Refused("the file is empty: give the .cer file from the portal", field="certificate")
    if len(certificate) > CERTIFICATE_BYTES_MAX:
        raise Refused(
            f"the file has more than {CERTIFICATE_BYTES_MAX} bytes: give the .cer file from "
            "the portal",
            field="certificate",
        )
    try:
        return registry.read_certificate(certificate)
    except ValueError as error:
        raise Refused(str(error), field="certificate") from error
