"""A database that is down is told in a sentence; and whose rows a person may see."""

import json
import logging
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from core.admin.scope import NOBODYS
from core.masking import for_log
from vault.queries import partners_of_staff, staff_of

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
SENTENCE = (
    "The database does not answer. Try again in a few seconds; "
    "what was saved until now will show then."
)
PAGE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
    "<body><h1>{title}</h1><p>{sentence}</p></body></html>"
)


class DatabaseDown:
    """Acts on exceptions only: a request that goes well passes straight through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is added to the way of a request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 when the database is the reason; anything else is Django's to answer."""
        if not is_database_down(exception):
            return None
        logger.error("The database does not answer: %s", for_log(str(exception)))
        return database_down(request)


class WhoseRows:
    """Tells core/admin/scope.py whose rows the person may see, once it asks: one query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is looked up before a page asks."""

        @cache
        def partners_told() -> frozenset[UUID] | None:
            user = request.user
            return partners_of_staff(user) if user.is_staff else NOBODYS

        @cache
        def colleagues_told() -> frozenset[int]:
            return staff_of(partners_told() or NOBODYS)

        request.partners_told = partners_told  # type: ignore[attr-defined]
        request.colleagues_told = colleagues_told  # type: ignore[attr-defined]
        return self.get_response(request)


def is_database_down(exception: BaseException | None) -> bool:
    """Whether the connection failed, as opposed to a statement."""
    return isinstance(exception, OperationalError | InterfaceError)


def database_down(request: HttpRequest) -> HttpResponse:
    """The answer while there is no database."""
    return answer_in_a_sentence(
        request, SENTENCE, code="database_down", status=HTTPStatus.SERVICE_UNAVAILABLE
    )


def answer_in_a_sentence(
    request: HttpRequest, sentence: str, *, code: str, status: HTTPStatus
) -> HttpResponse:
    """JSON for programs, a plain page for people; needs neither database nor templates."""
    if _wants_page(request):
        response = HttpResponse(PAGE.format(title=status.phrase, sentence=sentence), status=status)
    else:
        body = {"success": False, "error": sentence, "code": code, "fields": {}}
        response = HttpResponse(json.dumps(body), status=status, content_type="application/json")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _wants_page(request: HttpRequest) -> bool:
    if request.path_info.startswith(("/api/", "/callbacks/", "/health/", "/metrics")):
        return False
    return "text/html" in request.headers.get("Accept", "text/html")
