"""Take the filtered payments away in a file, as payouts are."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.http import urlencode

from disbursements.admin.export import ExportPayouts
from disbursements.admin.filters import filters_of
from disbursements.operations.export import PERMISSION
from rents.queries import selection
from rents.queries.exported import PAYMENTS


class ExportPayments(ExportPayouts):
    """Exactly the rows that are filtered, on record before they leave."""

    listing = PAYMENTS
    noun = "payments"
    as_selection: Callable[[Mapping[str, Any]], dict[str, str]] = staticmethod(
        selection.as_selection
    )

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may take payouts away and see payments."""
        return self.admin.has_view_permission(request) and request.user.has_perm(PERMISSION)

    def url_of(self, request: HttpRequest, changelist: ChangeList) -> str:
        """The page that takes exactly these rows away; empty for those who may not."""
        if not self.allowed(request):
            return ""
        return f"{self.url()}?{urlencode(filters_of(changelist))}"
