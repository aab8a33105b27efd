"""Answers to what no view answered: in a sentence, as JSON below /api."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from config.middleware import answer_in_a_sentence, database_down, is_database_down


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: a host we do not serve, a form that is too large."""
    return answer_in_a_sentence(
        request, "This request cannot be read.", code="bad_request", status=HTTPStatus.BAD_REQUEST
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404."""
    return answer_in_a_sentence(
        request, "There is nothing at this address.", code="not_found", status=HTTPStatus.NOT_FOUND
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 when the database failed outside of a view (a session, say)."""
    if is_database_down(sys.exc_info()[1]):
        return database_down(request)
    return answer_in_a_sentence(
        request,
        "Something failed on our side. It was written to the log.",
        code="server_error",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
    )
