"""POST /api/payments/initiate: prompt a payer for rent."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock, money, phones
from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.fields import Id, Text
from disbursements.api.views import REFUSALS
from rents.api import examples
from rents.api.entries import PAID_STATUSES
from rents.api.reads import Paid, paid
from rents.api.shillings import ShillingsTaken
from vault.api.authentication import TENANT, caller_from
from vault.api.bodies import StrictSerializer, read_body
from vault.api.errors import ApiError, bad_fields, envelope, not_allowed
from vault.models import Prompt
from vault.operations.collect import PromptOpen, collect
from vault.states import PromptStatus

COLLECT = "vault.collect_payment"
CURRENCY = "KES"
NAMES = {
    "property": "propertyId", "tenant": "tenantId", "phone": "phoneNumber", "amount": "amount",
}  # fmt: skip
EXAMPLES = {
    "propertyId": f'"{examples.PROPERTY_ID}"', "amount": "10000", "phoneNumber": '"0712345678"',
}  # fmt: skip
SENT = "STK Push sent successfully"
UNCLEAR = (
    "Whether M-Pesa took the prompt cannot be told yet. It is asked about and not sent again: "
    "look at the payment in a minute."
)


class InitiateSerializer(StrictSerializer):
    """Whom to prompt, for what and how much."""

    propertyId = Id()  # noqa: N815 - the wire's name
    amount = ShillingsTaken(help_text="Whole shillings")
    phoneNumber = Text(help_text="A Kenyan mobile number in any usual form")  # noqa: N815
    tenantId = Id(  # noqa: N815
        required=False, help_text="Whose rent it is, where the phone does not tell"
    )

    def validate_amount(self, text: str) -> str:
        """Whole shillings: M-Pesa prompts for nothing else."""
        try:
            money.whole_units(money.parse_amount(text, currency=CURRENCY), CURRENCY)
        except money.BadAmount as error:
            raise serializers.ValidationError(f"{error}.") from None
        return text

    def validate_phoneNumber(self, text: str) -> str:  # noqa: N802
        """12 digits."""
        try:
            return phones.normal_form(text)
        except phones.BadPhone as error:
            raise serializers.ValidationError(f"{error}.") from None


class InitiatedAnswer(serializers.Serializer):
    """Answer of POST /api/payments/initiate."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    checkoutRequestId = serializers.CharField(allow_null=True)  # noqa: N815
    merchantRequestId = serializers.CharField(allow_null=True)  # noqa: N815
    paymentId = serializers.UUIDField(help_text="To ask for it with")  # noqa: N815
    status = serializers.ChoiceField(choices=PAID_STATUSES)


class NotNowAnswer(ErrorAnswer):
    """Answer while a prompt stands on the phone."""

    againAt = serializers.DateTimeField(help_text="When to try again")  # noqa: N815


class NotTakenAnswer(ErrorAnswer):
    """Answer when M-Pesa refused the prompt."""

    paymentId = serializers.UUIDField()  # noqa: N815
    status = serializers.ChoiceField(choices=PAID_STATUSES)


class InitiateView(APIView):
    """Prompt for rent."""

    permissions = {"POST": COLLECT}
    open_to = {"POST": (TENANT,)}

    @extend_schema(
        operation_id="initiate_payment",
        summary="Prompt a tenant's phone for rent",
        description=examples.INITIATE,
        request=InitiateSerializer,
        responses={
            200: InitiatedAnswer, 202: InitiatedAnswer, 400: ErrorAnswer, 409: NotNowAnswer,
            502: NotTakenAnswer, **REFUSALS,
        },
        examples=[
            OpenApiExample("Rent", value=examples.INITIATE_BODY, request_only=True),
            OpenApiExample("Sent", value=examples.INITIATED, response_only=True,
                           status_codes=["200"]),
            OpenApiExample("Not now", value=examples.PROMPT_STANDS, response_only=True,
                           status_codes=["409"]),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """200 when it stands on the phone; 202 when that cannot be told; 502 when refused."""
        values = read_body(InitiateSerializer, request.data, examples=EXAMPLES)
        at = clock.database_now()
        try:
            prompt = collect(
                property_id=values["propertyId"],
                msisdn=values["phoneNumber"],
                amount=values["amount"],
                tenant_id=values.get("tenantId"),
                caller=caller_from(request),
                at=at,
            )
        except PromptOpen as error:
            wait_s = max(1, -int(-(error.again_at - at).total_seconds() // 1))
            return _not_now(error, wait_s)
        except Refused as error:
            raise _refused(error) from None
        return _prompted(prompt)


def _prompted(prompt: Prompt) -> Response:
    standing = {"paymentId": str(prompt.pk), "status": paid(prompt)}
    if paid(prompt) is Paid.FAILED:
        sentence = f"M-Pesa did not take the prompt: {prompt.text or prompt.code}"
        body: dict[str, Any] = envelope(sentence, "not_taken") | standing
        return Response(body, status=HTTPStatus.BAD_GATEWAY)
    is_clear = prompt.status != PromptStatus.UNKNOWN
    body = {
        "success": True,
        "message": SENT if is_clear else UNCLEAR,
        "checkoutRequestId": prompt.checkout_id,
        "merchantRequestId": prompt.merchant_request_id or None,
    }
    return Response(body | standing, status=HTTPStatus.OK if is_clear else HTTPStatus.ACCEPTED)


def _not_now(error: PromptOpen, wait_s: int) -> Response:
    sentence = f"{error.message}."
    body = envelope(sentence, "prompt_open", {NAMES[error.field]: [sentence]})
    again_at = error.again_at.astimezone(clock.NAIROBI).isoformat()
    return Response(
        body | {"againAt": again_at},
        status=HTTPStatus.CONFLICT,
        headers={"Retry-After": str(wait_s)},
    )


def _refused(error: Refused) -> ApiError | PermissionDenied:
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if error.field in NAMES:
        return bad_fields({NAMES[error.field]: [f"{error.message}."]})
    return ApiError(
        status=HTTPStatus.CONFLICT, code="cannot_collect", sentence=f"{error.message}."
    )
