"""The only place that names a provider: which adapter serves which rail and callback."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TypeVar

from django.conf import settings

from gateways import http
from gateways.daraja import validation
from gateways.daraja.callbacks import READERS as DARAJA_READERS
from gateways.daraja.collect import DarajaCollector
from gateways.daraja.collect_callbacks import READERS as DARAJA_COLLECTED
from gateways.daraja.credential import BadCertificate, read_certificate
from gateways.daraja.disburse import DarajaDisburser
from gateways.daraja.result_codes import DEFAULTS as DARAJA_CODES
from gateways.fineract.callbacks import READERS as FINERACT_READERS
from gateways.fineract.desk import FineractLoanDesk
from gateways.fineract.loans import FineractLoanBook
from gateways.interface import (
    CallKeeper,
    Channel,
    CodeDefault,
    CollectionAccess,
    Collector,
    Disburser,
    Event,
    LoanAccess,
    LoanBook,
    LoanDesk,
    Notifier,
    PlatformAccess,
    Rail,
    ShortcodeAccess,
    Transferrer,
    Unreadable,
    Verdict,
)
from gateways.notify.africas_talking import AfricasTalking
from gateways.notify.delivery_reports import READERS as DELIVERY_READERS
from gateways.notify.email import Mailer
from gateways.stripe import callbacks as stripe_callbacks
from gateways.stripe.result_codes import DEFAULTS as STRIPE_CODES
from gateways.stripe.transfers import StripeTransferrer

__all__ = [
    "BadCertificate", "ca_bundle_problem", "callback_kinds", "code_defaults", "collected_by",
    "collector", "disburser", "host_problem", "is_from_a_list", "is_tried_by_get", "loan_book",
    "loan_desk", "loan_provider", "notifier", "notifies_by", "parse", "provider_of", "providers",
    "read_certificate", "reader", "reply_to", "result_api", "result_kind", "signature_fits",
    "transferrer", "use_collector", "use_disburser", "use_loan_book", "use_notifier",
    "use_transferrer", "waits_for_us",
]  # fmt: skip

DARAJA = "daraja"
AFRICAS_TALKING = "africastalking"
STRIPE = "stripe"
FINERACT = "fineract"
NotifierFactory = Callable[[], Notifier]
DisburserFactory = Callable[[ShortcodeAccess], Disburser]
CollectorFactory = Callable[[CollectionAccess], Collector]
TransferrerFactory = Callable[[PlatformAccess], Transferrer]
LoanBookFactory = Callable[[LoanAccess, CallKeeper], LoanBook]
LoanDeskFactory = Callable[[LoanAccess, CallKeeper], LoanDesk]
Reader = Callable[[object], Event]
Reply = Callable[[Verdict], dict[str, str]]
Key = TypeVar("Key")
Factory = TypeVar("Factory")

_PROVIDERS = {
    Rail.MPESA_B2C: DARAJA, Rail.MPESA_B2B: DARAJA, Rail.STRIPE_TRANSFER: STRIPE,
}  # fmt: skip
_KIND_OF_RESULT = {
    Rail.MPESA_B2C: "payout", Rail.MPESA_B2B: "business", Rail.STRIPE_TRANSFER: "platform",
}  # fmt: skip
_RESULT_CODES = {
    Rail.MPESA_B2C: "b2c", Rail.MPESA_B2B: "b2b", Rail.STRIPE_TRANSFER: "stripe",
}  # fmt: skip
_READERS: dict[str, dict[str, Reader]] = {
    DARAJA: {**DARAJA_READERS, **DARAJA_COLLECTED},
    AFRICAS_TALKING: {**DELIVERY_READERS},
    STRIPE: {**stripe_callbacks.READERS},
    FINERACT: {**FINERACT_READERS},
}
_KINDS = {provider: frozenset(readers) for provider, readers in _READERS.items()}

# The callbacks whose sender waits for more than "accepted", and who words the answer.
_REPLIES: dict[tuple[str, str], Reply] = {(DARAJA, "c2b-validation"): validation.reply}


def _africas_talking() -> Notifier:
    return AfricasTalking(
        base_url=settings.AFRICASTALKING_BASE_URL, username=settings.AFRICASTALKING_USERNAME,
        api_key=settings.AFRICASTALKING_API_KEY, sender=settings.AFRICASTALKING_SENDER,
    )  # fmt: skip


_notifiers: dict[Channel, NotifierFactory] = {
    Channel.SMS: _africas_talking,
    Channel.EMAIL: lambda: Mailer(sender=settings.DEFAULT_FROM_EMAIL),
}
_NOTIFY_BY = {Channel.SMS: AFRICAS_TALKING, Channel.EMAIL: "email"}


def _daraja(access: ShortcodeAccess) -> Disburser:
    return DarajaDisburser(base_url=settings.DARAJA_BASE_URL, access=access)


_disbursers: dict[Rail, DisburserFactory] = {Rail.MPESA_B2C: _daraja, Rail.MPESA_B2B: _daraja}


def _daraja_collector(access: CollectionAccess) -> Collector:
    return DarajaCollector(base_url=settings.DARAJA_BASE_URL, access=access)


_collectors: dict[str, CollectorFactory] = {DARAJA: _daraja_collector}


def _stripe(access: PlatformAccess) -> Transferrer:
    return StripeTransferrer(base_url=settings.STRIPE_API_BASE, access=access)


_transferrers: dict[Rail, TransferrerFactory] = {Rail.STRIPE_TRANSFER: _stripe}


_loan_servers: dict[str, tuple[LoanBookFactory, LoanDeskFactory]] = {
    FINERACT: (FineractLoanBook, FineractLoanDesk)
}


def disburser(rail: Rail, access: ShortcodeAccess) -> Disburser:
    """Who pays out over this rail for this shortcode."""
    return _disbursers[rail](access)


def collector(access: CollectionAccess) -> Collector:
    """Who collects on this shortcode."""
    return _collectors[DARAJA](access)


def transferrer(rail: Rail, access: PlatformAccess) -> Transferrer:
    """Who pays out over this rail from the balance of this platform account."""
    return _transferrers[rail](access)


def loan_book(access: LoanAccess, keeper: CallKeeper) -> LoanBook:
    """Where this tenant's loans are read and paid ones are booked."""
    return _loan_servers[FINERACT][0](access, keeper)


def loan_desk(access: LoanAccess, keeper: CallKeeper) -> LoanDesk:
    """Where this tenant is asked for anything beside its loans."""
    return _loan_servers[FINERACT][1](access, keeper)


def loan_provider() -> str:
    """The provider of loans, as in the path of its callbacks and in the log of calls."""
    return FINERACT


def host_problem(host: str) -> str:
    """Why no loan server may be at this address (what it resolves to is judged at each call)."""
    return http.address_problem(host, tuple(settings.VAULT_MIFOS_PRIVATE_NETWORKS))


def ca_bundle_problem(ca_bundle: str) -> str:
    """Why these certificates (PEM) cannot be used, in a sentence; empty when they can."""
    return http.ca_bundle_problem(ca_bundle)


def is_tried_by_get(provider: str, kind: str) -> bool:
    """Whether the provider opens the callback's address before it registers it."""
    return (provider, kind) == (FINERACT, "loan")


def signature_fits(
    *, provider: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> bool:
    """Whether the provider signed these bytes just now; True for one that signs nothing."""
    if provider != STRIPE:
        return True
    return stripe_callbacks.is_signed(
        header=headers.get(stripe_callbacks.SIGNATURE_HEADER, ""), body=body, at=at,
        secrets=settings.STRIPE_WEBHOOK_SECRETS,
    )  # fmt: skip


def collected_by() -> str:
    """The provider that collects, as in the path of its callbacks and in the log of calls."""
    return DARAJA


def provider_of(rail: Rail) -> str:
    """The provider's name, as in the path of its callbacks and in the log of calls."""
    return _PROVIDERS[rail]


def notifier(channel: Channel) -> Notifier:
    """Who sends over this channel."""
    return _notifiers[channel]()


def notifies_by(channel: Channel) -> str:
    """The provider's name, as in the path of its reports and in the log of calls."""
    return _NOTIFY_BY[channel]


def is_from_a_list(provider: str) -> bool:
    """Whether its callbacks come from addresses that are known (VAULT_CALLBACK_SOURCES)."""
    return provider == DARAJA


def parse(provider: str, body: bytes) -> object:
    """The raw body of a callback as JSON, or as a form where the provider posts forms.

    Raises Unreadable.
    """
    try:
        return http.read_form(body) if provider == AFRICAS_TALKING else http.read_json(body)
    except (http.NotForm, http.NotJson) as error:
        raise Unreadable(str(error)) from None


def result_kind(rail: Rail) -> str:
    """The kind of callback that tells how a payout over this rail ended."""
    return _KIND_OF_RESULT[rail]


def result_api(rail: Rail) -> str:
    """The `api` of the result-code rows that this rail's results are read by."""
    return _RESULT_CODES[rail]


def providers() -> tuple[str, ...]:
    """All providers that may call back."""
    return tuple(_READERS)


def callback_kinds(provider: str) -> frozenset[str]:
    """The kinds of callback of a provider; none for an unknown one."""
    return _KINDS.get(provider, frozenset())


def reader(provider: str, kind: str) -> Reader:
    """What turns a parsed body into an event or Unreadable; KeyError for an unknown kind."""
    return _READERS[provider][kind]


def waits_for_us(provider: str, kind: str) -> bool:
    """Whether the sender of this kind of callback waits for a verdict."""
    return (provider, kind) in _REPLIES


def reply_to(provider: str, kind: str, verdict: Verdict) -> dict[str, str]:
    """The verdict in the provider's words; KeyError where no one waits for it."""
    return _REPLIES[provider, kind](verdict)


def code_defaults() -> tuple[CodeDefault, ...]:
    """The result-code table as documented by all providers."""
    return (*DARAJA_CODES, *STRIPE_CODES)


@contextmanager
def _use(table: dict[Key, Factory], key: Key, factory: Factory) -> Iterator[None]:
    before = table[key]
    table[key] = factory
    try:
        yield
    finally:
        table[key] = before


def use_notifier(channel: Channel, factory: NotifierFactory) -> AbstractContextManager[None]:
    """Notify through another Notifier in the block: the in-memory double, in tests."""
    return _use(_notifiers, channel, factory)


def use_disburser(rail: Rail, factory: DisburserFactory) -> AbstractContextManager[None]:
    """Pay out through another Disburser in the block: the in-memory double, in tests."""
    return _use(_disbursers, rail, factory)


def use_transferrer(rail: Rail, factory: TransferrerFactory) -> AbstractContextManager[None]:
    """Pay out through another Transferrer in the block: the in-memory double, in tests."""
    return _use(_transferrers, rail, factory)


def use_collector(factory: CollectorFactory) -> AbstractContextManager[None]:
    """Collect through another Collector in the block: the in-memory double, in tests."""
    return _use(_collectors, DARAJA, factory)


def use_loan_book(
    book: LoanBookFactory, desk: LoanDeskFactory = FineractLoanDesk
) -> AbstractContextManager[None]:
    """Keep loans in another LoanBook (and LoanDesk) in the block: the double, in tests."""
    return _use(_loan_servers, FINERACT, (book, desk))
