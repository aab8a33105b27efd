"""What kept calls answered, read again: as they were, or not at all."""

import json
from typing import Any

import pytest

from gateways.interface import PromptState
from gateways.kept_answers import LoanSaid, loan_said, prompt_standing
from gateways.models import Call
from tests.wire import START

LOAN = 7
READ = f"https://mifos.test/fineract-provider/api/v1/loans/{LOAN}"
DISBURSED = {
    "id": 31, "type": {"id": 1, "disbursement": True}, "amount": 10000, "date": [2026, 11, 21],
    "externalId": "ours", "paymentDetailData": {"receiptNumber": "UKL1A2B3C4"},
    "currency": {"code": "KES"},
}  # fmt: skip


def kept(body: Any, *, url: str = "https://daraja.test/", status: int | None = 200) -> Call:
    """A call as it stands in the log; nothing is stored."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Call(
        provider="any", kind="any", method="GET", url=url, http_status=status,
        response_body=text, started_at=START, duration_ms=1,
    )  # fmt: skip


class TestPrompts:
    @pytest.mark.parametrize(
        ("code", "state", "paid"),
        [
            ("0", PromptState.ANSWERED, True),
            ("1032", PromptState.ANSWERED, False),
            ("4999", PromptState.PENDING, False),
        ],
    )
    def test_the_standing_is_as_it_was(self, code: str, state: PromptState, paid: bool) -> None:
        call = kept({"ResponseCode": "0", "ResultCode": code, "ResultDesc": "words"})

        found = prompt_standing(call)

        assert found is not None
        assert (found.state, found.code, found.paid) == (state, code, paid)
        assert found.exchange.started_at == START

    def test_what_is_not_known_there_is_told_apart(self) -> None:
        body = {"errorCode": "400.002.02", "errorMessage": "Invalid CheckoutRequestID"}

        found = prompt_standing(kept(body, status=404))

        assert found is not None
        assert found.state is PromptState.NOT_FOUND

    @pytest.mark.parametrize(
        ("body", "status"),
        [("", 200), ("<html>", 200), ('{"ResponseCode": "0", "Resu', 200), ("", None)],
    )
    def test_what_says_nothing_is_none(self, body: str, status: int | None) -> None:
        assert prompt_standing(kept(body, status=status)) is None


class TestLoans:
    def test_the_disbursals_of_a_read(self) -> None:
        body = {"id": LOAN, "status": {"id": 300}, "transactions": [DISBURSED]}

        said = loan_said(kept(body, url=f"{READ}?associations=transactions"), loan_id=LOAN)

        assert said is not None
        assert said.disbursals is not None
        (found,) = said.disbursals
        assert (said.state, found.external_id, found.receipt) == (300, "ours", "UKL1A2B3C4")
        assert (found.amount_minor, found.reversed) == (1_000_000, False)

    def test_another_read_says_nothing_of_disbursals(self) -> None:
        body = {"id": LOAN, "status": {"id": 200}}

        said = loan_said(kept(body, url=f"{READ}?associations=multiDisburseDetails"), loan_id=LOAN)

        assert said == LoanSaid(state=200)

    def test_the_answer_to_a_booking(self) -> None:
        body = {"loanId": LOAN, "changes": {"status": {"id": 300}}}

        assert loan_said(kept(body, url=f"{READ}?command=disburse"), loan_id=LOAN) == LoanSaid(
            state=300
        )

    @pytest.mark.parametrize(
        ("body", "query", "status"),
        [
            ({"id": 8, "status": {"id": 300}}, "associations=transactions", 200),
            ({"id": LOAN, "status": {"id": 300}}, "associations=transactions", 404),
            ({"id": LOAN, "transactions": "none"}, "associations=transactions", 200),
            ('{"id": 7, "transactions": [{"id"', "associations=transactions", 200),
            ([], "associations=transactions", 200),
            ({"loanId": LOAN, "changes": {}}, "command=disburse", 200),
            ({"loanId": 8, "changes": {"status": {"id": 300}}}, "command=disburse", 200),
        ],
    )
    def test_what_says_nothing_clear_is_none(self, body: Any, query: str, status: int) -> None:
        call = kept(body, url=f"{READ}?{query}", status=status)

        assert loan_said(call, loan_id=LOAN) is None

    def test_a_call_about_a_client_is_none(self) -> None:
        url = READ.replace("loans", "clients")

        assert loan_said(kept({"id": LOAN}, url=url), loan_id=LOAN) is None
