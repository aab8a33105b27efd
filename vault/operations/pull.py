"""Pull: ask M-Pesa for payments that nobody told us of, behind a watermark for each shortcode.

The watermark moves when every row of a piece of time is written down, so that a crash asks for
the same again. Twice is the same as once.
"""

from collections.abc import Collection as Some
from datetime import datetime, timedelta

from django.db import transaction

from core import alerts, locks
from core.clock import NAIROBI
from core.models import AlertSeverity
from core.secrets import CannotOpen
from core.states import SYSTEM
from gateways import registry
from gateways.errors import GatewayError
from gateways.interface import Collector, Exchange, PulledPage, PulledPayment, PullWindow
from gateways.models import Call
from vault.models import Collection, Payment, Shortcode
from vault.operations.receive import Heard, Source
from vault.operations.take_in import take_in
from vault.queries import collecting
from vault.rules import pulling
from vault.rules.pulling import Piece

CALL_KIND = "pull"
BEHIND_ALERT = "pull_behind"
FAR_BEHIND_ALERT = "pull_far_behind"
GAP_ALERT = "pull_gap"
UNREADABLE_ALERT = "pull_unreadable"
PROBLEM_CHARACTERS_MAX = 500
# A provider that knows no offset tells of the same bad rows for ever.
BARREN_PAGES_MAX = 20


class PagesRepeat(Exception):
    """Pull gave the same page again under the next offset: what comes after it is unknown."""


def pull_due(*, at: datetime, numbers: Some[str] | None = None) -> int:
    """Pull for every active shortcode that is registered for it; how many payments were new.

    One at a time for each shortcode. `numbers`: only these. No call is made in a transaction.
    """
    rows = collecting.pulled_shortcodes(numbers=numbers)
    return sum(_alone(number, at) for number in rows)


def _alone(number: str, at: datetime) -> int:
    name = f"pull:{number}"
    if not locks.try_session_locks([name]):
        return 0
    try:
        set_up = Collection.objects.select_related("shortcode").get(shortcode__number=number)
        return _pull(set_up, at)
    finally:
        locks.free_session_locks([name])


def _pull(set_up: Collection, at: datetime) -> int:
    shortcode, new, problem = set_up.shortcode, 0, ""
    gap = pulling.gap(pulled_until=set_up.pulled_until, at=at)
    try:
        collector = registry.collector(collecting.access_of(shortcode))
        for piece in pulling.pieces(pulled_until=set_up.pulled_until, at=at):
            new += _take_piece(collector, shortcode, piece, at)
            _move_watermark(set_up, piece, gap, at)
    except (GatewayError, CannotOpen, PagesRepeat) as error:
        problem = f"{type(error).__name__}: {error}"[:PROBLEM_CHARACTERS_MAX]
    Collection.objects.filter(pk=set_up.pk).update(pull_tried_at=at, pull_problem=problem)
    _judge_lag(set_up, problem, at)
    return new


def _take_piece(collector: Collector, shortcode: Shortcode, piece: Piece, at: datetime) -> int:
    new, seen, offset, barren = 0, set[str](), 0, 0
    while True:
        window = PullWindow(since=piece.since, until=piece.until, offset=offset)
        page = _page(collector, shortcode, window)
        receipts = {payment.receipt for payment in page.payments}
        if receipts and receipts <= seen:
            raise PagesRepeat(f"the page from row {offset} on repeats rows that came before")
        barren = 0 if receipts else barren + 1
        if barren > BARREN_PAGES_MAX:
            raise PagesRepeat(f"from row {offset} on there is no end of rows that cannot be read")
        seen |= receipts
        new += _take_page(page, shortcode, at)
        if page.next_offset is None:
            return new
        offset = page.next_offset


def _page(collector: Collector, shortcode: Shortcode, window: PullWindow) -> PulledPage:
    try:
        page = collector.pull(window)
    except GatewayError as error:
        if error.exchange is not None:
            _log(error.exchange, shortcode)
        raise
    _log(page.exchange, shortcode)
    return page


def _take_page(page: PulledPage, shortcode: Shortcode, at: datetime) -> int:
    """Each row in its own transaction; what was pulled before is left alone."""
    known = set(
        Payment.objects.filter(
            receipt__in=[payment.receipt for payment in page.payments],
            shortcode=shortcode, pulled_at__isnull=False,
        ).values_list("receipt", "amount_minor", "currency")
    )  # fmt: skip
    new = 0
    for row in page.payments:
        if (row.receipt, row.amount_minor, row.currency) not in known:
            with transaction.atomic(durable=True):
                new += take_in(heard=_heard(row, shortcode), at=at).is_new
    if page.unreadable:
        _tell_unreadable(page, shortcode, at)
    return new


def _heard(row: PulledPayment, shortcode: Shortcode) -> Heard:
    return Heard(
        shortcode=shortcode,
        receipt=row.receipt,
        amount_minor=row.amount_minor,
        currency=row.currency,
        source=Source.PULL,
        account_typed=row.account,
        payer=row.payer,
        paid_at=row.paid_at,
    )


def _move_watermark(set_up: Collection, piece: Piece, gap: Piece | None, at: datetime) -> None:
    """Forward only. What was out of reach when we came back is told with its bounds."""
    with transaction.atomic(durable=True):
        if gap is not None and (set_up.pulled_until or gap.since) < gap.until:
            _tell_gap(set_up.shortcode, gap, at)
        if set_up.pulled_until is None or piece.until > set_up.pulled_until:
            set_up.pulled_until = piece.until
            set_up.save(update_fields=["pulled_until"])


def _log(exchange: Exchange, shortcode: Shortcode) -> None:
    Call.objects.from_exchange(
        exchange, provider=registry.collected_by(), kind=CALL_KIND, shortcode=shortcode.number,
        subject_id=str(shortcode.pk),
    ).save()  # fmt: skip


def _judge_lag(set_up: Collection, problem: str, at: datetime) -> None:
    since = set_up.pulled_until or set_up.pull_registered_at or at
    behind = at - since
    number, hours = set_up.shortcode.number, int(behind / timedelta(hours=1))
    text = f"Payments to {number} were not pulled for {hours} hours, and Pull reaches back 48"
    text += f" ({problem})" if problem else ""
    for kind, is_open, severity in (
        (BEHIND_ALERT, pulling.is_amber(behind), AlertSeverity.WARNING),
        (FAR_BEHIND_ALERT, pulling.is_red(behind), AlertSeverity.CRITICAL),
    ):
        if is_open:
            alerts.raise_alert(kind=kind, key=number, text=text, at=at, severity=severity)
        else:
            alerts.close_alerts(kind=kind, key=number, at=at, actor=SYSTEM)


def _tell_gap(shortcode: Shortcode, gap: Piece, at: datetime) -> None:
    since, until = (
        f"{each.astimezone(NAIROBI):%Y-%m-%d %H:%M}" for each in (gap.since, gap.until)
    )
    alerts.raise_alert(
        kind=GAP_ALERT, key=f"{shortcode.number}:{since}", severity=AlertSeverity.CRITICAL, at=at,
        text=f"Payments to {shortcode.number} from {since} to {until} (Nairobi) can no longer be "
        "pulled: compare the statement of the shortcode for that time with the payments here",
    )  # fmt: skip


def _tell_unreadable(page: PulledPage, shortcode: Shortcode, at: datetime) -> None:
    alerts.raise_alert(
        kind=UNREADABLE_ALERT, key=shortcode.number, severity=AlertSeverity.CRITICAL, at=at,
        text=f"Pull told of payments to {shortcode.number} that cannot be read: "
        f"{'; '.join(page.unreadable)[:PROBLEM_CHARACTERS_MAX]}. Compare the statement",
    )  # fmt: skip
