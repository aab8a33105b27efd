"""Web hooks of Mifos X: what they say of a loan, and the door that takes them (6.1)."""

from typing import Any

import pytest
from django.test import Client

from gateways import inbox
from gateways.interface import LoanChanged, NothingForUs, Unreadable
from gateways.models import Callback
from gateways.registry import reader

LOAN_HOOK = {
    "entityName": "LOAN", "actionName": "APPROVE", "createdBy": 1, "createdByName": "officer",
    "request": {"approvedOnDate": "2026-11-21", "locale": "en"}, "officeId": 1, "clientId": 70,
    "response": {"officeId": 1, "clientId": 70, "loanId": 7, "resourceId": 7, "changes": {}},
    "timestamp": "2026-11-21T11:00:00+03:00",
}  # fmt: skip


def read(**changes: Any) -> Any:
    fields = {name: value for name, value in (LOAN_HOOK | changes).items() if value is not None}
    return reader("fineract", "loan")(fields)


def address(secret: str = "") -> str:
    own = secret or inbox.standing_secret(provider="fineract", kind="loan", subject="partner-1")
    return f"/callbacks/fineract/loan/{own}/"


class TestWhatItSays:
    @pytest.mark.parametrize(
        "action", ["APPROVE", "APPROVALUNDO", "DISBURSE", "DISBURSALUNDO", "REJECT", "WITHDRAW"]
    )
    def test_a_loan_that_changed(self, action: str) -> None:
        assert read(actionName=action) == LoanChanged(loan_id=7, entity="LOAN", action=action)

    def test_the_loan_may_be_told_as_the_resource(self) -> None:
        assert read(response={"resourceId": 9}).loan_id == 9

    @pytest.mark.parametrize(
        "changes",
        [
            {"response": None},  # a failed command, or one that waits for a checker
            {"response": {}},
            {"response": None, "status": "Exception"},
            {"status": "Exception"},
            {"response": {"commandId": 12, "resourceId": 7, "rollbackTransaction": True}},
        ],
    )
    def test_a_command_that_was_not_carried_out_is_nothing(self, changes: dict[str, Any]) -> None:
        assert read(**changes) == NothingForUs(event_id="", kind="LOAN APPROVE")

    @pytest.mark.parametrize(
        ("entity", "action"),
        [("LOAN", "REPAYMENT"), ("CLIENT", "CREATE"), ("SAVINGSACCOUNT", "APPROVE"), (None, None)],
    )
    def test_other_events_are_nothing(self, entity: str | None, action: str | None) -> None:
        assert type(read(entityName=entity, actionName=action)) is NothingForUs

    @pytest.mark.parametrize(
        "body",
        [
            None, [], "LOAN", 7, LOAN_HOOK | {"entityName": 7}, LOAN_HOOK | {"response": "x"},
            LOAN_HOOK | {"response": {"loanId": "7"}},
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_unreadable(self, body: object) -> None:
        with pytest.raises(Unreadable):
            reader("fineract", "loan")(body)


@pytest.mark.django_db
class TestTheDoor:
    def test_it_is_opened_once_before_it_is_registered(self, client: Client) -> None:
        answer = client.get(address())

        assert (answer.status_code, answer.content) == (200, b"")
        assert not Callback.objects.exists()

    def test_nobody_else_learns_that_it_is_there(self, client: Client) -> None:
        other = inbox.standing_secret(provider="daraja", kind="payout", subject="partner-1")

        assert client.get(address("x" * 38)).status_code == 404
        assert client.get(address(other)).status_code == 404

    def test_other_doors_are_not_opened_so(self, client: Client) -> None:
        secret = inbox.new_secret(provider="daraja", kind="payout")

        assert client.get(f"/callbacks/daraja/payout/{secret}/").status_code == 405
        assert client.put(address()).status_code == 405

    def test_what_is_posted_is_kept_whoever_sends_it(self, client: Client) -> None:
        answer = client.post(
            address(), LOAN_HOOK, content_type="application/json", REMOTE_ADDR="203.0.113.9",
            headers={"X-Fineract-Entity": "LOAN", "X-Fineract-Action": "APPROVE"},
        )  # fmt: skip

        callback = Callback.objects.get()
        assert (answer.status_code, callback.provider, callback.kind) == (200, "fineract", "loan")
        assert (callback.secret_ok, callback.source_listed) == (True, True)
        assert inbox.read(callback) == LoanChanged(loan_id=7, entity="LOAN", action="APPROVE")

    def test_the_address_ends_with_a_slash_as_old_versions_need_it(self) -> None:
        url = inbox.callback_url(provider="fineract", kind="loan", secret="x" * 38)

        assert url.endswith("/")
