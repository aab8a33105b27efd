"""What the API says of a payment: the names of the source document, and those it lacks."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from core import masking
from core.callers import Caller
from disbursements.api.answers import PartnerSerializer
from gateways.interface import PhoneForm
from rents.api.reads import Paid, Row, moment_of, paid, prompts_behind
from rents.api.shillings import ShillingsAnswered, in_shillings
from rents.queries.legs import Leg, legs
from rents.states import LegacyStatus
from vault.models import Method, PaidTo, Payment, Prompt
from vault.states import PaymentStatus, PromptStatus

SEE_PHONES = "disbursements.see_phones"
PAID_STATUSES = [status.value for status in Paid]
LEG_STATUSES = [status.value for status in LegacyStatus]
STATES = [status.value for status in (*PaymentStatus, *PromptStatus)]
# Where people or providers write, and a phone may stand.
WRITTEN = ("accountReference", "failureReason", "tenantName", "propertyName")
WRITTEN_OF_LEG = ("ownerAccountNumber", "disbursementFailureReason")


class LegSerializer(serializers.Serializer):
    """The way of the money to the owner, as the source document names it."""

    disbursementStatus = serializers.ChoiceField(  # noqa: N815
        choices=LEG_STATUSES, allow_null=True, help_text="Null: there is no money yet"
    )
    disbursementAmount = ShillingsAnswered(  # noqa: N815
        allow_null=True, help_text="What goes to the owner, after the fee"
    )
    platformFee = ShillingsAnswered(allow_null=True)  # noqa: N815
    disbursementId = serializers.UUIDField(allow_null=True)  # noqa: N815
    disbursementTransactionId = serializers.CharField(allow_null=True)  # noqa: N815
    disbursementConversationId = serializers.CharField(allow_null=True)  # noqa: N815
    disbursementDate = serializers.DateTimeField(allow_null=True)  # noqa: N815
    disbursementFailureReason = serializers.CharField(allow_null=True)  # noqa: N815
    forwardDueAt = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="Null: nothing is forwarded by itself, or it is already"
    )
    paidTo = serializers.ChoiceField(choices=PaidTo.values, allow_null=True)  # noqa: N815
    ownerPaybill = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="The owner's paybill or till"
    )
    ownerAccountNumber = serializers.CharField(allow_null=True)  # noqa: N815
    ownerPhone = serializers.CharField(allow_null=True)  # noqa: N815


class PaymentSerializer(LegSerializer):
    """A payment, or a prompt that no money has come for."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=PAID_STATUSES)
    state = serializers.ChoiceField(choices=STATES, help_text="The status, told more exactly")
    stateMeaning = serializers.CharField()  # noqa: N815
    amount = ShillingsAnswered()
    currency = serializers.CharField()
    method = serializers.ChoiceField(choices=Method.values)
    receipt = serializers.CharField(allow_null=True, help_text="M-Pesa's, of the money received")
    createdAt = serializers.DateTimeField(help_text="Heard of, or prompted")  # noqa: N815
    paidAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    failureReason = serializers.CharField(allow_null=True)  # noqa: N815
    phoneNumber = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="As far as it was told and the caller may see it"
    )
    accountReference = serializers.CharField(allow_null=True)  # noqa: N815
    partner = PartnerSerializer()
    propertyId = serializers.UUIDField(allow_null=True)  # noqa: N815
    propertyName = serializers.CharField(allow_null=True)  # noqa: N815
    ownerId = serializers.UUIDField(allow_null=True)  # noqa: N815
    tenantId = serializers.UUIDField(allow_null=True)  # noqa: N815
    tenantName = serializers.CharField(allow_null=True)  # noqa: N815
    promptId = serializers.UUIDField(  # noqa: N815
        allow_null=True, help_text="What initiate answered as paymentId"
    )
    checkoutRequestId = serializers.CharField(allow_null=True)  # noqa: N815
    merchantRequestId = serializers.CharField(allow_null=True)  # noqa: N815


class PaymentAnswer(serializers.Serializer):
    """Answer of GET /api/payments/{id}."""

    success = serializers.BooleanField()
    payment = PaymentSerializer()


class PaymentsAnswer(serializers.Serializer):
    """Answer of GET /api/payments."""

    success = serializers.BooleanField()
    payments = PaymentSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


def described(rows: Sequence[Row], *, caller: Caller) -> list[dict[str, Any]]:
    """Each row as PaymentSerializer answers it; the same number of queries for one and many."""
    standing = legs(row for row in rows if isinstance(row, Payment))
    prompts = prompts_behind(rows)
    content = [_described(row, standing.get(row.pk), prompts.get(row.pk), caller) for row in rows]
    return [dict(each) for each in PaymentSerializer(content, many=True).data]


def of_leg(row: Row, leg: Leg | None, *, caller: Caller) -> dict[str, Any]:
    """What LegSerializer answers; all null while there is no money."""
    if not isinstance(row, Payment) or leg is None:
        return dict.fromkeys(LegSerializer().fields)
    waits = row.forwarded_at is None and leg.status is LegacyStatus.PENDING
    values: dict[str, Any] = {
        "disbursementStatus": leg.status,
        "disbursementAmount": _amount(row.owed_minor, row.currency),
        "platformFee": _amount(row.fee_minor, row.currency),
        "disbursementId": leg.disbursement.pk if leg.disbursement else None,
        "disbursementTransactionId": leg.transaction_id or None,
        "disbursementConversationId": leg.conversation_id or None,
        "disbursementDate": leg.at,
        "disbursementFailureReason": leg.failure or None,
        "forwardDueAt": row.forward_due_at if waits else None,
        "paidTo": row.paid_to or None,
        "ownerPaybill": row.receiver_number or None,
        "ownerAccountNumber": row.receiver_account or None,
        "ownerPhone": row.receiver_msisdn or None,
    }
    if caller.may(SEE_PHONES) or (caller.owner_id and caller.owner_id == row.owner_id):
        return values
    phone = values["ownerPhone"]
    values["ownerPhone"] = masking.masked_phone(phone) if phone else None
    return masked(values, WRITTEN_OF_LEG)


def tenant_name(row: Row) -> str:
    """The tenant, else the name that M-Pesa told of the payer."""
    if row.tenant is not None:
        return row.tenant.name
    return row.payer_name if isinstance(row, Payment) else ""


def masked(values: dict[str, Any], names: Sequence[str] = WRITTEN) -> dict[str, Any]:
    """The same with the phones in these written texts masked."""
    return values | {
        name: masking.without_phones(values[name]) for name in names if values.get(name)
    }


def _described(row: Row, leg: Leg | None, prompt: Prompt | None, caller: Caller) -> dict[str, Any]:
    may_see = caller.may(SEE_PHONES)
    values = {
        "id": row.pk,
        **_of_money(row, may_see=may_see),
        "status": paid(row),
        "state": row.status,
        "stateMeaning": row.MACHINE.meanings[row.status],
        "createdAt": moment_of(row),
        "partner": row.partner,
        "propertyId": row.property_id,
        "propertyName": row.property.name if row.property else None,
        "tenantId": row.tenant_id,
        "tenantName": tenant_name(row) or None,
        **_of_prompt(prompt, may_see=may_see),
        **of_leg(row, leg, caller=caller),
    }
    return values if may_see else masked(values)


def _of_money(row: Row, *, may_see: bool) -> dict[str, Any]:
    amount = {"amount": in_shillings(row.amount_minor, row.currency), "currency": row.currency}
    if isinstance(row, Payment):
        return amount | {
            "method": row.method,
            "receipt": row.receipt,
            "paidAt": row.paid_at,
            "failureReason": None,
            "phoneNumber": _payer(row, may_see=may_see),
            "accountReference": row.account_typed or None,
            "ownerId": row.owner_id,
        }
    return amount | {
        "method": Method.MPESA,
        "receipt": row.receipt or None,
        "paidAt": None,
        "failureReason": (row.text or None) if paid(row) is Paid.FAILED else None,
        "phoneNumber": row.msisdn if may_see else masking.masked_phone(row.msisdn),
        "accountReference": row.account,
        "ownerId": row.property.owner_id,
    }


def _of_prompt(prompt: Prompt | None, *, may_see: bool) -> dict[str, Any]:
    """M-Pesa writes the end of the phone into its checkout id."""
    if prompt is None:
        return dict.fromkeys(("promptId", "checkoutRequestId", "merchantRequestId"))
    checkout_id = prompt.checkout_id or ""
    if not may_see:
        checkout_id = masking.without_phones(checkout_id)
    return {
        "promptId": prompt.pk,
        "checkoutRequestId": checkout_id or None,
        "merchantRequestId": prompt.merchant_request_id or None,
    }


def _payer(row: Payment, *, may_see: bool) -> str | None:
    if row.payer_form == PhoneForm.FULL and row.payer_phone and not may_see:
        return masking.masked_phone(row.payer_phone)
    return None if row.payer_form == PhoneForm.HASHED else row.payer_phone or None


def _amount(amount_minor: int | None, currency: str) -> int | float | None:
    return None if amount_minor is None else in_shillings(amount_minor, currency)
