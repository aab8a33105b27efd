"""POST …/disburse/{id}, …/retry-failed-disbursements and GET …/disbursements/owner."""

from typing import Any
from uuid import uuid4

import pytest

from rents.models import Forward
from tests import money_in
from tests.disbursements.api.conftest import Caller
from tests.rents.a_street import Street
from tests.wire import MovedClock
from vault.models import Owner, Payment, Tenant

PATH = "/api/payments"
DISBURSE = f"{PATH}/disburse"
RETRY = f"{PATH}/retry-failed-disbursements"
HISTORY = f"{PATH}/disbursements/owner"
FORWARD, VIEW = "vault.forward_payment", "vault.view_payment"
REFUSING_BILLER = "799007"  # the payout fails for good


def disburse(caller: Caller, payment: Payment | Any, **body: Any) -> Any:
    return caller.post(body, path=f"{DISBURSE}/{payment.pk}")


@pytest.fixture
def waiting(street: Street) -> Payment:
    """Juma's rent: Otieno is paid by hand only."""
    return street.rent(street.juma)


@pytest.fixture
def failed(street: Street) -> Payment:
    """A rent whose owner cannot be paid where they say."""
    owner = money_in.make_owner(
        street.owner.partner, name="Njoroge Example", paid_to="paybill",
        receiver_number=REFUSING_BILLER, receiver_account="PROP001",
    )  # fmt: skip
    house = money_in.make_property(owner, street.sunset.shortcode)
    payment = money_in.allocated_payment(house, at=street.clock(), paid_at=street.clock())
    street.wire.run(also=["forward", "follow"])
    assert Forward.objects.get().status == "failed"
    return payment


class TestDisburse:
    def test_an_owner_does_not_end_the_hold_period(
        self, street: Street, other_owner: Caller, waiting: Payment
    ) -> None:
        Owner.objects.filter(pk=waiting.owner_id).update(hold_hours=24)

        held = disburse(other_owner, waiting)
        Owner.objects.filter(pk=waiting.owner_id).update(hold_hours=0)
        over = disburse(other_owner, waiting)

        assert (held.status_code, over.status_code) == (409, 200)
        assert "held until 22 Nov 2026" in str(held.json())

    def test_an_owner_forwards_their_own_and_is_answered_as_the_source_says(
        self, street: Street, other_owner: Caller, waiting: Payment
    ) -> None:
        answer = disburse(other_owner, waiting)
        street.forwarded()

        forward = Forward.objects.get()
        assert answer.status_code == 200
        assert answer.json() == {
            "success": True,
            "message": "Disbursement initiated successfully",
            "disbursementConversationId": None,
            "disbursementStatus": "processing",
            "disbursementId": str(forward.disbursement_id),
        }
        assert (forward.status, forward.created_by[:6]) == ("completed", "member")
        assert [move.amount for move in street.wire.simulator.book.moves] == [9500]

    @pytest.mark.parametrize("again_after", ["at once", "arrived"])
    def test_again_is_refused_and_nothing_more_is_sent(
        self, street: Street, key: Caller, waiting: Payment, again_after: str
    ) -> None:
        disburse(key, waiting)
        if again_after == "arrived":
            street.forwarded()

        again = disburse(key, waiting)

        assert (again.status_code, again.json()["code"]) == (409, "already_forwarded")
        assert Forward.objects.count() == 1

    def test_at_the_same_moment_one_is_forwarded(
        self, together: Any, key: Caller, waiting: Payment
    ) -> None:
        answers = together(*[lambda: disburse(key, waiting)] * 5)

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
        assert Forward.objects.count() == 1

    def test_who_may_not(
        self, tenant: Caller, other_tenant: Caller, owner: Caller, stranger: Caller, staff: Any,
        waiting: Payment,
    ) -> None:  # fmt: skip
        answers = {
            "its tenant": disburse(other_tenant, waiting),
            "another tenant": disburse(tenant, waiting),
            "another owner": disburse(owner, waiting),
            "another partner": disburse(stranger, waiting),
            "a viewer": disburse(staff(VIEW), waiting),
        }

        assert {name: answer.status_code for name, answer in answers.items()} == {
            "its tenant": 403, "another tenant": 403, "another owner": 404,
            "another partner": 404, "a viewer": 403,
        }  # fmt: skip
        assert not Forward.objects.exists()

    def test_what_cannot_be_forwarded_says_why(self, street: Street, key: Caller) -> None:
        nobodys = disburse(key, street.nobodys())
        prompted = disburse(key, street.prompt())
        unknown = key.post({}, path=f"{DISBURSE}/{uuid4()}")

        assert [each.status_code for each in (nobodys, prompted, unknown)] == [409, 409, 404]
        assert "whose rent it is" in nobodys.json()["error"]
        assert "not paid" in prompted.json()["error"]

    @pytest.mark.parametrize(
        ("body", "field"), [({"reason": "short"}, "reason"), ({"amount": 5}, "amount")]
    )
    def test_bad_bodies_are_named(
        self, key: Caller, waiting: Payment, body: dict, field: str
    ) -> None:
        answer = disburse(key, waiting, **body)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not Forward.objects.exists()

    def test_no_body_at_all_is_fine(self, key: Caller, waiting: Payment) -> None:
        answer = key.post("", path=f"{DISBURSE}/{waiting.pk}/")

        assert answer.status_code == 200


class TestRetry:
    def test_an_owner_tries_their_own_failed_one_again(
        self, failed: Payment, as_themselves: Any
    ) -> None:
        caller = as_themselves(Owner.objects.get(name="Njoroge Example"))

        answer = disburse(caller, failed)

        assert (answer.status_code, answer.json()["disbursementStatus"]) == (200, "processing")
        assert Forward.objects.count() == 1

    def test_an_administrator_retries_all_and_is_told_what_became_of_it(
        self, failed: Payment, staff: Any
    ) -> None:
        answer = staff(FORWARD, "vault.change_owner").post({}, path=RETRY)

        assert answer.status_code == 200
        assert answer.json() == {
            "success": True,
            "message": "Retried 1 failed disbursements",
            "results": {"total": 1, "successful": 1, "failed": 0, "errors": []},
        }
        assert Forward.objects.get().status == "processing"

    def test_nobody_else_may(
        self, failed: Payment, staff: Any, key: Caller, owner: Caller, tenant: Caller
    ) -> None:
        callers = [staff(FORWARD), staff("vault.change_owner"), key, owner, tenant]

        answers = [caller.post({}, path=RETRY) for caller in callers]

        assert [answer.status_code for answer in answers] == [403] * 5
        assert answers[2].json()["code"] == "staff_only"
        assert Forward.objects.get().status == "failed"


class TestHistory:
    def test_the_owners_own_with_the_sources_names(
        self, street: Street, owner: Caller, moved: MovedClock
    ) -> None:
        street.rent()
        street.forwarded()
        street.rent(amount=8_000)
        street.rent(street.juma)

        answer = owner.get(HISTORY).json()

        assert answer["success"] is True
        assert answer["summary"] == {
            "totalDisbursed": 9500,
            "totalPlatformFees": 500,
            "pendingDisbursements": 1,
            "failedDisbursements": 0,
        }
        newest, oldest = answer["disbursements"]
        assert (newest["amount"], newest["disbursementStatus"]) == (8000, "pending")
        assert {name: oldest[name] for name in SOURCE if name != "disbursementDate"} == {
            "amount": 10000,
            "disbursementAmount": 9500,
            "platformFee": 500,
            "disbursementStatus": "completed",
            "disbursementTransactionId": Forward.objects.get().disbursement.receipt,
            "propertyName": "Sunset House",
            "tenantName": "Amina Example",
        }
        assert oldest["disbursementDate"]

    def test_staff_and_keys_name_the_owner(
        self, street: Street, staff: Any, key: Caller, stranger: Caller, tenant: Caller
    ) -> None:
        street.rent()
        named = {"owner": str(street.owner.pk)}

        unnamed = key.get(HISTORY)

        assert (unnamed.status_code, list(unnamed.json()["fields"])) == (400, ["owner"])
        assert len(key.get(HISTORY, **named).json()["disbursements"]) == 1
        assert len(staff(VIEW).get(HISTORY, **named).json()["disbursements"]) == 1
        assert stranger.get(HISTORY, **named).status_code == 404
        assert key.get(HISTORY, owner=str(uuid4())).status_code == 404
        assert tenant.get(HISTORY).status_code == 403

    def test_an_owner_names_no_other(self, street: Street, owner: Caller) -> None:
        own = owner.get(HISTORY, owner=str(street.owner.pk))
        other = owner.get(HISTORY, owner=str(street.by_hand.pk))

        assert (own.status_code, other.status_code) == (200, 404)

    def test_the_summary_is_of_all_that_matches_not_of_the_page(
        self, street: Street, owner: Caller, moved: MovedClock
    ) -> None:
        for _ in range(3):
            street.rent()
            moved.forward(minutes=1)

        first = owner.get(HISTORY, limit=2).json()
        second = owner.get(HISTORY, limit=2, cursor=first["nextCursor"]).json()
        none = owner.get(HISTORY, disbursementStatus="failed").json()

        assert [len(each["disbursements"]) for each in (first, second, none)] == [2, 1, 0]
        assert first["summary"] == second["summary"]
        assert first["summary"]["pendingDisbursements"] == 3
        assert none["summary"]["pendingDisbursements"] == 0

    def test_what_failed_counts_as_failed(self, failed: Payment, as_themselves: Any) -> None:
        caller = as_themselves(Owner.objects.get(name="Njoroge Example"))

        answer = caller.get(HISTORY).json()

        assert answer["summary"]["failedDisbursements"] == 1
        assert answer["disbursements"][0]["disbursementFailureReason"]

    def test_a_phone_in_a_tenants_name_is_hidden(
        self, street: Street, owner: Caller, key: Caller
    ) -> None:
        Tenant.objects.filter(pk=street.amina.pk).update(name="Amina 0700000001")
        street.rent()

        hidden = owner.get(HISTORY).json()["disbursements"][0]["tenantName"]
        shown = key.get(HISTORY, owner=str(street.owner.pk)).json()["disbursements"][0]

        assert (hidden, shown["tenantName"]) == ("Amina 0700•••001", "Amina 0700000001")


SOURCE = (
    "amount", "disbursementAmount", "platformFee", "disbursementStatus",
    "disbursementTransactionId", "disbursementDate", "propertyName", "tenantName",
)  # fmt: skip
