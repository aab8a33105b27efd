"""The search of a list whose rows have phones, the same on every page."""

from typing import Any, Protocol

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import shown
from disbursements.queries.search import msisdn_in


class Find(Protocol):
    """Narrows rows to those that a text names."""

    def __call__(
        self, rows: QuerySet[Any], /, *, text: str, may_see_phones: bool
    ) -> QuerySet[Any]: ...


def search_results(
    request: HttpRequest, rows: QuerySet[Any], term: str, *, find: Find, instead: str
) -> tuple[QuerySet[Any], bool]:
    """What the admin's get_search_results answers.

    Whoever may not see whole phones finds nobody by one, and is told what to use `instead`.
    """
    may_see = shown.may_see_phones(request)
    if not may_see and msisdn_in(term):
        messages.info(
            request,
            f"A phone is searched for only by those who may see whole phones. Use {instead}.",
        )
    return find(rows, text=term, may_see_phones=may_see), False
