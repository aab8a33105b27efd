"""POST /api/auth/token: staff, owners and tenants get a token for a few minutes."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.peers import address_of
from vault import queries
from vault.api.authentication import ORIGIN, OWNER, SCHEME, TENANT
from vault.api.bodies import unknown_fields
from vault.api.errors import ApiError, bad_fields
from vault.operations import staff_tokens
from vault.operations.sign_in import Throttled, WrongSignIn, sign_in

USERNAME_LENGTH_MAX = 150
PASSWORD_LENGTH_MAX = 1_000
FIELDS = {"username": USERNAME_LENGTH_MAX, "password": PASSWORD_LENGTH_MAX}
EXAMPLE = {"username": "amina.example", "password": "…"}
ANSWER_EXAMPLE = {
    "success": True,
    "token": "eyJhbGciOi….eyJzdWIiOi….Yx3k…",
    "expiresAt": "2026-11-21T14:47:00+03:00",
    "user": {"username": "amina.example", "name": "Amina Example", "partner": None},
    "permissions": ["disbursements.retry_disbursementrequest"],
}
DESCRIPTION = (
    "For members of staff, and for owners and tenants whose user is linked to them: those are "
    "told `owner` or `tenant` and may use `/api/payments` only. "
    "The token goes into `Authorization: Bearer …` and lasts 15 minutes "
    "(`VAULT_STAFF_TOKEN_MINUTES`); a changed password or a lost account ends it at once. "
    "After too many failures the answer is 429 with `Retry-After`, for the right password too."
)


class SignInSerializer(serializers.Serializer):
    """Who signs in."""

    username = serializers.CharField(max_length=USERNAME_LENGTH_MAX)
    password = serializers.CharField(max_length=PASSWORD_LENGTH_MAX)


class SignedInUser(serializers.Serializer):
    """The person."""

    username = serializers.CharField()
    name = serializers.CharField()
    partner = serializers.UUIDField(allow_null=True, help_text="Null: sees all partners")
    owner = serializers.UUIDField(required=False, help_text="Signed in as this owner")
    tenant = serializers.UUIDField(required=False, help_text="Signed in as this tenant")


class SignedInAnswer(serializers.Serializer):
    """Answer of POST /api/auth/token."""

    success = serializers.BooleanField()
    token = serializers.CharField()
    expiresAt = serializers.DateTimeField()  # noqa: N815
    user = SignedInUser()
    permissions = serializers.ListField(child=serializers.CharField())


class RefusedAnswer(serializers.Serializer):
    """Answer of a refused sign-in."""

    success = serializers.BooleanField(default=False)
    error = serializers.CharField()
    code = serializers.CharField()


class SignInView(APIView):
    """Sign in for a token."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="sign_in",
        summary="Get a token as a member of staff, an owner or a tenant",
        description=DESCRIPTION,
        auth=[],
        request=SignInSerializer,
        responses={200: SignedInAnswer, **dict.fromkeys((400, 401, 429), RefusedAnswer)},
        examples=[
            OpenApiExample("Sign in", value=EXAMPLE, request_only=True),
            OpenApiExample("Token", value=ANSWER_EXAMPLE, response_only=True,
                           status_codes=["200"]),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The token; 401 for all that is wrong with the person, 429 while throttled."""
        username, password = _read(request.data)
        at = clock.now()
        try:
            user = sign_in(
                username=username, password=password, address=address_of(request), at=at
            )
        except Throttled as error:
            raise ApiError(
                status=HTTPStatus.TOO_MANY_REQUESTS, code="throttled", sentence=f"{error}.",
                wait_s=error.wait_s,
            ) from None  # fmt: skip
        except WrongSignIn as error:
            raise AuthenticationFailed(f"{error}.", code="sign_in_wrong") from None
        token = staff_tokens.issue(user=user, at=at)
        caller = queries.caller_of(user, origin=ORIGIN)
        return Response(
            {
                "success": True,
                "token": token.text,
                "expiresAt": token.expires_at.astimezone(clock.NAIROBI).isoformat(),
                "user": _who(user, caller),
                "permissions": sorted(caller.permissions or ()),
            },
            headers={"Cache-Control": "no-store"},
        )

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Makes a wrong sign-in 401 although nobody needs to be signed in here."""
        return f'{SCHEME} realm="payment-vault"'


def _who(user: User, caller: Caller) -> dict[str, Any]:
    who: dict[str, Any] = {
        "username": user.get_username(),
        "name": user.get_full_name(),
        "partner": next(iter(caller.partners or ()), None),
    }
    themselves = {OWNER: caller.owner_id, TENANT: caller.tenant_id}
    return who | {name: row_id for name, row_id in themselves.items() if row_id is not None}


def _read(body: Any) -> tuple[str, str]:
    """Username and password. Raises ApiError (400) naming each wrong field."""
    wrong = unknown_fields(body, known=FIELDS)
    for name, length_max in FIELDS.items():
        text = body.get(name)
        if text is None:
            wrong[name] = ["is missing."]
        elif not isinstance(text, str):
            wrong[name] = ["must be a text in quotation marks."]
        elif not 1 <= len(text) <= length_max:
            wrong[name] = [f"write 1 to {length_max} characters."]
    if wrong:
        raise bad_fields(wrong)
    return body["username"], body["password"]
