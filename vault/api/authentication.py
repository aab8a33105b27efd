"""Who is asking: `Authorization: Bearer …` with a partner's key or a person's token."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db.models import Q
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core import clock
from core.callers import Caller
from vault import queries
from vault.models import ApiKey, Partner
from vault.operations import staff_tokens
from vault.rules import api_key, staff_token

if TYPE_CHECKING:
    from rest_framework.views import APIView

SCHEME = "Bearer"
ORIGIN = "api"
USE_NOTED_EVERY = timedelta(minutes=1)
MISSING = "Send your API key in the header: Authorization: Bearer pv_…"
STAFF_ONLY = "Only a member of staff may do this: a partner's key may not."
OWNER = "owner"
TENANT = "tenant"
# What a key may do, by its scopes. Never: force, settle, approve, allocate, take back, have
# payments checked; nor hold or release a loan, which takes a person.
SCOPE_PERMISSIONS = {
    api_key.READ: (
        "disbursements.view_disbursementrequest", "disbursements.view_disbursementretrylog",
        "disbursements.view_bulkrun", "disbursements.see_phones",
        "disbursements.export_disbursementrequest",
        "vault.view_owner", "vault.view_property", "vault.view_tenant", "vault.view_payment",
        "vault.view_prompt", "rents.view_forward",
        "disbursements.view_payoutjob", "disbursements.view_payouttransfer",
        "disbursements.view_connectedaccount", "disbursements.view_transferreversal",
        "loans.view_loantracking", "loans.view_loanbooking", "loans.view_loanproposal",
        "loans.view_loansyncrun", "loans.view_mifosconnection",
        "loans.view_loanproductautodisbursalconfig", "loans.export_loantracking",
        "reconciliation.view_reconciliationrun", "reconciliation.view_finding",
    ),
    api_key.WRITE: (
        "disbursements.add_disbursementrequest", "disbursements.retry_disbursementrequest",
        "disbursements.cancel_disbursementrequest", "disbursements.correct_disbursementrequest",
        "vault.collect_payment", "vault.forward_payment",
        "disbursements.schedule_payoutjob", "disbursements.retry_payoutjob",
        "disbursements.cancel_payoutjob", "disbursements.add_connectedaccount",
        "disbursements.change_connectedaccount",
        "loans.sync_loantracking", "loans.check_mifosconnection",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Access:
    """What proved who is asking: `key` of a partner's program, or None for a person."""

    caller: Caller
    key: ApiKey | None = None


class BearerAuthentication(BaseAuthentication):
    """The partner of the key or the person of the token, or 401 with the reason."""

    def authenticate(self, request: Request) -> tuple[Partner | User, Access]:
        """Who asks, and what they may do; raises AuthenticationFailed."""
        scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            raise AuthenticationFailed(MISSING, code="key_missing")
        if scheme.lower() == SCHEME.lower():
            if api_key.has_key_form(text.strip()):
                return _partner(text.strip())
            if staff_token.has_token_form(text.strip()):
                return _person(text.strip())
        raise AuthenticationFailed("This is not an API key. " + MISSING, code="key_malformed")

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Makes refusals 401."""
        return f'{SCHEME} realm="payment-vault"'


class MayDo(BasePermission):
    """The caller has the permission that the view asks for in `permissions[method]`.

    Of several any one will do, and the view demands the right one once it knows the body. An
    owner or a tenant who asks for themselves has no permissions: only what the view is
    `open_to`, by method, is theirs. A view that says nothing is closed to both.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises PermissionDenied naming what is missing."""
        if not isinstance(request.auth, Access):
            return False
        permissions: dict[str, str | tuple[str, ...]] = getattr(view, "permissions", {})
        method = request.method or ""
        asked = "GET" if method == "HEAD" else method
        if is_open_to(request.auth.caller, getattr(view, "open_to", {}).get(asked, ())):
            return True
        needed = permissions.get(asked)
        if needed is not None:
            demand(request, *([needed] if isinstance(needed, str) else needed))
        return needed is not None or method == "OPTIONS" or not hasattr(view, method.lower())


def is_open_to(caller: Caller, whom: Collection[str]) -> bool:
    """Whether the caller asks for themselves and is one of these: `owner`, `tenant`."""
    return (OWNER in whom and caller.owner_id is not None) or (
        TENANT in whom and caller.tenant_id is not None
    )


def caller_from(request: Request) -> Caller:
    """Who asks, whose rows they may touch and what they may do; the same for both kinds."""
    if not isinstance(request.auth, Access):
        raise PermissionDenied(MISSING)
    return request.auth.caller


def demand(request: Request, *permissions: str) -> None:
    """Raises PermissionDenied (403) naming the scope or the permission that is missing.

    Of several permissions any one will do; the first is named.
    """
    if any(caller_from(request).may(permission) for permission in permissions):
        return
    permission = permissions[0]
    if not is_key(request):
        raise PermissionDenied(f"You lack the permission {permission}.", code="permission_missing")
    scope = scope_of(permission)
    if scope is None:
        raise PermissionDenied(STAFF_ONLY, code="staff_only")
    raise PermissionDenied(f"This API key lacks the scope {scope}.", code="scope_missing")


def is_key(request: Request) -> bool:
    """Whether a partner's program asks, not a person."""
    return isinstance(request.auth, Access) and request.auth.key is not None


def scope_of(permission: str) -> str | None:
    """The scope that gives a key this permission; None when none does."""
    return next((scope for scope, names in SCOPE_PERMISSIONS.items() if permission in names), None)


def _partner(text: str) -> tuple[Partner, Access]:
    found = queries.api_key(digest=api_key.digest(text))
    if found is None:
        raise AuthenticationFailed("This API key is not known.", code="key_unknown")
    if found.revoked_at is not None:
        raise AuthenticationFailed("This API key was revoked.", code="key_revoked")
    if not found.partner.is_active:
        raise AuthenticationFailed("This partner is not active.", code="partner_inactive")
    _note_use(found, clock.now())
    return found.partner, Access(caller=_caller_of_key(found), key=found)


def _caller_of_key(key: ApiKey) -> Caller:
    names = [name for scope in key.scopes for name in SCOPE_PERMISSIONS.get(scope, ())]
    return Caller(
        actor=f"api:{key.prefix}",
        origin=ORIGIN,
        partners=frozenset([key.partner_id]),
        permissions=frozenset(names),
    )


def _person(text: str) -> tuple[User, Access]:
    try:
        user = staff_tokens.owner(text=text, at=clock.now())
    except staff_tokens.TokenRefused as error:
        raise AuthenticationFailed(f"{error}.", code=error.code) from None
    caller = queries.caller_of(user, origin=ORIGIN)
    if not queries.may_have_token(user, caller):
        raise AuthenticationFailed(f"{staff_tokens.ENDED}.", code="token_ended")
    return user, Access(caller=caller)


def _note_use(key: ApiKey, at: datetime) -> None:
    """At most one write a minute, also from many processes."""
    stale = at - USE_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at <= stale:
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=stale), pk=key.pk).update(
            last_used_at=at
        )
