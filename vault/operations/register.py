"""Register with M-Pesa, once for each shortcode: where payments are told, and Pull (5.4, 5.5)."""

import re
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from core import phones, states
from core.callers import Caller
from core.refusals import Refused
from core.secrets import CannotOpen
from gateways import registry
from gateways.errors import Declined, GatewayError
from gateways.interface import Collector, Exchange, PaymentUrls, PullRegistration, Registered
from gateways.models import Call
from gateways.validation import unanswered
from vault.models import Collection, Shortcode
from vault.queries import collecting

PERMISSION = "vault.change_collection"
URLS_KIND, PULL_KIND = "register_urls", "register_pull"
_NUMBER = re.compile(r"[0-9]{5,7}", re.ASCII)


def register_urls(
    *, number: str, caller: Caller, at: datetime, business_number: str | None = None
) -> Collection:
    """Have payments to the shortcode told at its own lasting addresses.

    `business_number`: of a till, the head office or store it acts under. Raises Refused, also
    where addresses are registered already: only Safaricom changes them.
    """
    set_up = _set_up(number, caller, business_number=_business_number(business_number))
    urls = payment_urls(shortcode=set_up.shortcode)
    _call(set_up.shortcode, URLS_KIND, lambda collector: collector.register_urls(urls))
    return _note(set_up, "addresses for payments were registered", caller, at,
                 urls_registered_at=at)  # fmt: skip


def register_pull(
    *, number: str, nominated_msisdn: str, caller: Caller, at: datetime
) -> Collection:
    """Allow Pull Transactions. `nominated_msisdn` is the line in the shortcode's papers.

    Raises Refused. It may be repeated: M-Pesa says that it is registered already.
    """
    try:
        msisdn = phones.normal_form(nominated_msisdn)
    except phones.BadPhone as error:
        raise Refused(str(error), field="nominated") from error
    set_up = _set_up(number, caller)
    registration = PullRegistration(
        nominated_msisdn=msisdn,
        url=collecting.address_of(shortcode=set_up.shortcode, kind=collecting.CONFIRMATION),
    )
    _call(set_up.shortcode, PULL_KIND, lambda collector: collector.register_pull(registration))
    return _note(set_up, "Pull Transactions was registered", caller, at,
                 nominated_msisdn=msisdn, pull_registered_at=at)  # fmt: skip


def payment_urls(*, shortcode: Shortcode) -> PaymentUrls:
    """What is registered: the same every time, as long as SECRET_KEY is (decision 15)."""
    return PaymentUrls(
        validation=collecting.address_of(shortcode=shortcode, kind=collecting.VALIDATION),
        confirmation=collecting.address_of(shortcode=shortcode, kind=collecting.CONFIRMATION),
        unanswered=unanswered(),
    )


def _business_number(text: str | None) -> str | None:
    if text and not _NUMBER.fullmatch(text):
        raise Refused(f"{text[:20]!r} is not 5 to 7 digits, such as 600100",
                      field="business-number")  # fmt: skip
    return text


def _set_up(number: str, caller: Caller, *, business_number: str | None = None) -> Collection:
    caller.demand(PERMISSION)
    shortcode = Shortcode.objects.of_mpesa().filter(number=number).first()
    if shortcode is None or not caller.may_touch(shortcode.partner_id):
        raise Refused(f"there is no shortcode {number[:20]}", field="number")
    set_up, _ = Collection.objects.get_or_create(shortcode=shortcode)
    if business_number is not None and business_number != set_up.business_number:
        set_up.business_number = business_number
        set_up.save(update_fields=["business_number"])
    return set_up


def _call(shortcode: Shortcode, kind: str, ask: Callable[[Collector], Registered]) -> None:
    """One call, logged, outside of any transaction. Raises Refused."""
    try:
        collector = registry.collector(collecting.access_of(shortcode))
        exchange = ask(collector).exchange
    except CannotOpen as error:
        raise Refused(str(error), field="number") from error
    except GatewayError as error:
        if error.exchange is not None:
            _log(error.exchange, shortcode, kind)
        stands = "nothing was registered" if isinstance(error, Declined) else "try again"
        raise Refused(f"M-Pesa did not register it: {error}; {stands}", field="number") from error
    _log(exchange, shortcode, kind)


def _log(exchange: Exchange, shortcode: Shortcode, kind: str) -> None:
    Call.objects.from_exchange(
        exchange, provider=registry.collected_by(), kind=kind, shortcode=shortcode.number,
        subject_id=str(shortcode.pk),
    ).save()  # fmt: skip


def _note(
    set_up: Collection, text: str, caller: Caller, at: datetime, **changes: object
) -> Collection:
    with transaction.atomic():
        for name, value in changes.items():
            setattr(set_up, name, value)
        set_up.save(update_fields=list(changes))
        states.note(set_up, at=at, because=text, actor=caller.actor)
    return set_up
