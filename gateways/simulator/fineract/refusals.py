"""How Fineract says no (fineract.md 1.5): its JSON, and the answers that are none."""

import json
from dataclasses import dataclass, field

from gateways.simulator.journal import Record
from gateways.simulator.wire import HTML_TYPE, Response

JSON_TYPE = "application/json"
PAGE = "<!doctype html><html><head><title>HTTP Status {status}</title></head><body></body></html>"
VALIDATION = "validation.msg.validation.errors.exist"
RULE = "validation.msg.domain.rule.violation"
NOT_PERMITTED = (
    "The user associated with credentials passed on this request does not have sufficient "
    "privileges to perform this action."
)


@dataclass(kw_only=True)
class Refusal(Exception):
    """A request that is refused, with the answer it gets."""

    status_code: int
    body: str = ""
    kind: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """What goes over the wire."""
        headers = ({"Content-Type": self.kind} if self.kind else {}) | self.headers
        return Response(status=self.status_code, body=self.body.encode(), headers=headers)


def refusal(
    status_code: int, code: str, message: str, *, inner: str = "", parameter: str = "",
    value: object = None, details: bool = True,
) -> Refusal:  # fmt: skip
    """Fineract's error body; `inner` is the code of its one error, else the same code."""
    error: Record = {
        "developerMessage": message, "defaultUserMessage": message,
        "userMessageGlobalisationCode": inner or code, "parameterName": parameter or "id",
        "args": [] if value is None else [{"value": value}],
    }  # fmt: skip
    if value is not None:
        error["value"] = value
    body = {
        "developerMessage": message, "httpStatusCode": str(status_code),
        "defaultUserMessage": message, "userMessageGlobalisationCode": code,
        "errors": [error] if details else [],
    }  # fmt: skip
    return Refusal(status_code=status_code, body=json.dumps(body, default=str))


def invalid(code: str, message: str, *, parameter: str = "", value: object = None) -> Refusal:
    """400: a field, or the loan's state."""
    return refusal(400, VALIDATION, message, inner=code, parameter=parameter, value=value)


def rule(code: str, message: str, *values: object) -> Refusal:
    """403: a business rule."""
    return refusal(403, RULE, message, inner=code, value=values[0] if values else None)


def integrity(code: str = "error.msg.data.integrity.issue") -> Refusal:
    """403: the database refused; the code stands at the top."""
    return refusal(403, code, "Unknown data integrity issue with resource.", parameter="unknown")


def not_permitted(message: str) -> Refusal:
    """403: a permission is missing."""
    answer = refusal(403, "error.msg.not.authorized", message)
    body = json.loads(answer.body)
    body["developerMessage"] = NOT_PERMITTED
    body["defaultUserMessage"] = "Insufficient privileges to perform this action."
    return Refusal(status_code=403, body=json.dumps(body))


def not_found(code: str, message: str, value: object = None) -> Refusal:
    """404: no such thing, or outside the user's office."""
    return refusal(404, "error.msg.resource.not.found", message, inner=code, value=value)


def unsupported(parameter: str) -> Refusal:
    """400: a body key that the command does not know."""
    return refusal(
        400, "error.msg.parameter.unsupported", f"The parameter {parameter} is not supported.",
        parameter=parameter,
    )  # fmt: skip


def unknown_command(value: str) -> Refusal:
    """400: a `command=` that there is not."""
    return refusal(
        400, "error.msg.query.parameter.value.unsupported",
        f"The query parameter command has an unsupported value of: {value}", value=value,
        parameter="command",
    )  # fmt: skip


def bad_body() -> Refusal:
    """400: not JSON."""
    return refusal(
        400, "error.msg.invalid.request.body", "The request body is not valid JSON.", details=False
    )


def read_only() -> Refusal:
    """405: this instance only reads."""
    return refusal(405, "error.msg.invalid.instance.type", "Method is not allowed in this mode.")


def locked(loan_id: int) -> Refusal:
    """409: close-of-business holds the loan; written without a content type."""
    answer = refusal(409, "error.msg.loan.locked", f"Loan: {loan_id} is locked.")
    return Refusal(status_code=409, body=answer.body, kind="")


def conflict() -> Refusal:
    """409: another transaction was quicker."""
    return refusal(
        409, "error.msg.platform.service.loan.conflict", "Optimistic lock failed.", details=False
    )


def in_progress() -> Refusal:
    """425: the same key is at work, or seems to be."""
    return Refusal(status_code=425, headers={"x-served-from-cache": "true"})


def broken() -> Refusal:
    """500: a Java exception that nobody mapped."""
    return Refusal(status_code=500, body=json.dumps({"Exception": "java.lang.RuntimeException"}))


def job_running() -> Refusal:
    """503: a job that forbids updates."""
    return refusal(
        503, "error.msg.platform.service.unavailable", "A job is running.",
        inner="error.msg.sheduler.job.currently.running",
    )  # fmt: skip


def page(status_code: int) -> Refusal:
    """The servlet container's own page: not Fineract's JSON."""
    return Refusal(status_code=status_code, body=PAGE.format(status=status_code), kind=HTML_TYPE)
