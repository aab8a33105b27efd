"""Who is asking: `Authorization: Bearer pv_…`, and what that key may do."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core import clock
from vault import queries
from vault.models import ApiKey, Partner
from vault.rules import api_key

if TYPE_CHECKING:
    from rest_framework.views import APIView

SCHEME = "Bearer"
USE_NOTED_EVERY = timedelta(minutes=1)
MISSING = "Send your API key in the header: Authorization: Bearer pv_…"


class ApiKeyAuthentication(BaseAuthentication):
    """The partner of the key, or 401 with the reason."""

    def authenticate(self, request: Request) -> tuple[Partner, ApiKey]:
        """Partner and key; raises AuthenticationFailed."""
        scheme, _, key = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            raise AuthenticationFailed(MISSING, code="key_missing")
        if scheme.lower() != SCHEME.lower() or not api_key.has_key_form(key.strip()):
            raise AuthenticationFailed("This is not an API key. " + MISSING, code="key_malformed")
        found = queries.api_key(digest=api_key.digest(key.strip()))
        if found is None:
            raise AuthenticationFailed("This API key is not known.", code="key_unknown")
        if found.revoked_at is not None:
            raise AuthenticationFailed("This API key was revoked.", code="key_revoked")
        if not found.partner.is_active:
            raise AuthenticationFailed("This partner is not active.", code="partner_inactive")
        _note_use(found, clock.now())
        return found.partner, found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Makes refusals 401."""
        return f'{SCHEME} realm="payment-vault"'


class IsPartner(BasePermission):
    """The key has the scope that the view asks for in `scopes[method]`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises PermissionDenied naming the missing scope."""
        if not isinstance(request.auth, ApiKey):
            return False
        scopes: dict[str, str] = getattr(view, "scopes", {})
        needed = scopes.get(request.method or "")
        if needed and needed not in request.auth.scopes:
            raise PermissionDenied(f"This API key lacks the scope {needed}.", code="scope_missing")
        return True


def partner_id_of(request: Request) -> UUID:
    """The partner whose rows this request may touch, and no other."""
    return key_of(request).partner_id


def key_of(request: Request) -> ApiKey:
    """The key of a request that IsPartner let in; raises PermissionDenied for any other."""
    if not isinstance(request.auth, ApiKey):
        raise PermissionDenied(MISSING)
    return request.auth


def _note_use(key: ApiKey, at: datetime) -> None:
    """At most one write a minute, also from many processes."""
    stale = at - USE_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at <= stale:
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=stale), pk=key.pk).update(
            last_used_at=at
        )
