"""Connected accounts: where users are paid by Stripe, and whether they may receive."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from core.admin import everyday, shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Button, Column, Facts, Headline, Record, Table
from disbursements.admin import account_words, job_words
from disbursements.admin.account_actions import AddAccount, AskStripe, ChangeAccount
from disbursements.admin.account_filters import ACCOUNT_FILTERS
from disbursements.admin.account_upload import UploadAccounts
from disbursements.models import ConnectedAccount
from disbursements.queries import accounts
from disbursements.queries.account_selection import RECEIVES, STATES, found_accounts, state_of
from disbursements.rules.receiving import Skip

MAY_NOT = ",".join(str(state) for state in STATES if state != RECEIVES)
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Winners wait for it", {"waits": "yes"}),
    ("May not receive", {"state": MAY_NOT}),
    ("Stripe wants to know something", {"asked": "yes"}),
    ("Not asked about yet", {"state": Skip.NOT_CHECKED}),
    ("Lost for good", {"state": f"{Skip.REJECTED},{Skip.LEFT}"}),
    ("Bank sent money back", {"bank": "yes"}),
    ("No answer from Stripe", {"trouble": "yes"}),
)
WAITING_SHOWN = 50
SEE_WINNERS = "disbursements.view_payouttransfer"


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(RecordAdmin):
    """Everybody who is paid by Stripe."""

    partner_path = "partner"
    purpose = "Where each user is paid by Stripe, and whether the account may receive."
    nothing_yet = (
        "No account yet: add one, upload a file, or let the partner's program send them "
        "(PUT /api/payouts/accounts)."
    )
    all_clear = "All clear: no such account."
    list_display = ("user", "state", "account", "waits", "wanted", "place", "asked")
    list_filter = ACCOUNT_FILTERS
    list_filter_submit = True
    list_select_related = ("partner",)
    search_fields = ("user_id",)
    search_help_text = "User or account (acct_…), or how it begins"
    ordering = ("-id",)
    row_actions = (AskStripe, ChangeAccount)
    list_actions = (UploadAccounts, AddAccount)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By user or account."""
        return found_accounts(queryset, text=search_term), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in ACCOUNT_FILTERS]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Each row knows how many winners wait for it; one query."""
        changelist: Any = super().get_changelist_instance(request)
        rows = changelist.result_list = list(changelist.result_list)
        waiting = accounts.waiting_of(rows) if rows else {}
        for row in rows:
            row.waiting = waiting.get((row.partner_id, row.user_id), 0)
        return changelist

    @column("User")
    def user(self, row: ConnectedAccount) -> Any:
        """And whose."""
        return shown.two_lines(row.user_id, row.partner.name)

    @column("Account")
    def account(self, row: ConnectedAccount) -> Any:
        """Stripe's id."""
        return job_words.account(row.account_id)

    @column("May it receive")
    def state(self, row: ConnectedAccount) -> Any:
        """A word; that the bank sent money back, below."""
        status = account_words.status(row)
        return shown.two_lines(status, "bank sent money back") if row.bank_failure else status

    @column("Country")
    def place(self, row: ConnectedAccount) -> Any:
        """And the account's own currency."""
        if not row.country:
            return shown.NOTHING
        return shown.two_lines(row.country, row.currency)

    @column("Winners waiting")
    def waits(self, row: Any) -> str:
        """How many."""
        return f"{row.waiting:,}" if row.waiting else shown.NOTHING

    @column("Stripe wants")
    def wanted(self, row: ConnectedAccount) -> Any:
        """What it does not know yet."""
        return account_words.wanted(row)

    @column("Asked")
    def asked(self, row: ConnectedAccount) -> Any:
        """When Stripe last told us."""
        last = shown.moment(row.standing_at)
        no_answer = row.refresh_error and row.left_at is None
        return shown.two_lines(last, "no answer since") if no_answer else last

    def record(self, request: HttpRequest, row: ConnectedAccount) -> Record:
        """One account: how it stands, who waits, its history."""
        may_see = request.user.has_perm(SEE_WINNERS)
        receives = state_of(row) == RECEIVES
        return Record(
            buttons=_ways(row) if may_see else [],
            headline=Headline(
                kind="Connected account",
                main=row.user_id,
                beside=row.account_id,
                status=account_words.status(row),
                meaning=account_words.meaning(row),
                next_step="" if receives else job_words.skip_to_do(state_of(row)),
            ),
            sections=[
                Facts(title="As Stripe last told us", rows=_told(row)),
                Facts(title="Facts", rows=_facts(row)),
                *([_waiting(row)] if may_see else []),
                steps_of(row),
            ],
        )


def _is_told(row: ConnectedAccount) -> bool:
    return row.standing_at is not None and row.left_at is None


def _standing(row: ConnectedAccount) -> list[tuple[str, object]]:
    return [
        ("Transfers", row.transfers),
        ("Stripe pays out to their bank", "yes" if row.payouts_enabled else "no"),
        ("Stripe wants", account_words.wanted_in_full(row)),
    ]


def _told(row: ConnectedAccount) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [
        *(_standing(row) if _is_told(row) else []),
        ("Disabled because", account_words.because(row.disabled_reason) or shown.NOTHING),
        ("Country", row.country or shown.NOTHING),
        ("Currency", row.currency or shown.NOTHING),
        ("Told", shown.moment(row.standing_at)),
        ("Asked again", shown.moment(row.refresh_at)),
    ]
    if row.left_at:
        told.append(("Out of our reach since", shown.moment(row.left_at)))
    if row.refresh_error:
        told.append(("Latest question", shown.free_text(row.refresh_error)))
    if row.bank_failure:
        told.append(("Their bank sent back", shown.free_text(row.bank_failure)))
    return told


def _facts(row: ConnectedAccount) -> list[tuple[str, object]]:
    return [
        ("User", shown.copied(row.user_id, label="user id")),
        ("Account", shown.copied(row.account_id, label="account id")),
        ("Partner", row.partner),
        ("Payouts on their way", f"{accounts.under_way(row):,}"),
        ("Added by", row.created_by),
        ("Added", shown.moment(row.created_at)),
        ("Changed", shown.moment(row.changed_at)),
    ]


def _waiting(row: ConnectedAccount) -> Table:
    found = accounts.waiting().filter(partner_id=row.partner_id, user_id=row.user_id)
    some = list(found.select_related("disbursement", "job").order_by("skipped_at")[:WAITING_SHOWN])
    return Table(
        title="What waits for this account",
        columns=[
            Column(label="Settlement"), Column(label="Contest"),
            Column(label="Amount", numeric=True), Column(label="Why"), Column(label="Since"),
        ],
        rows=[
            [
                shown.link(reverse(job_words.PAYOUT, args=[each.pk]), each.job.settlement_id),
                each.contest_id,
                shown.amount(each.disbursement.amount_minor, each.disbursement.currency),
                job_words.skip_text(each.skip_code) if each.skip_code else shown.NOTHING,
                shown.moment(each.skipped_at or each.disbursement.status_at),
            ]
            for each in some
        ],
        empty="Nobody waits for it.",
    )  # fmt: skip


def _ways(row: ConnectedAccount) -> Sequence[Button]:
    winners = reverse("admin:disbursements_payouttransfer_changelist")
    return [Button(label="What they won", url=f"{winners}?{urlencode({'q': row.user_id})}")]
