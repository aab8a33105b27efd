"""What the lists of checks, differences and waiting checks share: search, views, check again."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.admin import everyday
from core.admin.base import RecordAdmin
from core.admin.record import Button
from disbursements.admin.filters import filters_of
from disbursements.queries.filter_table import FilterTable
from reconciliation.admin import words
from reconciliation.admin.check_many import CheckMany
from reconciliation.admin.checking import many_url
from reconciliation.models import ReconciliationRun


class WatchtowerList(RecordAdmin):
    """Rows of the person's partners, found as `table` finds them, below everyday `questions`.

    A question replaces every filter of the list but `kept_filters`.
    """

    partner_path = "partner"
    list_filter_submit = True
    list_select_related = ("partner",)
    search_help_text = "Reference, receipt or our id"
    table: ClassVar[FilterTable[Any]]
    questions: ClassVar[everyday.Questions]
    kept_filters: ClassVar[Collection[str]] = ("partner", "id", "bulk")

    def get_actions(self, request: HttpRequest) -> Any:
        """Checking only for those who may."""
        found = super().get_actions(request)
        if not request.user.has_perm(words.CHECK):
            found.pop(check_ticked.__name__, None)
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By what people know the thing by."""
        if not search_term.strip():
            return queryset, False
        return self.table.search(queryset, text=search_term, may_see_phones=False), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in self.list_filter]
        replaced = [name for name in names if name not in self.kept_filters]
        return everyday.views(changelist, self.questions, names=replaced)


@admin.action(description="Check the ticked ones again…")
def check_ticked(
    model_admin: Any,  # noqa: ARG001 - as Django calls it
    request: HttpRequest,
    queryset: QuerySet[Any],
) -> HttpResponse:
    """The preview of what is ticked; each thing once."""
    ids = dict.fromkeys(queryset.order_by().values_list("subject_id", flat=True))
    runs_page = admin.site.get_model_admin(ReconciliationRun)
    return CheckMany(runs_page).for_subjects(request, list(ids))


def check_all_button(request: HttpRequest, changelist: Any, *, of: str) -> list[Button]:
    """The way to the check of everything that the filters show."""
    if not changelist.result_count or not request.user.has_perm(words.CHECK):
        return []
    url = many_url(of=of, **filters_of(changelist))
    return [Button(label="Check all of these…", url=url)]
