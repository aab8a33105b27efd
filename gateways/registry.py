"""The only place that names a provider: which adapter serves which rail and callback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from gateways.daraja.callbacks import READERS as DARAJA_READERS
from gateways.daraja.credential import BadCertificate, read_certificate
from gateways.daraja.disburse import DarajaDisburser
from gateways.daraja.result_codes import DEFAULTS as DARAJA_CODES
from gateways.interface import CodeDefault, Disburser, Event, Rail, ShortcodeAccess

__all__ = [
    "BadCertificate", "callback_kinds", "code_defaults", "disburser", "provider_of", "providers",
    "read_certificate", "reader", "use_disburser",
]  # fmt: skip

DARAJA = "daraja"
DisburserFactory = Callable[[ShortcodeAccess], Disburser]
Reader = Callable[[object], Event]

_PROVIDERS = {Rail.MPESA_B2C: DARAJA}
_READERS = {DARAJA: DARAJA_READERS}
_KINDS = {provider: frozenset(readers) for provider, readers in _READERS.items()}


def _daraja(access: ShortcodeAccess) -> Disburser:
    return DarajaDisburser(base_url=settings.DARAJA_BASE_URL, access=access)


_disbursers: dict[Rail, DisburserFactory] = {Rail.MPESA_B2C: _daraja}


def disburser(rail: Rail, access: ShortcodeAccess) -> Disburser:
    """Who pays out over this rail for this shortcode."""
    return _disbursers[rail](access)


def provider_of(rail: Rail) -> str:
    """The provider's name, as in the path of its callbacks and in the log of calls."""
    return _PROVIDERS[rail]


def providers() -> tuple[str, ...]:
    """All providers that may call back."""
    return tuple(_READERS)


def callback_kinds(provider: str) -> frozenset[str]:
    """The kinds of callback of a provider; none for an unknown one."""
    return _KINDS.get(provider, frozenset())


def reader(provider: str, kind: str) -> Reader:
    """What turns a parsed body into an event or Unreadable; KeyError for an unknown kind."""
    return _READERS[provider][kind]


def code_defaults() -> tuple[CodeDefault, ...]:
    """The result-code table as documented by all providers."""
    return DARAJA_CODES


@contextmanager
def use_disburser(rail: Rail, factory: DisburserFactory) -> Iterator[None]:
    """Pay out through another Disburser in the block: the in-memory double, in tests."""
    before = _disbursers[rail]
    _disbursers[rail] = factory
    try:
        yield
    finally:
        _disbursers[rail] = before
