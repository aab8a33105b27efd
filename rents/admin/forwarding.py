"""Forward now what waits, and retry what failed: through the one door, by name, with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core import money, refusals
from core.admin import shown
from core.admin.confirm import ROWS_MAX, Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.record import Column
from rents.admin import choosing, words
from rents.operations.forward import forward_payment, forward_payments
from rents.queries.due import FORWARDABLE
from rents.states import LegacyStatus
from vault.models import Payment
from vault.queries import caller_of
from vault.states import PaymentStatus

ORIGIN = "admin"
NO_MONEY = "Nothing was changed and no money moved."


class ForwardNow(ConfirmedAction):
    """One payment, whatever its owner's schedule says."""

    name = "forward"
    label = "Forward now…"
    explanation = "Without waiting for the owner's schedule or minimum."
    permission = "forward"
    primary = True

    def offered(self, row: Payment) -> bool:
        """While it is somebody's, and no transfer took it on."""
        return (
            row.status == PaymentStatus.ALLOCATED
            and words.leg_of(row).status == LegacyStatus.PENDING
        )

    def confirmation(self, request: HttpRequest, rows: Sequence[Payment]) -> Confirmation:
        """Where it goes."""
        row = rows[0]
        owed = money.shown(row.owed_minor or 0, row.currency)
        return Confirmation(
            title=f"Forward the rent {row.receipt}",
            button=f"Forward {owed} to {row.owner}",
            will_happen=[
                f"A payout of {owed} to {words.receiver(row)} is sent within minutes.",
                "It is never sent twice: while it is open, nothing more goes to that business.",
            ],
            columns=COLUMNS,
            lines=[_line(row)],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call."""
        try:
            forward_payment(
                payment_id=rows[0].pk, caller=caller_of(request.user, origin=ORIGIN), at=at,
                reason=answers["reason"],
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NO_MONEY}") from None
        return Outcome(text="Its payout is instructed and is sent within minutes.")


class RetryForward(ForwardNow):
    """A transfer whose payout is proven not paid, once more."""

    name = "retry"
    label = "Retry…"
    explanation = "Its payout is proven not paid. A wrong receiver is put right on the payout."

    def offered(self, row: Payment) -> bool:
        """Once it failed."""
        return words.leg_of(row).status == LegacyStatus.FAILED

    def confirmation(self, request: HttpRequest, rows: Sequence[Payment]) -> Confirmation:
        """The whole transfer is retried, not this part alone."""
        row, leg = rows[0], words.leg_of(rows[0])
        amount_minor = leg.forward.amount_minor if leg.forward else leg.amount_minor
        amount = money.shown(amount_minor, row.currency)
        return Confirmation(
            title=f"Retry the forwarding of {row.receipt}",
            button=f"Retry {amount} to {row.owner}",
            will_happen=[
                f"{amount} is sent again: it is proven that the last payout was not paid.",
                f"It goes to {words.receiver_today(row)}, as the owner's page says today.",
                "All rents of the same transfer go with it.",
            ],
            columns=[*COLUMNS, Column(label="Why it failed")],
            lines=[[*_line(row), shown.free_text(leg.failure)]],
        )


class ForwardMany(ConfirmedAction):
    """Ticked ones, or all that waits for one owner: as few transfers as there are receivers."""

    name = "forward-many"
    permission = "forward"

    def _rows(self, request: HttpRequest, ids: Sequence[str]) -> list[Any]:
        """The posted ones; before that those of the owner whom the address names."""
        if ids or "owner" not in request.GET:
            return super()._rows(request, ids)
        rows = self.admin.get_queryset(request).filter(FORWARDABLE).order_by("paid_at", "id")
        owner_id = choosing.id_in(request.GET["owner"])
        return list(rows.filter(owner=owner_id)[: ROWS_MAX + 1]) if owner_id else []

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """As for ticked rows; those of an owner are frozen by id when the page is shown."""
        self._demand_permission(request)
        ids = request.POST.getlist("ids")[: ROWS_MAX + 1]
        rows = self._rows(request, ids)
        return self._answer(request, rows, ids=ids or [str(row.pk) for row in rows])

    def confirmation(self, request: HttpRequest, rows: Sequence[Payment]) -> Confirmation:
        """What goes out, and what stays and why."""
        good = [row for row in rows if _waits(row)]
        totals: dict[str, int] = {}
        for row in good:
            totals[row.currency] = totals.get(row.currency, 0) + (row.owed_minor or 0)
        noun = "rent" if len(good) == 1 else "rents"
        left = len(rows) - len(good)
        return Confirmation(
            title="Forward rents now",
            button=f"Forward {len(good):,} {noun}, {shown.totals(totals)}",
            will_happen=[
                "What goes to the same receiver goes as one payout, within minutes.",
                "Schedules and minimums are not waited for.",
                "What changes before you confirm is skipped.",
            ],
            count=len(good),
            noun=noun,
            totals=totals,
            oldest=min((row.paid_at for row in good), default=None),
            newest=max((row.paid_at for row in good), default=None),
            columns=COLUMNS,
            lines=[_line(row) for row in good],
            skipped=[f"{left:,} skipped: on the way, forwarded, nobody's, or paid outside"]
            if left and good else [],
            blocked="" if good else "Nothing that is selected can be forwarded.",
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call."""
        try:
            made = forward_payments(
                payment_ids=[row.pk for row in rows if _waits(row)],
                caller=caller_of(request.user, origin=ORIGIN), at=at, reason=answers["reason"],
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NO_MONEY}") from None
        noun = "payout is" if len(made) == 1 else "payouts are"
        return Outcome(
            text=f"{len(made):,} {noun} instructed and sent within minutes.",
            level=messages.SUCCESS if made else messages.WARNING,
        )


@admin.action(description="Forward the selected rents…")
def forward_selected(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Payment]
) -> HttpResponse:
    """Show what forwarding the ticked rows would do; nothing happens yet."""
    return ForwardMany(model_admin).for_selection(request, queryset)


COLUMNS = [
    Column(label="Receipt"), Column(label="Whose rent"), Column(label="Goes to"),
    Column(label="Received", numeric=True), Column(label="Fee", numeric=True),
    Column(label="Out", numeric=True),
]  # fmt: skip


def _line(row: Payment) -> list[object]:
    return [
        shown.link(words.page_of(row), row.receipt),
        words.who(row),
        words.receiver(row),
        shown.amount(row.amount_minor, row.currency),
        shown.amount(row.fee_minor or 0, row.currency),
        shown.amount(row.owed_minor or 0, row.currency),
    ]


def _waits(row: Payment) -> bool:
    """As FORWARDABLE has it."""
    return (
        row.status == PaymentStatus.ALLOCATED
        and row.forwarded_at is None
        and not words.is_not_forwarded(row)
    )
