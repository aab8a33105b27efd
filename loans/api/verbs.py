"""What people do to one loan: look again, hold, release, retry the payment, book again."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.refusals import Refused
from disbursements.api import pages
from disbursements.api.answers import ErrorAnswer
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.views import REFUSALS
from loans.api import examples, reads
from loans.api.answers import LoanAnswer
from loans.api.bodies import EXAMPLES, LookSerializer
from loans.api.entries import in_full
from loans.api.loans import ID
from loans.api.refusals import refused
from loans.models import LoanTracking
from loans.operations import book_again, by_hand
from loans.operations.book_again import CannotBook
from loans.queries.beside import present_bookings
from vault.api.authentication import caller_from
from vault.api.bodies import StrictSerializer, read_body

CANNOT = {**dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS}


def _schema(name: str, summary: str, body: type[StrictSerializer] = ReasonSerializer) -> Any:
    reasons = [OpenApiExample("Why", value=examples.WHY_BODY, request_only=True)]
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[ID],
        request=body,
        responses={200: LoanAnswer, **CANNOT},
        examples=reasons if body is ReasonSerializer else [],
    )


class _VerbView(APIView):
    body: type[StrictSerializer] = ReasonSerializer

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """The operation; raises Refused."""
        raise NotImplementedError

    def done(self, request: Request, loan_id: str) -> Response:
        """200 with the loan as it is now."""
        caller = caller_from(request)
        row = pages.one(reads.loans(caller), loan_id)
        values = read_body(self.body, request.data, examples=EXAMPLES)
        try:
            self.deed(row, caller=caller, at=clock.database_now(), **values)
        except Refused as error:
            raise refused(error) from None
        row = pages.one(reads.loans(caller), loan_id)
        return Response({"success": True, "loan": in_full(row, caller=caller)})


class RecheckView(_VerbView):
    """Look again."""

    permissions = {"POST": by_hand.HOLD}
    body = LookSerializer

    @_schema("recheck_loan", "Look at the loan in Mifos X now; pays nothing", LookSerializer)
    def post(self, request: Request, loan_id: str) -> Response:
        """What differs holds it, what was mended lets it go on."""
        return self.done(request, loan_id)

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """Read it."""
        return by_hand.recheck(loan_id=loan.pk, **asked)


class HoldView(_VerbView):
    """Hold."""

    permissions = {"POST": by_hand.HOLD}

    @_schema("hold_loan", "Pay the loan to nobody until a person releases it")
    def post(self, request: Request, loan_id: str) -> Response:
        """409 for what is paid."""
        return self.done(request, loan_id)

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """Hold it."""
        return by_hand.hold(loan_id=loan.pk, **asked)


class ReleaseView(_VerbView):
    """Release."""

    permissions = {"POST": by_hand.HOLD}

    @_schema("release_loan", "Let a held loan be paid as Mifos X has it now")
    def post(self, request: Request, loan_id: str) -> Response:
        """409 `changed_again` when Mifos X says otherwise than what was shown."""
        return self.done(request, loan_id)

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """Release it."""
        return by_hand.release(loan_id=loan.pk, **asked)


class RetryPaymentView(_VerbView):
    """Pay once more what failed."""

    permissions = {"POST": by_hand.RETRY}

    @_schema("retry_loan_payment", "Try the payout again, which is proven not paid")
    def post(self, request: Request, loan_id: str) -> Response:
        """It leaves only after a new look at Mifos X."""
        return self.done(request, loan_id)

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """Retry it."""
        return by_hand.retry_payment(loan_id=loan.pk, **asked)


class BookAgainView(_VerbView):
    """Book again."""

    permissions = {"POST": book_again.PERMISSION}

    @_schema("book_loan_again", "Have a paid loan booked in Mifos X again")
    def post(self, request: Request, loan_id: str) -> Response:
        """Nothing is paid by it."""
        return self.done(request, loan_id)

    def deed(self, loan: LoanTracking, **asked: Any) -> object:
        """Book its present payout."""
        booking = present_bookings([loan]).get(loan.pk)
        if booking is None:
            raise CannotBook("it is not paid yet, so there is nothing to book")
        return book_again.book_again(booking_id=booking.pk, **asked)
