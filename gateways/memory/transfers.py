"""The in-memory double of a Transferrer, for tests and rehearsals.

`platform = MemoryPlatform()`, `platform.open_account("acct_1Example")`, and in
`use_transferrer(Rail.STRIPE_TRANSFER, memory_transferrer(platform))` everybody pays out of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateways.interface import (
    AccountAnswer,
    PlatformAccess,
    PlatformBalance,
    ReversalOrder,
    Reversed,
    Transfer,
    TransferOrder,
    Transferred,
    TransfersFound,
)
from gateways.memory.platform import MemoryPlatform
from gateways.memory.transfer_faults import REUSED, Said, exchange_of, raise_said


@dataclass(frozen=True, kw_only=True)
class MemoryTransferrer:
    """The Transferrer protocol over a MemoryPlatform."""

    platform: MemoryPlatform
    access: PlatformAccess

    def send(self, order: TransferOrder) -> Transferred:
        """As gateways.interface.Transferrer."""
        came, replayed = self.platform.once(order, self.access)
        if not isinstance(came, Transfer):
            raise_said(REUSED)
        return Transferred(transfer=came, replayed=replayed, exchange=exchange_of("send"))

    def find(self, *, group: str, destination: str) -> TransfersFound:
        """As gateways.interface.Transferrer."""
        self._let_in()
        found = [
            each
            for each in reversed(self.platform.transfers)
            if each.group == group and destination in ("", each.destination)
        ]
        return TransfersFound(transfers=tuple(found), exchanges=(exchange_of("find"),))

    def fetch(self, provider_id: str) -> Transferred:
        """As gateways.interface.Transferrer."""
        self._let_in()
        transfer = self.platform.standing(provider_id)
        return Transferred(transfer=transfer, replayed=False, exchange=exchange_of("fetch"))

    def reverse(self, order: ReversalOrder) -> Reversed:
        """As gateways.interface.Transferrer."""
        came, replayed = self.platform.once(order, self.access)
        if not isinstance(came, Reversed):
            raise_said(REUSED)
        return replace(came, replayed=replayed)

    def account(self, account_id: str) -> AccountAnswer:
        """As gateways.interface.Transferrer."""
        self._let_in()
        standing = self.platform.accounts.get(account_id)
        if standing is None:
            raise_said(Said.refused("resource_missing"))
        return AccountAnswer(standing=standing, exchange=exchange_of("account"))

    def balance(self) -> PlatformBalance:
        """As gateways.interface.Transferrer."""
        self._let_in()
        available = dict(self.platform.available_minor)
        return PlatformBalance(available_minor=available, exchange=exchange_of("balance"))

    def _let_in(self) -> None:
        if self.access.secret_key in self.platform.revoked:
            raise_said(Said.refused("401"))


def memory_transferrer(platform: MemoryPlatform) -> Callable[[PlatformAccess], MemoryTransferrer]:
    """A factory for registry.use_transferrer: every access acts for this platform."""
    return lambda access: MemoryTransferrer(platform=platform, access=access)
