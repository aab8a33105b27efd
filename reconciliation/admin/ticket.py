"""POST admin/reconciliation/ticket/: a signed-in page gets what opens its socket."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import clock
from reconciliation.operations import tickets
from reconciliation.operations.live_door import ENDED, MAY_WATCH
from reconciliation.rules.moments import told


@require_POST
@never_cache
def issue(request: HttpRequest) -> JsonResponse:
    """A ticket for one socket, to be used within a minute from this browser."""
    user = request.user
    if not user.is_authenticated:
        return _refused(ENDED, code="signed_out", status=HTTPStatus.UNAUTHORIZED)
    if not user.is_staff or not user.has_perm(MAY_WATCH):
        sentence = f"You lack the permission {MAY_WATCH}"
        return _refused(sentence, code="permission_missing", status=HTTPStatus.FORBIDDEN)
    ticket = tickets.issue(user=user, at=clock.now())
    return JsonResponse(
        {
            "success": True,
            "ticket": ticket.text,
            "expiresAt": told(ticket.expires_at),
            "heartbeatInterval": settings.WS_HEARTBEAT_INTERVAL,
            "reconnectDelay": settings.WS_RECONNECT_DELAY,
        }
    )


def _refused(sentence: str, *, code: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"success": False, "error": f"{sentence}.", "code": code}, status=status)
