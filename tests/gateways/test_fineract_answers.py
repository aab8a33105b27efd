"""Every documented answer of Mifos X to a booking, in our words (fineract.md 1.5, 3.3, 3.6, 4)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from gateways.errors import Declined, Unclear
from gateways.interface import AccessRefused, AskAgain, AwaitsChecker, DisbursalRecorded
from tests.gateways.fineract_answers import (
    BOOK,
    CACHED,
    RULE,
    VALIDATION,
    Keeper,
    book,
    booked,
    order,
    refusal,
)

PAGE = b"<!doctype html><html><body>HTTP Status</body></html>"
DENIED = refusal("error.msg.not.authorized", "error.msg.not.authorized")
SPRING = b'{"timestamp": "2026-11-21", "status": 404, "error": "Not Found", "path": "/x"}'
LOCKED = refusal("error.msg.loan.locked", "error.msg.loan.locked")
JOB = refusal("error.msg.platform.service.unavailable", "error.msg.sheduler.job.currently.running")
OUTDATED = refusal("error.msg.password.outdated", "error.msg.password.outdated")
NO_TENANT = refusal("error.msg.invalid.tenant.identifier")
READ_ONLY = refusal("error.msg.invalid.instance.type")
SECOND = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"
INTEGRITY = "error.msg.data.integrity.issue"
TAKEN = "validation.msg.loan.transaction.externalId.value.must.be.unique"
UNSUPPORTED = "error.msg.parameter.unsupported"
UNKNOWN_COMMAND = "error.msg.query.parameter.value.unsupported"
CONFLICT = "error.msg.platform.service.loan.conflict"
RULES = [
    "error.msg.loan.disbursal.cannot.be.before.approval.date",
    "error.msg.loan.disbursal.cannot.be.a.future.date",
    "error.msg.loan.disbursal.cannot.be.after.expected.first.repayment.date",
    "error.msg.loan.application.disbursement.date.on.non.working.day",
    "error.msg.loan.application.disbursement.date.on.holiday",
    "error.msg.actual.disbursement.date.does.not.match.with.expected.disbursal.date",
    "error.msg.calendar.loan.actual.disbursement.date.not.valid.recurring.date",
    "error.msg.client.not.active.exception",
    "error.msg.group.not.active.exception",
    "error.msg.loan.disbursement.amount.not.sufficient",
    "error.msg.entry.required.in.datatable.[extra]",
    "error.msg.loan.to.be.closed.with.topup.is.not.active",
    "error.msg.loan.amount.less.than.outstanding.of.loan.to.be.closed",
    "error.msg.loan.disbursal.date.should.be.after.last.transaction.date.of.loan.to.be.closed",
    "error.msg.loan.disbursal.not.allowed.on.charged.off",
    "error.msg.loan.disburse.amount.must.be.less.than.approved.amount",
    "error.msg.loan.disburse.to.savings.requires.linked.account",
]
Answer = tuple[int, bytes, dict[str, str]]


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def error_of(mock: responses.RequestsMock, status: int, body: bytes, headers: Any = None) -> Any:
    """What booking ends in when the server answers like this."""
    mock.post(BOOK, status=status, body=body, headers=headers or {})
    keeper = Keeper()
    with pytest.raises((Declined, Unclear, AskAgain)) as caught:
        book(keeper=keeper).record(order())
    (exchange,) = keeper.exchanges
    assert caught.value.exchange == exchange
    return caught.value


class TestProof:
    @pytest.mark.parametrize("state", [300, 600, 700])
    def test_only_changes_prove_a_booking(
        self, border: responses.RequestsMock, state: int
    ) -> None:
        border.post(BOOK, json=booked(changes={"status": {"id": state}}))

        assert book().record(order()) == DisbursalRecorded(transaction_id=77)

    def test_versions_before_1_8_tell_no_transaction(self, border: responses.RequestsMock) -> None:
        border.post(BOOK, json=booked(subResourceId=None, subResourceExternalId=None, loanId=None))

        assert book().record(order()) == DisbursalRecorded(transaction_id=None)

    def test_a_checker_has_it_when_it_was_rolled_back(
        self, border: responses.RequestsMock
    ) -> None:
        body = {"commandId": 12, "resourceId": 7, "rollbackTransaction": True}
        border.post(BOOK, json=body)

        assert book().record(order()) == AwaitsChecker(command_id=12)

    @pytest.mark.parametrize(
        "body",
        [
            b"", PAGE, b"null", b"[]", b"{}", b'{"loanId": 7, "resourceId": 7}', b"\xff\xfe",
            json.dumps(booked(changes={})).encode(),
            json.dumps(booked(changes={"status": {"id": 200}})).encode(),
            json.dumps(booked(changes={"status": {"id": "300"}})).encode(),
            json.dumps(booked(changes=[])).encode(),
            json.dumps(booked(loanId="7")).encode(),
            json.dumps({"rollbackTransaction": True}).encode(),
            json.dumps(booked(loanId=None, resourceId=None)).encode(),
        ],
    )  # fmt: skip
    def test_anything_else_with_200_proves_nothing(
        self, border: responses.RequestsMock, body: bytes
    ) -> None:
        assert type(error_of(border, 200, body)) is Unclear

    @pytest.mark.parametrize(
        "change", [{"loanId": 8, "resourceId": 8}, {"subResourceExternalId": "theirs"}]
    )
    def test_a_kept_answer_of_another_loan_is_told(
        self, border: responses.RequestsMock, change: dict[str, Any]
    ) -> None:
        error = error_of(border, 200, json.dumps(booked(**change)).encode(), CACHED)

        assert (type(error), error.code) == (Unclear, "other_loan")

    @pytest.mark.parametrize("status", [201, 202, 204])
    def test_another_success_is_none(self, border: responses.RequestsMock, status: int) -> None:
        assert type(error_of(border, status, json.dumps(booked()).encode())) is Unclear


class TestRefusals:
    def test_what_repeats_our_password_to_us_is_cut_out(
        self, border: responses.RequestsMock
    ) -> None:
        text = "refused: Authorization: Basic dmF1bHQ6b25seS1mb3ItdGVzdHM="

        error = error_of(border, 403, refusal(RULE, RULES[0], text=text))

        assert error.text == "refused: Authorization: Basic [removed]"

    @pytest.mark.parametrize("code", RULES)
    def test_a_rule_is_declined_by_its_own_code(
        self, border: responses.RequestsMock, code: str
    ) -> None:
        error = error_of(border, 403, refusal(RULE, code, text="The day is a holiday."))

        assert (type(error), error.code) == (Declined, code)
        assert error.text == "The day is a holiday."

    @pytest.mark.parametrize(
        ("status", "body", "code"),
        [
            (400, refusal(VALIDATION, SECOND), SECOND),
            (400, refusal(VALIDATION, TAKEN, "another"), TAKEN),
            (400, refusal(UNSUPPORTED, "x"), UNSUPPORTED),
            (400, refusal(UNKNOWN_COMMAND), UNKNOWN_COMMAND),
            (400, refusal("error.msg.invalid.request.body"), "error.msg.invalid.request.body"),
            (403, refusal(INTEGRITY, "x"), INTEGRITY),
            (403, refusal("error.msg.persistence.error"), "error.msg.persistence.error"),
            (403, refusal("error.msg.loan.duplicate.externalId"),
             "error.msg.loan.duplicate.externalId"),
            (404, refusal("error.msg.resource.not.found", "error.msg.loan.id.invalid"), "404"),
            (405, refusal("error.msg.method.unknown"), "error.msg.method.unknown"),
        ],
    )  # fmt: skip
    def test_what_the_server_words_is_declined(
        self, border: responses.RequestsMock, status: int, body: bytes, code: str
    ) -> None:
        error = error_of(border, status, body)

        assert (type(error), error.code) == (Declined, code)

    def test_a_kept_refusal_may_come_without_its_body(
        self, border: responses.RequestsMock
    ) -> None:
        error = error_of(border, 400, b"", CACHED)

        assert (type(error), error.code) == (Declined, "400")
        assert "repeats" in error.text

    def test_all_reasons_are_told(self, border: responses.RequestsMock) -> None:
        body = json.loads(refusal(VALIDATION, "first", "second"))
        body["errors"][1]["defaultUserMessage"] = "And so is that."

        error = error_of(border, 400, json.dumps(body).encode())

        assert error.text == "So it is.; And so is that."

    def test_long_texts_and_codes_are_cut(self, border: responses.RequestsMock) -> None:
        error = error_of(border, 403, refusal(RULE, "c" * 500, text="t" * 5_000))

        assert (len(error.code), len(error.text)) == (150, 500)


class TestOurAccess:
    @pytest.mark.parametrize(
        ("status", "body", "code", "permission"),
        [
            (401, PAGE, "401", ""),
            (401, b"", "401", ""),
            (401, refusal("error.msg.not.authenticated"), "error.msg.not.authenticated", ""),
            (401, NO_TENANT, "error.msg.invalid.tenant.identifier", ""),
            (400, PAGE, "400", ""),
            (400, OUTDATED, "error.msg.password.outdated", ""),
            (403, DENIED, "error.msg.not.authorized", "DISBURSE_LOAN"),
            (403, PAGE, "403", ""),
            (404, PAGE, "404", ""),
            (404, SPRING, "404", ""),
            (405, PAGE, "405", ""),
            (405, READ_ONLY, "error.msg.invalid.instance.type", ""),
            (302, b"", "302", ""),
            (307, b"", "307", ""),
        ],
    )
    def test_what_stands_before_every_call_is_told_apart(
        self, border: responses.RequestsMock, status: int, body: bytes, code: str,
        permission: str,
    ) -> None:  # fmt: skip
        error = error_of(border, status, body)

        assert (type(error), error.code) == (AccessRefused, code)
        assert error.permission == permission
        assert error.text

    def test_a_missing_permission_is_named(self, border: responses.RequestsMock) -> None:
        assert "DISBURSE_LOAN" in error_of(border, 403, DENIED).text


class TestLater:
    @pytest.mark.parametrize(
        ("answer", "code", "new_key"),
        [
            ((409, LOCKED, {}), "error.msg.loan.locked", False),
            ((409, refusal(CONFLICT), {}), CONFLICT, True),
            ((409, b"", CACHED), "409", True),
            ((425, b"", CACHED), "425", False),
            ((425, b"", {}), "425", False),
            ((429, PAGE, {}), "429", False),
            ((503, JOB, {}), "error.msg.platform.service.unavailable", False),
        ],
    )
    def test_it_was_not_carried_out_and_may_be(
        self, border: responses.RequestsMock, answer: Answer, code: str, new_key: bool
    ) -> None:
        error = error_of(border, *answer)

        assert (type(error), error.code, error.new_key) == (AskAgain, code, new_key)

    def test_a_lock_is_read_whatever_its_content_type(
        self, border: responses.RequestsMock
    ) -> None:
        border.post(BOOK, status=409, body=LOCKED, content_type="")

        with pytest.raises(AskAgain) as caught:
            book().record(order())

        assert caught.value.code == "error.msg.loan.locked"


class TestDoubts:
    @pytest.mark.parametrize(
        "answer",
        [
            (500, b'{"Exception": "java.lang.NullPointerException"}', {}),
            (500, refusal("error.msg.platform.server.side.error"), {}),
            (500, b"", CACHED),
            (500, PAGE, {}),
            (502, PAGE, {}),
            (503, PAGE, {}),
            (504, PAGE, {}),
            (408, PAGE, {}),
            (409, PAGE, {}),
            (413, PAGE, {}),
            (418, b"", {}),
        ],
    )
    def test_what_could_hide_a_booking_is_unclear(
        self, border: responses.RequestsMock, answer: Answer
    ) -> None:
        error = error_of(border, *answer)

        assert type(error) is Unclear
        assert error.code

    @pytest.mark.parametrize(
        "failure", [requests.ReadTimeout("too slow"), requests.ConnectionError("cut off")]
    )
    def test_a_lost_answer_is_kept_and_raised(
        self, border: responses.RequestsMock, failure: Exception
    ) -> None:
        border.post(BOOK, body=failure)
        keeper = Keeper()

        with pytest.raises(Exception, match=r"too slow|cut off"):
            book(keeper=keeper).record(order())

        assert [each.http_status for each in keeper.exchanges] == [None]
