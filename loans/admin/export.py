"""Take the filtered loans away in a file, as payouts are."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.http import urlencode

from disbursements.admin.export import ExportPayouts
from disbursements.admin.filters import filters_of
from loans.queries import selection
from loans.queries.exported import EXPORT, LOANS


class ExportLoans(ExportPayouts):
    """Exactly the rows that are filtered, on record before they leave."""

    listing = LOANS
    noun = "loans"
    as_selection: Callable[[Mapping[str, Any]], dict[str, str]] = staticmethod(
        selection.as_selection
    )

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may take loans away."""
        return self.admin.has_view_permission(request) and request.user.has_perm(EXPORT)

    def url_of(self, request: HttpRequest, changelist: ChangeList) -> str:
        """The page that takes exactly these rows away; empty for those who may not."""
        if not self.allowed(request):
            return ""
        return f"{self.url()}?{urlencode(filters_of(changelist))}"
