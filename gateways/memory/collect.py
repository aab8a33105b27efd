"""The in-memory double of a Collector: a book of money in, and events owed."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from core import clock
from gateways.errors import Declined
from gateways.interface import (
    TAKEN,
    CollectionAccess,
    Event,
    PayerPhone,
    PaymentConfirmed,
    PaymentToValidate,
    PaymentUrls,
    PhoneForm,
    PromptAnswered,
    Prompted,
    PromptOrder,
    PromptStanding,
    PromptState,
    PulledPage,
    PulledPayment,
    PullRegistration,
    PullWindow,
    Registered,
    Verdict,
)
from gateways.memory.prompts import (
    PLAIN_PROMPT,
    MoneyReceived,
    PromptAnswer,
    PromptScript,
    exchange_of,
    raise_scripted,
    told,
)

PAGE_ROWS = 100
REACH = timedelta(hours=48)
CURRENCY = "KES"
KIND = "Pay Bill"


@dataclass
class _Prompt:
    order: PromptOrder
    checkout_id: str
    shortcode: str
    script: PromptScript
    ended: bool = False


@dataclass
class MemoryCollections:
    """One provider's memory; `collector` acts in it for one shortcode. Safe for threads."""

    book: list[MoneyReceived] = field(default_factory=list)
    prompts: list[PromptOrder] = field(default_factory=list)
    validating: bool = False
    _scripts: defaultdict[str, deque[PromptScript]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _taken: dict[str, _Prompt] = field(default_factory=dict)
    _urls: dict[str, PaymentUrls] = field(default_factory=dict)
    _pulling: set[str] = field(default_factory=set)
    _waiting: dict[str, MoneyReceived] = field(default_factory=dict)
    _owed: list[tuple[str, Event]] = field(default_factory=list)
    _receipts: int = 0
    _lock: Lock = field(default_factory=Lock)

    def script(self, msisdn: str, *scripts: PromptScript) -> None:
        """The next prompts of this number go like this, in turn; then plainly."""
        self._scripts[msisdn].extend(scripts)

    def collector(self, access: CollectionAccess) -> "MemoryCollector":
        """A Collector of this memory, fit for registry.use_collector."""
        return MemoryCollector(provider=self, access=access)

    def events(self) -> Sequence[tuple[str, Event]]:
        """Hand over what is owed and to which address, oldest first; each once."""
        with self._lock:
            owed, self._owed = self._owed, []
            return owed

    def received_minor(self, account: str) -> int:
        """How much money came in under an account."""
        rows = [row.payment for row in self.book]
        return sum(each.amount_minor for each in rows if each.account == account)

    def pay(self, *, shortcode: str, msisdn: str, amount_minor: int, account: str) -> str:
        """A person pays straight to the shortcode; the receipt."""
        with self._lock:
            row = self._row(shortcode, msisdn, amount_minor, account)
            urls = self._urls.get(shortcode)
            if self.validating and urls is not None:
                self._waiting[row.payment.receipt] = row
                event = PaymentToValidate(**told(row))
                self._owed.append((urls.validation, event))
            else:
                self._book(row, times=1)
        return row.payment.receipt

    def validated(self, receipt: str, verdict: Verdict = TAKEN) -> None:
        """Our answer to a PaymentToValidate."""
        with self._lock:
            row = self._waiting.pop(receipt)
            if verdict.refusal is None:
                self._book(row, times=1, our_reference=verdict.our_reference)

    def answer_all(self) -> None:
        """Every payer who has kept a prompt waiting answers it."""
        with self._lock:
            for prompt in [each for each in self._taken.values() if not each.ended]:
                self._end(prompt)

    def take(self, order: PromptOrder, access: CollectionAccess) -> Prompted:
        """One prompt."""
        with self._lock:
            self.prompts.append(order)
            waiting = self._scripts[order.msisdn]
            script = waiting.popleft() if waiting else PLAIN_PROMPT
            number = len(self._taken) + 1
            prompt = _Prompt(order, f"ws_CO_{number:06d}", access.number, script)
            unclear = script.answer is PromptAnswer.UNCLEAR
            if script.answer is PromptAnswer.TAKEN or (unclear and script.shown):
                self._taken[prompt.checkout_id] = prompt
                if not script.waiting:
                    self._end(prompt)
        raise_scripted(script)
        return Prompted(
            checkout_id=prompt.checkout_id, merchant_request_id=f"M-{number}",
            text="Success. Request accepted for processing", exchange=exchange_of("prompt"),
        )  # fmt: skip

    def standing(self, checkout_id: str) -> PromptStanding:
        """How a prompt stands."""
        prompt = self._taken.get(checkout_id)
        state, code = PromptState.NOT_FOUND, "400.002.02"
        if prompt is not None:
            state = PromptState.ANSWERED if prompt.ended else PromptState.PENDING
            code = prompt.script.result_code if prompt.ended else "4999"
        return PromptStanding(
            checkout_id=checkout_id, state=state, code=code, text="",
            exchange=exchange_of("standing"),
        )  # fmt: skip

    def register(self, shortcode: str, urls: PaymentUrls) -> Registered:
        """Addresses, once."""
        with self._lock:
            if shortcode in self._urls:
                raise Declined("URLs are already registered", code="500.003.1001",
                               exchange=exchange_of("register"))  # fmt: skip
            self._urls[shortcode] = urls
        return Registered(text="Success", exchange=exchange_of("register"))

    def register_pull(self, shortcode: str) -> Registered:
        """Pull, once."""
        with self._lock:
            before = shortcode in self._pulling
            self._pulling.add(shortcode)
        return Registered(text="", exchange=exchange_of("register_pull"), before=before)

    def page(self, shortcode: str, window: PullWindow) -> PulledPage:
        """One page of what came in."""
        if shortcode not in self._pulling:
            raise Declined("Bad Request - Invalid ShortCode", code="400.002.02",
                           exchange=exchange_of("pull"))  # fmt: skip
        since = max(window.since, clock.now() - REACH)
        rows = [
            row.payment for row in self.book
            if row.shortcode == shortcode and row.payment.paid_at is not None
            and since <= row.payment.paid_at <= window.until
        ][window.offset : window.offset + PAGE_ROWS]  # fmt: skip
        return PulledPage(
            payments=tuple(rows), next_offset=window.offset + len(rows) if rows else None,
            exchange=exchange_of("pull"),
        )  # fmt: skip

    def _end(self, prompt: _Prompt) -> None:
        prompt.ended = True
        order, script = prompt.order, prompt.script
        row = None
        if script.result_code == "0":
            row = self._row(prompt.shortcode, order.msisdn, order.amount_minor, order.account)
        event = PromptAnswered(
            checkout_id=prompt.checkout_id,
            merchant_request_id="",
            code=script.result_code,
            text="",
            receipt=row.payment.receipt if row else "",
            amount_minor=order.amount_minor if row else None,
            payer=row.payment.payer if row else PayerPhone(),
            paid_at=row.payment.paid_at if row else None,
        )
        self._owed.extend([(order.url, event)] * script.told)
        if row is not None:
            self._book(row, times=script.confirmed)

    def _row(self, shortcode: str, msisdn: str, amount_minor: int, account: str) -> MoneyReceived:
        self._receipts += 1
        payment = PulledPayment(
            receipt=f"UKM{self._receipts:07d}", amount_minor=amount_minor, currency=CURRENCY,
            account=account, payer=PayerPhone(form=PhoneForm.FULL, text=msisdn),
            paid_at=clock.now(), kind=KIND,
        )  # fmt: skip
        return MoneyReceived(payment=payment, shortcode=shortcode, msisdn=msisdn)

    def _book(self, row: MoneyReceived, *, times: int, our_reference: str = "") -> None:
        self.book.append(row)
        urls = self._urls.get(row.shortcode)
        if urls is not None:
            event = PaymentConfirmed(**told(row) | {"our_reference": our_reference})
            self._owed.extend([(urls.confirmation, event)] * times)


@dataclass(frozen=True, kw_only=True)
class MemoryCollector:
    """The Collector protocol over a MemoryCollections."""

    provider: MemoryCollections
    access: CollectionAccess

    def prompt(self, order: PromptOrder) -> Prompted:
        """As gateways.interface.Collector."""
        return self.provider.take(order, self.access)

    def ask(self, checkout_id: str) -> PromptStanding:
        """As gateways.interface.Collector."""
        return self.provider.standing(checkout_id)

    def register_urls(self, urls: PaymentUrls) -> Registered:
        """As gateways.interface.Collector."""
        return self.provider.register(self.access.acts_as, urls)

    def register_pull(self, registration: PullRegistration) -> Registered:  # noqa: ARG002
        """As gateways.interface.Collector."""
        return self.provider.register_pull(self.access.acts_as)

    def pull(self, window: PullWindow) -> PulledPage:
        """As gateways.interface.Collector."""
        return self.provider.page(self.access.acts_as, window)
