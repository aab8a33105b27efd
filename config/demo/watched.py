"""The demo's watchtower: each kind of difference is made, seen live, told once, and cured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from config.demo import bends, rent_street
from config.demo.bends import Bend
from config.demo.eye import EventsEye, Eye, SocketEye
from config.demo.provider import simulator
from core import clock
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from disbursements.states import DisbursementStatus
from gateways.models import Callback
from reconciliation.models import CheckRequest, Finding
from reconciliation.operations.alert_findings import kind_of
from reconciliation.rules.alert_words import NOBODY
from reconciliation.states import FindingStatus
from vault.models import Method, Partner, Payment, Shortcode
from vault.operations import staff_tokens
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode
from vault.states import PaymentStatus

ACTOR = "demo"
PARTNER = "Watchtower Trials (demo)"
NUMBER = "600555"
PAID, SLOW = "25470005500{}", "254700099403"
PAYEES = range(1, 9)
NAME = "Amina Example"
AMOUNT = "1250"
LOOK_S = 0.05
HELP_AFTER_S, LIMIT_S = 3.0, 60.0
S = DisbursementStatus


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One difference: seconds until it was shown, how often it was, how many alerts were raised,
    seconds until it was cured. None: it did not happen."""

    kind: str
    text: str
    shown_s: float | None
    shown: int
    alerts: int
    cured_s: float | None

    @property
    def is_good(self) -> bool:
        """Found, shown once, told once, cured."""
        return (self.shown, self.alerts) == (1, 1) and self.cured_s is not None


@dataclass(frozen=True, kw_only=True)
class WatchFigures:
    """`by_socket`: seen by a client of the live page's socket, else read from the events."""

    scenes: tuple[Scene, ...]
    by_socket: bool

    @property
    def median_s(self) -> float | None:
        """From the event to the page."""
        times = [each.shown_s for each in self.scenes if each.shown_s is not None]
        return round(median(times), 2) if times else None

    @property
    def books_agree(self) -> bool:
        """Every difference was found, told once, and cured."""
        return all(each.is_good for each in self.scenes)


class Watching:
    """`work` does what a worker does: it is called while nothing happens by itself."""

    def __init__(
        self, *, eye: Eye, work: Callable[[], object], help_after_s: float = HELP_AFTER_S
    ) -> None:
        self.eye = eye
        self.work = work
        self.help_after_s = help_after_s

    def figures(self) -> WatchFigures:
        """One difference after the other."""
        scenes = tuple(self.scene(each) for each in self.bends())
        return WatchFigures(scenes=scenes, by_socket=isinstance(self.eye, SocketEye))

    def scene(self, bend: Bend) -> Scene:
        """Make it, see it, put it right, see it gone."""
        self.eye.forget()
        began_at = clock.database_now()
        bend.bend()
        happened_at = clock.database_now()
        self.wait(
            lambda: self.eye.seen_at(bend.subject_id, bend.kind) is not None, bend.keep_at_it
        )
        seen_at = self.eye.seen_at(bend.subject_id, bend.kind)
        told_at = _told_at(bend.subject_id, since=began_at) or happened_at
        bend.put_right()
        put_right_at = clock.database_now()
        cured = self.wait(lambda: not _open(bend).exists(), bend.keep_at_it) and seen_at
        return Scene(
            kind=bend.kind, text=bend.text, shown=self.eye.times(bend.subject_id, bend.kind),
            shown_s=_seconds(seen_at - told_at) if seen_at else None,
            alerts=_alerts(bend, since=began_at),
            cured_s=_seconds(clock.database_now() - put_right_at) if cured else None,
        )  # fmt: skip

    def bends(self) -> Iterator[Bend]:
        """Those of payouts, of payments in, and of what the provider says."""
        shortcode = set_up(at=clock.database_now())
        rows = [self.paid(shortcode, number) for number in PAYEES]
        self.wait(lambda: not _any_due())
        first, second, third, fourth, fifth, sixth, seventh, eighth = rows
        row = bends.of_row
        yield row("amount_mismatch", "our row says a shilling more than was paid", first,
                  {"amount_minor": first.amount_minor + 100})  # fmt: skip
        yield row("status_mismatch", "our row says withdrawn, and it was paid", second,
                  {"status": S.CANCELLED, "receipt": None, "completed_at": None})  # fmt: skip
        yield row("duplicate", "a payout replaces one that was paid", third,
                  {"corrects_id": fourth.pk})  # fmt: skip
        yield row("ledger_mismatch", "our row says that a shilling came back, the ledger does not",
                  fifth, {"returned_minor": 100})  # fmt: skip
        yield row("wrong_beneficiary", "M-Pesa names somebody else than we meant", sixth,
                  {"payee_name": "Baraka Mfano"})  # fmt: skip
        yield bends.of_provider(seventh)
        yield bends.of_message(eighth)
        yield bends.of_clock(self.under_way(shortcode))
        payment = _rent()
        if payment is not None and payment.fee_minor is not None:
            yield row("currency_mismatch", "our row says dollars, and shillings came in", payment,
                      {"currency": "USD"})  # fmt: skip
            fee_minor, owed_minor = payment.fee_minor + 100, (payment.owed_minor or 0) - 100
            yield row("fee_mismatch", "our row keeps a shilling more than was booked", payment,
                      {"fee_minor": fee_minor, "owed_minor": owed_minor})  # fmt: skip

    def paid(self, shortcode: Shortcode, number: int) -> DisbursementRequest:
        """A payout that was paid; the same one in every rehearsal."""
        row = _instructed(shortcode, f"WATCH-{number}", PAID.format(number))
        self.wait(lambda: _status(row) == S.COMPLETED)
        row.refresh_from_db()
        return row

    def under_way(self, shortcode: Shortcode) -> DisbursementRequest:
        """A payout that was taken, and is paid some seconds later; a new one each time."""
        number = DisbursementRequest.objects.filter(shortcode=shortcode).count() + 1
        row = _instructed(shortcode, f"WATCH-LATE-{number}", SLOW)
        self.wait(lambda: _status(row) == S.ACCEPTED)
        return row

    def wait(
        self, is_so: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None
    ) -> bool:
        """Until it is so, or the limit is over; help where no worker seems to run."""
        began_s = clock.stopwatch_s()
        helped_s = began_s + self.help_after_s
        while not is_so():
            if clock.stopwatch_s() - began_s > LIMIT_S:
                return False
            if clock.stopwatch_s() > helped_s:
                meanwhile()
                self.work()
                helped_s = clock.stopwatch_s() + min(1.0, self.help_after_s)
            clock.wait(seconds=LOOK_S)
        return True


def open_eye(*, at: datetime) -> Eye:
    """A client of the live page, as somebody who may see it; else the events themselves."""
    user = get_user_model().objects.filter(is_superuser=True, is_active=True).first()
    if user is not None:
        try:
            return SocketEye(staff_tokens.issue(user=user, at=at).text)
        except OSError:
            pass
    return EventsEye()


def set_up(*, at: datetime) -> Shortcode:
    """A partner and shortcode of its own, once; the provider knows its payees by their name."""
    names = {PAID.format(number): NAME for number in PAYEES}
    simulator("POST", "names", json={"names": names | {SLOW: NAME}})
    found = Shortcode.objects.filter(number=NUMBER).first()
    if found is not None:
        return found
    simulator("POST", "top-up", json={"shortcode": NUMBER, "amount": 1_000_000})
    return add_shortcode(
        number=NUMBER, kind="paybill", initiator_name="demo-initiator",
        partner_id=add_partner(name=PARTNER, actor=ACTOR, at=at).pk,
        credentials=Credentials(
            consumer_key="demo-watch-key",
            consumer_secret="demo-watch-secret",  # noqa: S106 - the simulator's, worth nothing
            initiator_password="Demo#2026",  # noqa: S106
        ),
        certificate=simulator("GET", "certificate").content, actor=ACTOR, at=at,
    )  # fmt: skip


def _instructed(shortcode: Shortcode, reference: str, msisdn: str) -> DisbursementRequest:
    partner: Partner = shortcode.partner
    instruction = Instruction(
        client_reference=reference, msisdn=msisdn, amount=AMOUNT, payee_name=NAME,
        remarks=reference,
    )  # fmt: skip
    return instruct(
        partner_id=partner.pk, instruction=instruction, origin="command", actor=ACTOR,
        at=clock.database_now(),
    ).disbursement  # fmt: skip


def _status(row: DisbursementRequest) -> str:
    return DisbursementRequest.objects.values_list("status", flat=True).get(pk=row.pk)


def _rent() -> Payment | None:
    """The newest rent that came straight to the demo's paybill, as its confirmation says (Pull
    names no currency), and is somebody's."""
    rows = Payment.objects.filter(
        shortcode__number=rent_street.NUMBER, status=PaymentStatus.ALLOCATED,
        method=Method.MPESA, answered_at=None, confirmed_at__isnull=False,
    )  # fmt: skip
    return rows.order_by("-received_at", "-id").first()


def _any_due() -> bool:
    return CheckRequest.objects.filter(due_at__lte=clock.database_now()).exists()


def _open(bend: Bend) -> "QuerySet[Finding]":
    return Finding.objects.filter(
        subject_id=bend.subject_id, kind=bend.kind, status=FindingStatus.OPEN
    )


def _alerts(bend: Bend, *, since: datetime) -> int:
    """How many told of it: where others of its kind and partner were open, theirs did."""
    found = Finding.objects.filter(subject_id=bend.subject_id, kind=bend.kind)
    keys = [str(each or NOBODY) for each in found.values_list("partner_id", flat=True)]
    kind = kind_of(bend.kind)
    return Alert.objects.filter(kind=kind, key__in=keys, last_at__gte=since).count()


def _told_at(subject_id: str, *, since: datetime) -> datetime | None:
    """When the provider's word on it arrived meanwhile."""
    rows = Callback.objects.filter(subject_id=subject_id, received_at__gte=since)
    return rows.order_by("-pk").values_list("received_at", flat=True).first()


def _seconds(span: timedelta) -> float:
    return round(max(0.0, span.total_seconds()), 3)
