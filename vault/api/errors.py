"""Every error of the API in one shape: a sentence, a code to branch on, and the fields."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from core.callers import NotAllowed
from core.masking import for_log

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
DATABASE_DOWN = (
    "The database does not answer. Send the same request again in a few seconds: "
    "an instruction is never carried out twice."
)
UNEXPECTED = (
    "Something failed on our side. Send the same request with the same clientReference "
    "again: an instruction is never carried out twice."
)
SENTENCES: dict[type[APIException], str] = {
    exceptions.MethodNotAllowed: "This address does not take that method.",
    exceptions.UnsupportedMediaType: (
        "Send the body as JSON, with the header Content-Type: application/json."
    ),
    exceptions.NotAcceptable: "Answers are JSON: send the header Accept: application/json.",
}


class ApiError(APIException):
    """A refusal with its own status, code, sentence and fields (camelCase names).

    `wait_s` becomes the header Retry-After.
    """

    def __init__(
        self,
        *,
        status: HTTPStatus,
        code: str,
        sentence: str,
        fields: dict[str, list[str]] | None = None,
        wait_s: int | None = None,
    ) -> None:
        super().__init__(detail=sentence, code=code)
        self.wait = wait_s
        self.status_code = status
        self.code = code
        self.sentence = sentence
        self.fields = fields or {}


def bad_fields(fields: dict[str, list[str]]) -> ApiError:
    """400 for fields of a body or a query string."""
    first, messages = next(iter(fields.items()))
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return ApiError(
        status=HTTPStatus.BAD_REQUEST,
        code="bad_fields",
        sentence=f"{first}: {messages[0]}{more}",
        fields=fields,
    )


def not_allowed(error: NotAllowed) -> exceptions.PermissionDenied:
    """403 for a person or key that lacks the permission."""
    return exceptions.PermissionDenied(f"{error}.", code="permission_missing")


def envelope(
    sentence: str, code: str, fields: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """The body of every error."""
    return {"success": False, "error": sentence, "code": code, "fields": fields or {}}


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: no error leaves the API in another shape."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database does not answer: %s", for_log(str(error)))
        return Response(
            envelope(DATABASE_DOWN, "database_down"),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    if not isinstance(error, APIException):
        logger.error("%s failed", type(context.get("view")).__name__, exc_info=error)
        return Response(
            envelope(UNEXPECTED, "server_error"), status=HTTPStatus.INTERNAL_SERVER_ERROR
        )
    return _api_error(error)


def _api_error(error: APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait_s := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait_s))
    if isinstance(error, ApiError):
        body = envelope(error.sentence, error.code, error.fields)
    elif isinstance(error, exceptions.ValidationError):
        refused = bad_fields(_flat(error.detail))
        body = envelope(refused.sentence, refused.code, refused.fields)
    else:
        sentence = SENTENCES.get(type(error), str(error.detail))
        body = envelope(sentence, str(getattr(error.detail, "code", "error")))
    return Response(body, status=error.status_code, headers=headers)


def _flat(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): [str(each) for each in messages] for name, messages in detail.items()}
    return {"body": [str(each) for each in detail]}
