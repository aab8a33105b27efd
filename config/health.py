"""/health/live: this process answers. /health/ready: it can do its work."""

from http import HTTPStatus

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from core.command import migrations_are_missing

DOWN = "The database does not answer."
NOT_MIGRATED = "The database is not migrated: run `manage.py migrate`."
_seen: set[str] = set()


def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 without touching the database."""
    return JsonResponse({"success": True, "status": "live"})


def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200, or 503 with what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = "" if _migrated() else NOT_MIGRATED
    except (OperationalError, InterfaceError):
        missing = DOWN
    if missing:
        return JsonResponse(
            {"success": False, "error": missing, "code": "not_ready", "fields": {}},
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    return JsonResponse({"success": True, "status": "ready"})


def _migrated() -> bool:
    """Looked up until it is true once: migrations are not taken back under a running server."""
    if "migrated" in _seen:
        return True
    if migrations_are_missing():
        return False
    _seen.add("migrated")
    return True
