"""GET and POST /api/payments, GET /api/payments/{id}."""

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from rents.api import examples, query, reads
from rents.api.cash import CashSerializer, recorded
from rents.api.entries import PaymentAnswer, PaymentsAnswer, described
from vault.api.authentication import OWNER, TENANT, caller_from

VIEW = "vault.view_payment"
COLLECT = "vault.collect_payment"


class PaymentsView(APIView):
    """The list, and cash put into it."""

    permissions = {"GET": VIEW, "POST": COLLECT}
    open_to = {"GET": (OWNER, TENANT)}

    @extend_schema(
        operation_id="list_payments",
        summary="List payments and prompts, newest first",
        description=examples.LIST,
        parameters=query.parameters(
            ["limit", "cursor", "status", "disbursementStatus", "property", "owner", "tenant",
             "partner", "from", "to", "search"]
        ),
        responses={200: PaymentsAnswer, 400: ErrorAnswer, **REFUSALS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        caller = caller_from(request)
        asked = query.read_query(request.query_params)
        rows, next_position = reads.page_of_both(
            payments=query.payments_asked(reads.payments_of(caller), asked, caller=caller),
            prompts=query.prompts_asked(reads.prompts_of(caller), asked, caller=caller),
            limit=asked.limit,
            after=asked.after,
        )
        return Response(
            {
                "success": True,
                "payments": described(rows, caller=caller),
                "nextCursor": next_position.as_cursor() if next_position else None,
            }
        )

    @extend_schema(
        operation_id="record_cash",
        summary="Record rent that was taken in cash",
        description=examples.CASH,
        request=CashSerializer,
        responses={201: PaymentAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Cash", value=examples.CASH_BODY, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """201 with the payment."""
        payment = recorded(request)
        caller = caller_from(request)
        row = reads.one(caller=caller, payment_id=str(payment.pk))
        return Response(
            {"success": True, "payment": described([row], caller=caller)[0]},
            status=HTTPStatus.CREATED,
        )


class PaymentView(APIView):
    """One of them."""

    permissions = {"GET": VIEW}
    open_to = {"GET": (OWNER, TENANT)}

    @extend_schema(
        operation_id="get_payment",
        summary="One payment with both its legs, by its id or its prompt's",
        parameters=[OpenApiParameter("payment_id", UUID, OpenApiParameter.PATH)],
        responses={200: PaymentAnswer, 404: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request, payment_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        caller = caller_from(request)
        row = reads.one(caller=caller, payment_id=payment_id)
        return Response({"success": True, "payment": described([row], caller=caller)[0]})
