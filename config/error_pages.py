"""Answers to what no view answered: in a sentence, as JSON below /api."""

import logging
import sys
from http import HTTPStatus
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from config.middleware import answer_in_a_sentence, database_down, is_database_down

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: a host we do not serve, a form that is too large."""
    return answer_in_a_sentence(
        request, "This request cannot be read.", code="bad_request", status=HTTPStatus.BAD_REQUEST
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403: a page or a deed that the person's roles do not cover."""
    return answer_in_a_sentence(
        request,
        "Your role does not allow this. Nothing was changed and no money moved. "
        "Ask an administrator if you need it.",
        code="permission_missing",
        status=HTTPStatus.FORBIDDEN,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404."""
    return answer_in_a_sentence(
        request, "There is nothing at this address.", code="not_found", status=HTTPStatus.NOT_FOUND
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with an id to quote; or 503 when the database failed outside of a view."""
    error = sys.exc_info()[1]
    if is_database_down(error):
        return database_down(request)
    number = uuid4().hex[:8]
    # the view's name, not the path: the path of a callback holds its secret
    view = request.resolver_match.view_name if request.resolver_match else "no view"
    logger.error("Error %s in %s: %s", number, view, kind_of(error))
    return answer_in_a_sentence(
        request,
        "Something failed on our side. Before you do it again, look whether it shows already. "
        f"It is in the log; the id to quote is {number}.",
        code="server_error",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def kind_of(error: BaseException | None) -> str:
    """The kind of error and where it was; the trace itself stands beside it in the log."""
    place = error.__traceback__ if error else None
    while place and place.tb_next:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
    return f"{type(error).__name__}{where}"
