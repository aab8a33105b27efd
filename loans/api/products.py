"""Loan products: which are paid by themselves, and within which limits."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock, money
from core.refusals import Refused
from disbursements.api.amounts import in_units
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from loans.api import setting_examples, whose
from loans.api.connection import PARTNER
from loans.api.refusals import refused
from loans.api.setting_answers import (
    EXAMPLES,
    ProductAnswer,
    ProductsAnswer,
    ProductSetSerializer,
)
from loans.models import LoanProductAutoDisbursalConfig
from loans.operations.products import ADD, CHANGE, save_product
from loans.queries import products
from loans.rules.product_values import CURRENCY, ProductValues
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import bad_fields

VIEW = "loans.view_loanproductautodisbursalconfig"
FIELDS = {
    "product_id": "productId", "product_name": "productName", "currency": "currency",
    "min_amount_minor": "minAmount", "max_amount_minor": "maxAmount",
    "daily_count_max": "dailyCountMax", "daily_amount_max_minor": "dailyAmountMax",
    "reason": "reason",
}  # fmt: skip
READS = {200: ProductAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS}


class ProductsView(APIView):
    """All of a partner's, or of all."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="loan_products",
        summary="Loan products that may be paid by themselves",
        parameters=[PARTNER],
        responses={200: ProductsAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """200 with the products, by partner and id."""
        caller, named = caller_from(request), whose.named_in(request.query_params)
        rows = products.visible(caller)
        if named is not None:
            rows = rows.filter(partner=whose.partner_of(caller, named))
        return Response({"success": True, "products": [said(row) for row in rows]})


class ProductView(APIView):
    """One product, read or set."""

    permissions = {"GET": VIEW, "PUT": (CHANGE, ADD)}

    @extend_schema(
        operation_id="loan_product", summary="The settings of a loan product",
        parameters=[PARTNER], responses=READS,
    )  # fmt: skip
    def get(self, request: Request, product_id: int) -> Response:
        """200, or 404 where it has no settings."""
        caller, named = caller_from(request), whose.named_in(request.query_params)
        partner = whose.partner_of(caller, named)
        try:
            row = products.of_partner(partner.pk, product_id, caller)
        except Refused as error:
            raise _refused(error) from None
        return Response({"success": True, "product": said(row)})

    @extend_schema(
        operation_id="set_loan_product",
        summary="Set the limits of a loan product",
        description="The whole of its settings; the same again changes nothing. For staff. It "
        "holds for what is fetched and paid from now on.",
        request=ProductSetSerializer,
        responses={**READS, 409: ErrorAnswer},
        examples=[
            OpenApiExample("Limits", value=setting_examples.PRODUCT_BODY, request_only=True),
            OpenApiExample("Too much", value=setting_examples.BAD_AMOUNT, response_only=True,
                           status_codes=["400"]),
        ],
    )  # fmt: skip
    def put(self, request: Request, product_id: int) -> Response:
        """200 with the product as it is now."""
        body = read_body(ProductSetSerializer, request.data, examples=EXAMPLES)
        caller = caller_from(request)
        partner = whose.partner_of(caller, body.get("partner"))
        try:
            row = save_product(
                partner_id=partner.pk, product_id=product_id, values=_values(body),
                reason=body["reason"], caller=caller, at=clock.database_now(),
            )  # fmt: skip
        except Refused as error:
            raise _refused(error) from None
        return Response({"success": True, "product": said(row)})


def said(row: LoanProductAutoDisbursalConfig) -> dict[str, Any]:
    """As ProductSerializer has it."""
    told = products.as_told(row)
    del told["partnerId"]
    a_day = row.daily_amount_max_minor
    return {
        "partner": whose.described(row.partner),
        **told,
        "minAmount": in_units(row.min_amount_minor, row.currency),
        "maxAmount": in_units(row.max_amount_minor, row.currency),
        "dailyAmountMax": None if a_day is None else in_units(a_day, row.currency),
    }


def _values(body: dict[str, Any]) -> ProductValues:
    """Raises ApiError (400)."""
    amounts = {}
    for field in ("minAmount", "maxAmount", "dailyAmountMax"):
        text = body[field]
        try:
            minor = None if text is None else money.parse_amount(text, currency=CURRENCY)
        except money.BadAmount as error:
            raise bad_fields({field: [f"{error}."]}) from None
        amounts[field] = minor
    values = ProductValues(
        min_amount_minor=amounts["minAmount"] or 0, max_amount_minor=amounts["maxAmount"] or 0,
        product_name=body["productName"], currency=body["currency"], enabled=body["enabled"],
        auto_approve=body["autoApprove"],
    )  # fmt: skip
    return replace(
        values, daily_count_max=body["dailyCountMax"],
        daily_amount_max_minor=amounts["dailyAmountMax"],
    )  # fmt: skip


def _refused(error: Refused) -> Exception:
    if isinstance(error, products.NoSuchProduct):
        return Http404()
    if error.field in FIELDS:
        return bad_fields({FIELDS[error.field]: [f"{error.message}."]})
    return refused(error, code="cannot_set")
