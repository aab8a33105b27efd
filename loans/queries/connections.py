"""Reads: Mifos X connections, and where Mifos X sends its web hooks."""

from uuid import UUID

from django.db.models import QuerySet

from core.callers import Caller
from core.models import Step
from core.refusals import Refused
from gateways import inbox, registry
from loans.models import LoanTracking, MifosConnection
from loans.rules import connection_values
from loans.rules.connection_values import ConnectionValues
from vault.models import Partner, Shortcode

HOOK_KIND = "loan"
# What only the details of a confirmation name: which host was agreed to.
CONFIRMED_STEP = "host"
TAKEN = (
    "another partner reads the loans of this tenant already, and both would pay each loan twice: "
    "name the partner's own tenant"
)


class NoSuchConnection(Refused):
    """There is none, or it is not theirs to see."""


def visible(caller: Caller) -> QuerySet[MifosConnection]:
    """Those of the caller's partners, by partner."""
    rows = MifosConnection.objects.select_related("partner", "shortcode").order_by("partner__name")
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def of_partner(partner_id: UUID, caller: Caller) -> MifosConnection:
    """The partner's connection. Raises NoSuchConnection."""
    row = visible(caller).filter(partner_id=partner_id).first()
    if row is None:
        raise NoSuchConnection(
            f"partner {partner_id} has no Mifos X: mifos_connection adds one", field="partner"
        )
    return row


def partner_named(text: str, caller: Caller) -> Partner:
    """The partner of this name or id. Raises Refused."""
    rows = Partner.objects.all()
    if caller.partners is not None:
        rows = rows.filter(pk__in=caller.partners)
    found = rows.filter(name=text).first() or rows.filter(name__iexact=text).first()
    if found is None and (id_ := _as_id(text)):
        found = rows.filter(pk=id_).first()
    if found is None:
        raise Refused(
            f"there is no partner {text[:60]!r}: write its name or id, as manage.py partners "
            "prints them",
            field="partner",
        )
    return found


def values_of(row: MifosConnection) -> ConnectionValues:
    """As it is set now; the password is left as it is."""
    return ConnectionValues(
        host=row.host, tenant=row.tenant, username=row.username, ca_bundle=row.ca_bundle,
        time_zone=row.time_zone, version_override=row.version_override,
        payment_type_name=row.payment_type_name, office_name=row.office_name,
        shortcode=row.shortcode.number if row.shortcode else "",
        requests_per_minute=row.requests_per_minute,
    )  # fmt: skip


def digest_of(row: MifosConnection) -> str:
    """What a person agrees to when they confirm it."""
    return connection_values.digest(
        host=row.host, tenant=row.tenant, username=row.username, ca_bundle=row.ca_bundle,
        shortcode=row.shortcode.number if row.shortcode else "",
    )  # fmt: skip


def set_by(row: MifosConnection) -> frozenset[str]:
    """Who wrote any part of what is to be confirmed since it was confirmed last, in small letters.

    Whoever changed the rest of it afterwards did not set the host.
    """
    steps = Step.objects.filter(subject_type=type(row).__name__, subject_id=str(row.pk))
    told = {connection_values.label(name) for name in connection_values.CONFIRMED}
    found = {step.actor for step in steps.order_by("id")[:1]}  # who added it
    for step in steps.exclude(details={}).order_by("id"):
        if CONFIRMED_STEP in step.details:
            found.clear()
        elif told & set(step.details.get("new", {})):
            found.add(step.actor)
    return frozenset(actor.casefold() for actor in (*found, row.changed_by))


def is_taken(row: MifosConnection) -> bool:
    """Whether another partner is at the same tenant: both would pay each loan."""
    place = connection_values.place(row.host, row.tenant)
    others = MifosConnection.objects.exclude(partner_id=row.partner_id)
    found = others.filter(tenant__iexact=row.tenant).values_list("host", "tenant")
    return any(connection_values.place(host, tenant) == place for host, tenant in found)


def missing_to_pay(row: MifosConnection) -> list[str]:
    """What keeps its loans from being paid by themselves, but for the switch; in words."""
    missing = [TAKEN] if is_taken(row) else []
    if not row.confirmed_by:
        missing.append(
            f"the address is not confirmed: another person than {row.changed_by} must do that"
        )
    if not row.is_mifos_configured:
        missing.append("Test connection has not found everything in order yet")
    if pays_from(row) is None:
        missing.append(
            "the partner has no active paybill or till, or several: choose the shortcode"
        )
    return missing


def pays_from(row: MifosConnection) -> Shortcode | None:
    """What its loans are paid from: the chosen shortcode, else the partner's only one."""
    own = Shortcode.objects.of_mpesa().filter(partner_id=row.partner_id, is_active=True)
    if row.shortcode_id is not None:
        own = own.filter(pk=row.shortcode_id)
    found = list(own[:2])
    return found[0] if len(found) == 1 else None


def also_tracked_by(loan: LoanTracking, row: MifosConnection) -> Partner | None:
    """Another partner that tracks the same loan of the same tenant; None where there is none."""
    same = MifosConnection.objects.filter(host=row.host, tenant=row.tenant)
    others = same.exclude(partner=row.partner_id).values("partner")
    found = LoanTracking.objects.filter(loan_id=loan.loan_id, partner__in=others)
    tracked = found.select_related("partner").first()
    return tracked.partner if tracked else None


def seen_product_ids(partner_id: UUID) -> set[int]:
    """The products of all loans that were ever seen of the partner."""
    rows = LoanTracking.objects.filter(partner_id=partner_id)
    return set(rows.order_by().values_list("product_id", flat=True).distinct())


def hook_url(connection: MifosConnection) -> str:
    """Where its web hooks go: secret, lasting, and it says whose they are (fineract.md 6.1)."""
    provider = registry.loan_provider()
    secret = inbox.standing_secret(
        provider=provider, kind=HOOK_KIND, subject=str(connection.partner_id)
    )
    return inbox.callback_url(provider=provider, kind=HOOK_KIND, secret=secret)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
