"""Payments: the list of money received, and its doors. The page of one is in rent_card.py."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from core.admin import everyday, shown
from core.admin.base import RecordAdmin, column
from core.admin.counting import COUNTED_MAX
from core.admin.record import Record
from disbursements.admin.searching import search_results
from rents.admin import rent_card, words
from rents.admin.allocating import Allocate, TakeBack
from rents.admin.cash import RecordCash
from rents.admin.export import ExportPayments
from rents.admin.filters import FILTERS
from rents.admin.forwarding import ForwardMany, ForwardNow, RetryForward, forward_selected
from rents.queries import search
from rents.queries.legs import legs
from vault.models import Payment
from vault.queries.dues import remarks
from vault.states import PaymentStatus

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Today", {"when": "today"}),
    ("Unallocated", {"status": "unallocated"}),
    ("Not forwarded", {"leg": "pending", "status": "allocated"}),
    ("Forwarding failed", {"leg": "failed"}),
    ("On its way", {"leg": "processing"}),
    ("Cash", {"method": "cash"}),
)
SUMS = (("Received", "received"), ("Fee kept", "fee"), ("Owners'", "owed"), ("Not split", "open"))


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    """Every payment received, each with both its legs."""

    partner_path = "partner"
    has_phones = True

    purpose = "Every payment received, once for each receipt, and what became of it."
    nothing_yet = "No payment yet. They arrive by prompt, straight to the paybill, or as cash."
    list_display = (
        "receipt_text", "whose", "amount", "split", "state", "leg", "remark", "since",
    )  # fmt: skip
    list_filter = FILTERS
    list_filter_submit = True
    list_select_related = ("partner", "property", "tenant", "owner")
    list_before_template = "rents/payments_top.html"
    search_fields = ("receipt",)
    search_help_text = "Receipt, account, tenant, phone, amount, checkout id or payout receipt"
    sortable_by = ("since",)
    ordering = ("-received_at", "-id")
    actions = (forward_selected,)
    row_actions = (Allocate, ForwardNow, RetryForward, TakeBack)
    list_actions = (ForwardMany, ExportPayments, RecordCash)

    def get_actions(self, request: HttpRequest) -> Any:
        """Forwarding only for those who may."""
        found = super().get_actions(request)
        if not ForwardMany(self).allowed(request):
            found.pop(forward_selected.__name__, None)
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a payment."""
        instead = "the receipt, the account, the amount or the tenant's name"
        return search_results(request, queryset, search_term, find=search.found, instead=instead)

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in FILTERS]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the way to the owner and the remark of each row, read once, and the totals."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        found, said = legs(changelist.result_list), remarks(changelist.result_list)
        for row in changelist.result_list:
            row.leg_out, row.remark_text = found[row.pk], said.get(row.pk, "")
        changelist.totals = _totals(changelist)
        changelist.export_url = ExportPayments(self).url_of(request, changelist)
        return changelist

    @column("Receipt")
    def receipt_text(self, row: Payment) -> Any:
        """The receipt, and what the payer typed."""
        typed = row.account_typed or words.method(row)
        return shown.two_lines(row.receipt, shown.free_text(typed))

    @column("Whose rent")
    def whose(self, row: Payment) -> Any:
        """Tenant and property; of what is nobody's yet, the payer, always masked."""
        if row.property_id is None:
            return shown.two_lines(row.payer_name or "Nobody's yet", words.payer(row))
        return words.who(row)

    @column("Received")
    def amount(self, row: Payment) -> Any:
        """How much came in."""
        return shown.amount(row.amount_minor, row.currency)

    @column("Fee and out")
    def split(self, row: Payment) -> Any:
        """What is kept and what goes out."""
        if row.fee_minor is None or row.owed_minor is None:
            return shown.NOTHING
        fee = shown.amount(row.fee_minor, row.currency)
        return shown.two_lines(fee, shown.amount(row.owed_minor, row.currency))

    @column("Money in")
    def state(self, row: Payment) -> Any:
        """Whether it is known whose it is."""
        return words.payment_status(row)

    @column("Money out")
    def leg(self, row: Any) -> Any:
        """How the way to the owner stands; nobody's money has none."""
        if row.status == PaymentStatus.UNALLOCATED:
            return shown.NOTHING
        return words.leg_status(row.leg_out)

    @column("Remark")
    def remark(self, row: Any) -> str:
        """Over, under, or twice in a month."""
        return str(row.remark_text)

    @column("Received at", ordering="received_at")
    def since(self, row: Payment) -> Any:
        """When we heard of it."""
        return shown.moment(row.received_at)

    def record(self, request: HttpRequest, row: Payment) -> Record:
        """The rent card."""
        return rent_card.record(request, row)


def _totals(changelist: Any) -> Mapping[str, Any] | None:
    """Received = fee + owners' + not split, per currency, of all that match; None for too many."""
    if changelist.result_count > COUNTED_MAX or not changelist.result_count:
        return None
    sums = list(
        changelist.queryset.order_by().values("currency").annotate(
            payments=Count("pk"), received=Sum("amount_minor"),
            fee=Coalesce(Sum("fee_minor"), 0), owed=Coalesce(Sum("owed_minor"), 0),
        )
    )  # fmt: skip
    for each in sums:
        each["open"] = each["received"] - each["fee"] - each["owed"]
    return {
        "count": f"{sum(each['payments'] for each in sums):,}",
        "sums": [
            (name, shown.totals({each["currency"]: each[key] for each in sums}))
            for name, key in SUMS
        ],
    }
