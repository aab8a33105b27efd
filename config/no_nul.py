"""The character NUL: no column of PostgreSQL holds it, and a query that asks for it fails.

Most doors refuse it themselves, and name the field. What gets by them is answered here, in one
place, instead of as an error of ours.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.db import DataError
from django.http import HttpRequest, HttpResponse

from config.content_policy import DESK
from config.middleware import answer_in_a_sentence

NUL = "\x00"
QUOTED = "%00"
DATABASE_SAYS = "cannot contain NUL"


class NoNul:
    """400 where a query failed for it; a cookie with it counts as none: its owner signs in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Before any cookie is looked up."""
        for name in [name for name, value in request.COOKIES.items() if NUL in name + value]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Anything else, and a NUL that the request did not bring, is Django's to answer."""
        if not isinstance(exception, DataError) or DATABASE_SAYS not in str(exception):
            return None
        place = _place(request)
        if not place:
            return None
        sentence = f"The {place} holds the character NUL (%00). Leave it out."
        return answer_in_a_sentence(
            request, sentence, code="nul_character", status=HTTPStatus.BAD_REQUEST
        )


def _place(request: HttpRequest) -> str:
    """Where a NUL stands; empty when nowhere."""
    query = request.META.get("QUERY_STRING", "")
    if NUL in request.path_info:
        return "address"
    if NUL in query or QUOTED in query:
        return "query"
    if any(NUL in value for name, value in request.META.items() if name.startswith("HTTP_")):
        return "header"
    return "form" if _form_has_nul(request) else ""


def _form_has_nul(request: HttpRequest) -> bool:
    """The desk's forms, which were read already; other bodies have rules of their own."""
    if request.method != "POST" or not request.path_info.startswith(DESK):
        return False
    return any(NUL in text for name, texts in request.POST.lists() for text in (name, *texts))
