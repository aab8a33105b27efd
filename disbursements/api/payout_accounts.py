"""GET /api/payouts/accounts, GET and PUT /api/payouts/accounts/{userId}."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.api import account_fields as fields
from disbursements.api import account_query
from disbursements.api.account_fields import AccountAnswer, AccountBody, AccountsAnswer, described
from disbursements.api.answers import ErrorAnswer
from disbursements.api.fields import ID_EXAMPLE
from disbursements.api.views import REFUSALS, partner_to_pay_for
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import ADD, CHANGE, save_account
from disbursements.queries.account_selection import ACCOUNTS
from disbursements.queries.filter_table import BadSelection
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import bad_fields, not_allowed

VIEW = "disbursements.view_connectedaccount"
SEE_PHONES = "disbursements.see_phones"
USER_ID = OpenApiParameter("user_id", str, OpenApiParameter.PATH, description="Your id of a user")


class AccountsView(APIView):
    """Connected accounts."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_connected_accounts",
        summary="List connected accounts, newest first",
        parameters=account_query.PARAMETERS,
        responses={200: AccountsAnswer, 400: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        asked, caller = account_query.read_query(request.query_params), caller_from(request)
        rows = _selected(caller, asked.selection)
        if asked.before_id is not None:
            rows = rows.filter(pk__lt=asked.before_id)
        found = list(rows.order_by("-id")[: asked.limit + 1])
        shown = found[: asked.limit]
        more = len(found) > asked.limit
        return Response(
            {
                "success": True,
                "accounts": described(shown),
                "nextCursor": account_query.as_cursor(shown[-1].pk) if more else None,
            }
        )


class AccountView(APIView):
    """The connected account of one user."""

    permissions = {"GET": VIEW, "PUT": (ADD, CHANGE)}

    @extend_schema(
        operation_id="get_connected_account",
        summary="Where a user is paid, and whether they may receive",
        parameters=[USER_ID, OpenApiParameter("partner", UUID)],
        responses={200: AccountAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Not yet", value=fields.ANSWER, response_only=True)],
    )
    def get(self, request: Request, user_id: str) -> Response:
        """404 for a user without one, and for one of another partner."""
        caller, named = caller_from(request), request.query_params.get("partner")
        partner_id = partner_to_pay_for(caller, None if named is None else _an_id(named))
        if "\x00" in user_id:
            raise Http404
        row = ConnectedAccount.objects.filter(partner_id=partner_id, user_id=user_id).first()
        if row is None:
            raise Http404
        return _answer(row)

    @extend_schema(
        operation_id="save_connected_account",
        summary="Say which account a user is paid at",
        description=fields.SAVE,
        parameters=[USER_ID],
        request=AccountBody,
        responses={200: AccountAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("A new one", value=fields.BODY, request_only=True)],
    )
    def put(self, request: Request, user_id: str) -> Response:
        """200 with the account; the same again answers the same."""
        values = read_body(AccountBody, request.data, examples=fields.EXAMPLES)
        caller = caller_from(request)
        try:
            row = save_account(
                partner_id=partner_to_pay_for(caller, values.get("partner")),
                user_id=user_id,
                account_id=values["accountId"],
                reason=values.get("reason", ""),
                actor=caller.actor,
                caller=caller,
                at=clock.database_now(),
            )
        except NotAllowed as error:
            raise not_allowed(error) from None
        except Refused as error:
            name = fields.NAMES.get(error.field, error.field)
            raise bad_fields({name: [f"{error.message}."]}) from None
        return _answer(row)


def _answer(row: ConnectedAccount) -> Response:
    return Response({"success": True, "account": described([row])[0]})


def _selected(caller: Caller, selection: dict[str, str]) -> QuerySet[ConnectedAccount]:
    try:
        return ACCOUNTS.narrowed(
            ConnectedAccount.objects.all(), selection, partners=caller.partners,
            may_see_phones=caller.may(SEE_PHONES),
        )  # fmt: skip
    except BadSelection as error:
        raise bad_fields({error.field: [f"{error.message}."]}) from None


def _an_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise bad_fields({"partner": [f"is not an id, such as {ID_EXAMPLE}."]}) from None
