"""Winners: who is paid by which payout job. The list of all, and the one below a job's page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import money
from core.admin import everyday, shown
from core.admin.base import ReadOnlyAdmin, column
from core.admin.counting import COUNTED_MAX
from disbursements.admin import job_words
from disbursements.admin import words as payout_words
from disbursements.admin.job_actions import LIST_ACTIONS, allowed_actions
from disbursements.admin.job_filters import OF_ONE_JOB, WINNER_FILTERS
from disbursements.models import ConnectedAccount, PayoutJob, PayoutTransfer
from disbursements.queries import payout_jobs
from disbursements.queries.job_selection import found_winners
from disbursements.states import TransferStatus

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Not paid", {"state": TransferStatus.FAILED_TERMINAL}),
    ("Waiting for their account", {"waits": "yes"}),
    ("To be tried again", {"state": TransferStatus.RETRYABLE}),
    ("Under way", {"state": TransferStatus.PROCESSING}),
    ("Not sent yet", {"state": TransferStatus.PENDING}),
    ("Paid", {"state": TransferStatus.COMPLETED}),
    ("Money came back", {"returned": "yes"}),
)
COLUMNS = ("winner", "amount", "state", "tries", "reason", "next_try")


def job_of(request: HttpRequest) -> PayoutJob | None:
    """The job below whose page the winners are listed; None: all winners are."""
    return getattr(request, "payout_job", None)


class WinnerList(ChangeList):
    """A winner's row leads to the page of its payout: they share their id."""

    def url_for_result(self, result: Any) -> str:
        """The payout's page."""
        return reverse(job_words.PAYOUT, args=[result.pk])


@admin.register(PayoutTransfer)
class PayoutTransferAdmin(ReadOnlyAdmin):
    """Every winner of every job."""

    partner_path = "partner"
    purpose = "Every winner of every settlement, and why who is not paid is not."
    nothing_yet = "No winner yet. They arrive with settlements, by the API or in a file."
    all_clear = "All clear: no such winner."
    list_display = COLUMNS
    list_filter = WINNER_FILTERS
    list_filter_submit = True
    list_before_template = "disbursements/jobs_top.html"
    list_select_related = ("disbursement", "job", "partner")
    search_fields = ("user_id",)
    search_help_text = "User, tr_…, acct_…, settlement, contest or amount"
    ordering = ("-disbursement__created_at", "job", "line")
    actions = LIST_ACTIONS

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutTransfer]:
        """All that the person may see, or those of one job."""
        rows, job = super().get_queryset(request), job_of(request)
        return rows if job is None else rows.filter(job=job)

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Those of one job stand as in their settlement."""
        return ("line",) if job_of(request) else self.ordering

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        """The settlement is named where there are several."""
        return COLUMNS if job_of(request) else (COLUMNS[0], "settlement", *COLUMNS[1:])

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """Of one job only what tells its winners apart."""
        return OF_ONE_JOB if job_of(request) else WINNER_FILTERS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Rows lead to payouts."""
        return WinnerList

    def get_actions(self, request: HttpRequest) -> Any:
        """A verb is about one job; in the list of all there is none."""
        found = super().get_actions(request)
        return allowed_actions(request, found) if job_of(request) else {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a winner."""
        return found_winners(queryset, text=search_term), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in WINNER_FILTERS]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With each winner's sentence and account, read once."""
        changelist: Any = super().get_changelist_instance(request)
        rows = changelist.result_list = list(changelist.result_list)
        accounts, why = _accounts(rows), payout_jobs.whys(rows)
        for row in rows:
            row.account = accounts.get((row.partner_id, row.user_id), "")
            row.why = why.get(row.pk, "")
        changelist.totals = _totals(changelist)
        if job_of(request):
            changelist.purpose = changelist.save_view_url = ""
        return changelist

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Its page is its payout's."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(reverse(job_words.PAYOUT, args=[row.pk]))

    @column("Winner")
    def winner(self, row: Any) -> Any:
        """The partner's user, and the account at Stripe."""
        return shown.two_lines(row.user_id, job_words.account(row.account) or "no account")

    @column("Settlement")
    def settlement(self, row: PayoutTransfer) -> Any:
        """Which one, and whose."""
        return shown.two_lines(job_words.job_link(row.job), row.partner.name)

    @column("Amount")
    def amount(self, row: PayoutTransfer) -> Any:
        """What is won, and what of it came back."""
        payout = row.disbursement
        won = shown.amount(payout.amount_minor, payout.currency)
        if not payout.returned_minor:
            return won
        back = money.shown(payout.returned_minor, payout.currency)
        return shown.two_lines(won, f"{back} came back")

    @column("State")
    def state(self, row: PayoutTransfer) -> Any:
        """As its job counts it."""
        return job_words.winner_status(row)

    @column("Tries")
    def tries(self, row: PayoutTransfer) -> str:
        """`1 of 4`."""
        payout = row.disbursement
        if not payout.attempts_made:
            return shown.NOTHING
        return f"{payout.attempts_made} of {payout.max_retries + 1}"

    @column("Why")
    def reason(self, row: Any) -> Any:
        """In one sentence; phones always masked in lists."""
        return shown.free_text(row.why)

    @column("Next")
    def next_try(self, row: PayoutTransfer) -> Any:
        """When we act next by ourselves."""
        text = payout_words.next_try(row.disbursement)
        return "" if text == shown.NOTHING else text


def _totals(changelist: Any) -> dict[str, Any] | None:
    """What all that match are to get, per currency; None for too many."""
    if changelist.result_count > COUNTED_MAX or not changelist.result_count:
        return None
    won = changelist.queryset.order_by().values_list("disbursement__currency")
    sums = dict(won.annotate(minor=Sum("disbursement__amount_minor")))
    count = f"{changelist.result_count:,}"
    return {"sums": [("Winners", count), ("Together", shown.totals(sums))]}


def _accounts(rows: Sequence[PayoutTransfer]) -> dict[tuple[Any, str], str]:
    """The account of each user; one query."""
    found = ConnectedAccount.objects.filter(
        partner__in={row.partner_id for row in rows}, user_id__in={row.user_id for row in rows}
    )
    return {
        (partner_id, user_id): account_id
        for partner_id, user_id, account_id in found.values_list(
            "partner_id", "user_id", "account_id"
        )
    }
