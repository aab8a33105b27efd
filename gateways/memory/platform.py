"""One platform account in memory: a balance, accounts, keys of a day, faults, events owed.

For tests and rehearsals. It keeps the promise of the protocol (within 24 hours one key pays once
and repeats its answer, refusals and errors included; later it pays again) and never reads our
tables.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from core import clock
from core.money import BadAmount, exponent
from gateways.errors import Declined
from gateways.interface import (
    AccountChanged,
    AccountStanding,
    BalanceAvailable,
    Capability,
    CapabilityChanged,
    PlatformAccess,
    ReversalOrder,
    Reversed,
    TakenBack,
    Transfer,
    TransferChange,
    TransferChanged,
    TransferEvent,
    TransferOrder,
)
from gateways.memory.transfer_faults import (
    BEFORE,
    BROKEN,
    LOST,
    NO_ANSWER,
    REUSED,
    Said,
    TransferFault,
    exchange_of,
    raise_said,
)

OPENING_BALANCE_MINOR = 100_000_000
KEPT = timedelta(hours=24)
REVERSALS_TOLD_MAX = 10
Order = TransferOrder | ReversalOrder


Outcome = Transfer | Reversed | Said


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """What a key keeps of its first request."""

    order: Order
    outcome: Outcome
    at: datetime


@dataclass
class MemoryPlatform:
    """One platform account's memory; MemoryTransferrer acts for it. Safe for threads.

    `available_minor` is its balance by currency; `refusals` what the provider has against an
    account, as a code; `revoked` are secret keys that it refuses.
    """

    transfers: list[Transfer] = field(default_factory=list)
    calls: list[Order] = field(default_factory=list)
    accounts: dict[str, AccountStanding] = field(default_factory=dict)
    available_minor: dict[str, int] = field(
        default_factory=lambda: defaultdict(lambda: OPENING_BALANCE_MINOR)
    )
    refusals: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    _faults: defaultdict[str, deque[TransferFault]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _saved: dict[str, _Saved] = field(default_factory=dict)
    _owed: list[TransferEvent] = field(default_factory=list)
    _events_made: int = 0
    _lock: Lock = field(default_factory=Lock)

    def open_account(
        self, account_id: str, *, country: str = "US", currency: str = "USD",
        transfers: Capability = Capability.ACTIVE,
    ) -> AccountStanding:  # fmt: skip
        """A connected account, new or changed; a change is told of."""
        standing = AccountStanding(
            account_id=account_id, country=country, currency=currency, transfers=transfers,
            payouts_enabled=transfers is Capability.ACTIVE,
        )  # fmt: skip
        with self._lock:
            known = account_id in self.accounts
            self.accounts[account_id] = standing
            if known:
                self._tell(
                    CapabilityChanged(
                        event_id=self._event_id(), account_id=account_id, transfers=transfers
                    )
                )
                self._tell(AccountChanged(event_id=self._event_id(), standing=standing))
        return standing

    def top_up(self, amount_minor: int, currency: str) -> None:
        """Put money into the balance, and tell of it."""
        with self._lock:
            self.available_minor[currency] += amount_minor
            available = dict(self.available_minor)
            self._tell(BalanceAvailable(event_id=self._event_id(), available_minor=available))

    def next_fault(self, *faults: TransferFault, destination: str = "") -> None:
        """The next orders to this account (empty: to any) go wrong like this, then none."""
        self._faults[destination].extend(faults)

    def events(self) -> Sequence[TransferEvent]:
        """Hand over the notices that are owed, oldest first; each is handed over once."""
        with self._lock:
            owed, self._owed = self._owed, []
            return owed

    def moved_minor(self, transfer_id: str) -> int:
        """How much money moved for a transfer of ours, over all that was paid for it."""
        return sum(each.amount_minor for each in self.transfers if each.transfer_id == transfer_id)

    def standing(self, provider_id: str) -> Transfer:
        """A transfer as it is now; raises Declined."""
        for transfer in self.transfers:
            if transfer.provider_id == provider_id:
                return transfer
        raise Declined(
            f"No such transfer: {provider_id}", code="resource_missing",
            exchange=exchange_of("fetch"),
        )  # fmt: skip

    def once(self, order: Order, access: PlatformAccess) -> tuple[Transfer | Reversed, bool]:
        """Carry an order out once under its key; what came of it, and whether it is repeated."""
        _check(order)
        with self._lock:
            self.calls.append(order)
            fault = self._fault_of(order, access)
            if fault is not None and fault in BEFORE:
                raise_said(BEFORE[fault], earlier_open=order.earlier_open)
            saved = self._saved.get(order.key)
            replayed = saved is not None and clock.now() < saved.at + KEPT
            if saved is None or not replayed:
                saved = self._execute(order, fault)
        if replace(saved.order, earlier_open=order.earlier_open) != order:
            raise_said(REUSED, earlier_open=order.earlier_open)
        if fault in LOST:
            raise_said(NO_ANSWER, earlier_open=order.earlier_open)
        if isinstance(saved.outcome, Said):
            raise_said(saved.outcome, earlier_open=order.earlier_open, replayed=replayed)
        return saved.outcome, replayed

    def _fault_of(self, order: Order, access: PlatformAccess) -> TransferFault | None:
        if access.secret_key in self.revoked:
            return TransferFault.KEY_REFUSED
        destination = order.destination if isinstance(order, TransferOrder) else ""
        waiting = self._faults[destination] or self._faults[""]
        return waiting.popleft() if waiting else None

    def _execute(self, order: Order, fault: TransferFault | None) -> _Saved:
        outcome = self._outcome(order, fault)
        saved = _Saved(order=order, outcome=outcome, at=clock.now())
        kept = outcome.saved if isinstance(outcome, Said) else True
        if kept and fault is not TransferFault.LOST_UNPAID:
            self._saved[order.key] = saved
        return saved

    def _outcome(self, order: Order, fault: TransferFault | None) -> Outcome:
        if fault in (TransferFault.LOST_UNPAID, TransferFault.ERROR):
            return BROKEN
        if fault is TransferFault.ACCOUNT_EMPTY:
            return Said.refused("balance_insufficient")
        outcome = self._pay(order) if isinstance(order, TransferOrder) else self._take_back(order)
        return BROKEN if fault is TransferFault.ERROR_PAID else outcome

    def _pay(self, order: TransferOrder) -> Outcome:
        account = self.accounts.get(order.destination)
        if account is None:
            return Said.refused("resource_missing", saved=False)
        if against := self.refusals.get(order.destination):
            return Said.refused(against)
        if not account.receives:
            return Said.refused("insufficient_capabilities_for_transfer")
        if self.available_minor[order.currency] < order.amount_minor:
            return Said.refused("balance_insufficient")
        self.available_minor[order.currency] -= order.amount_minor
        number = len(self.transfers) + 1
        transfer = Transfer(
            provider_id=f"tr_{number:07d}", transfer_id=order.transfer_id, group=order.group,
            destination=order.destination, amount_minor=order.amount_minor, reversed_minor=0,
            currency=order.currency, live=False, created_at=clock.now().replace(microsecond=0),
            balance_entry_id=f"txn_{number:07d}",
        )  # fmt: skip
        self.transfers.append(transfer)
        self._changed(TransferChange.CREATED, transfer)
        return transfer

    def _take_back(self, order: ReversalOrder) -> Outcome:
        places = {each.provider_id: place for place, each in enumerate(self.transfers)}
        if order.provider_id not in places:
            return Said.refused("resource_missing", saved=False)
        place = places[order.provider_id]
        transfer = self.transfers[place]
        left = transfer.amount_minor - transfer.reversed_minor
        if not left:
            return Said.refused("400", f"Transfer {order.provider_id} is already fully reversed")
        if order.amount_minor > left:
            return Said.refused("parameter_invalid_integer", saved=False)
        back = TakenBack(
            provider_id=f"trr_{len(self.calls):07d}", reversal_id=order.reversal_id,
            amount_minor=order.amount_minor,
        )  # fmt: skip
        changed = replace(
            transfer, reversed_minor=transfer.reversed_minor + order.amount_minor,
            taken_back=(back, *transfer.taken_back)[:REVERSALS_TOLD_MAX],
        )  # fmt: skip
        self.transfers[place] = changed
        self.available_minor[transfer.currency] += order.amount_minor
        self._changed(TransferChange.REVERSED, changed)
        return Reversed(
            provider_id=back.provider_id, amount_minor=back.amount_minor,
            currency=transfer.currency, replayed=False, exchange=exchange_of("reverse"),
        )  # fmt: skip

    def _changed(self, change: TransferChange, transfer: Transfer) -> None:
        event_id = self._event_id()
        self._tell(TransferChanged(event_id=event_id, change=change, transfer=transfer))

    def _tell(self, event: TransferEvent) -> None:
        self._owed.append(event)

    def _event_id(self) -> str:
        self._events_made += 1
        return f"evt_{self._events_made:07d}"


def _check(order: Order) -> None:
    """What cannot be sent is refused before anything is asked."""
    try:
        exponent(order.currency)
    except BadAmount as error:
        _refuse(str(error), order)
    ours = (order.transfer_id, order.group) if isinstance(order, TransferOrder) else ("ours",)
    if order.amount_minor <= 0 or not order.key or not all(ours):
        _refuse("An order has a key, an amount above 0, and an id and a group", order)


def _refuse(text: str, order: Order) -> None:
    raise_said(Said.refused("bad_order", text), earlier_open=order.earlier_open)
