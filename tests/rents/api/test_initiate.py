"""POST /api/payments/initiate: a prompt is made once, for whom it may be."""

from typing import Any
from uuid import uuid4

import pytest

from config.deliveries import deliver_due
from tests.disbursements.api.conftest import Caller
from tests.rents.a_street import PHONE, Street
from tests.wire import MovedClock, Wire
from vault.models import Owner, Partner, Prompt

PATH = "/api/payments/initiate"
LOST = "254700098302"  # the provider's answer to the push does not arrive
REFUSED = "254700098307"


@pytest.fixture
def body(street: Street) -> dict[str, Any]:
    return {
        "propertyId": str(street.sunset.pk), "amount": 10000, "phoneNumber": "0700 000 001",
    }  # fmt: skip


class TestPrompted:
    def test_the_answer_is_the_source_documents(self, tenant: Caller, body: dict) -> None:
        answer = tenant.post(body, path=PATH)

        prompt = Prompt.objects.get()
        assert answer.status_code == 200
        assert answer.json() == {
            "success": True,
            "message": "STK Push sent successfully",
            "checkoutRequestId": prompt.checkout_id,
            "merchantRequestId": prompt.merchant_request_id,
            "paymentId": str(prompt.pk),
            "status": "pending",
        }
        assert (prompt.msisdn, prompt.amount_minor, prompt.origin) == (PHONE, 1_000_000, "api")
        assert prompt.checkout_id

    def test_a_key_and_staff_may_too(self, key: Caller, staff: Any, body: dict) -> None:
        by_key = key.post(body, path=PATH)
        by_staff = staff("vault.collect_payment").post(
            body | {"phoneNumber": "0700000003"}, path=PATH
        )

        assert (by_key.status_code, by_staff.status_code) == (200, 200)

    def test_what_is_paid_is_found_by_the_prompts_id(
        self, street: Street, tenant: Caller, wire: Wire, moved: MovedClock, body: dict
    ) -> None:
        prompted = tenant.post(body, path=PATH).json()
        moved.forward(minutes=1)
        wire.deliver()
        deliver_due()

        payment = tenant.get(f"/api/payments/{prompted['paymentId']}").json()["payment"]

        assert (payment["status"], payment["amount"]) == ("success", 10000)
        assert payment["promptId"] == prompted["paymentId"]
        assert payment["tenantName"] == "Amina Example"
        assert payment["platformFee"] + payment["disbursementAmount"] == 10000


class TestNotNow:
    def test_a_phone_with_an_open_prompt_is_409_with_when_to_try_again(
        self, tenant: Caller, body: dict
    ) -> None:
        tenant.post(body, path=PATH)

        answer = tenant.post(body | {"amount": 9000}, path=PATH)

        assert (answer.status_code, answer.json()["code"]) == (409, "prompt_open")
        assert int(answer["Retry-After"]) > 0
        assert answer.json()["againAt"].endswith("+03:00")
        assert list(answer.json()["fields"]) == ["phoneNumber"]
        assert Prompt.objects.count() == 1

    def test_the_same_call_at_the_same_moment_prompts_once(
        self, together: Any, tenant: Caller, body: dict
    ) -> None:
        answers = together(*[lambda: tenant.post(body, path=PATH)] * 5)

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
        assert Prompt.objects.count() == 1


class TestWhenMpesaWavers:
    def test_an_answer_that_is_lost_is_202_and_prompts_no_second_time(
        self, tenant: Caller, body: dict
    ) -> None:
        answer = tenant.post(body | {"phoneNumber": LOST}, path=PATH)
        again = tenant.post(body | {"phoneNumber": LOST}, path=PATH)

        assert (answer.status_code, again.status_code) == (202, 409)
        assert (answer.json()["status"], answer.json()["checkoutRequestId"]) == ("pending", None)
        assert Prompt.objects.get().status == "unknown"

    def test_a_refusal_is_502_and_can_be_looked_up(self, tenant: Caller, body: dict) -> None:
        answer = tenant.post(body | {"phoneNumber": REFUSED}, path=PATH)

        found = tenant.get(f"/api/payments/{answer.json()['paymentId']}").json()["payment"]
        assert (answer.status_code, answer.json()["code"]) == (502, "not_taken")
        assert answer.json()["success"] is False
        assert (found["status"], found["disbursementStatus"]) == ("failed", None)
        assert found["failureReason"] in answer.json()["error"]


class TestBadInput:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount": 10000.5}, "amount"),
            ({"amount": "1e4"}, "amount"),
            ({"amount": 0}, "amount"),
            ({"amount": 250001}, "amount"),
            ({"amount": True}, "amount"),
            ({"phoneNumber": "0201234567"}, "phoneNumber"),
            ({"phoneNumber": 254700000001}, "phoneNumber"),
            ({"propertyId": "x"}, "propertyId"),
            ({"propertyId": str(uuid4())}, "propertyId"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_the_field_is_named_and_nobody_is_prompted(
        self, tenant: Caller, body: dict, wrong: dict, field: str
    ) -> None:
        answer = tenant.post(body | wrong, path=PATH)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not Prompt.objects.exists()

    def test_all_that_is_wrong_is_told_at_once(self, tenant: Caller) -> None:
        answer = tenant.post({"amount": "10.50", "phoneNumber": "12"}, path=PATH)

        assert set(answer.json()["fields"]) == {"propertyId", "amount", "phoneNumber"}

    def test_a_disabled_owner_is_refused(self, street: Street, tenant: Caller, body: dict) -> None:
        Owner.objects.update(is_active=False)

        answer = tenant.post(body, path=PATH)

        assert answer.status_code == 400
        assert "its owner is switched off" in answer.json()["error"]


class TestWhoMay:
    def test_a_tenant_prompts_for_no_other_house(
        self, street: Street, other_tenant: Caller, body: dict
    ) -> None:
        others = other_tenant.post(body, path=PATH)
        nobodys = other_tenant.post(body | {"propertyId": str(uuid4())}, path=PATH)

        assert (others.status_code, list(others.json()["fields"])) == (400, ["propertyId"])
        assert len(others.content) == len(nobodys.content)
        assert not Prompt.objects.exists()

    def test_a_tenant_prompts_in_no_other_tenants_name(
        self, street: Street, tenant: Caller, body: dict
    ) -> None:
        answer = tenant.post(body | {"tenantId": str(street.juma.pk)}, path=PATH)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["tenantId"])

    def test_owners_and_those_without_permission_may_not(
        self, owner: Caller, staff: Any, body: dict
    ) -> None:
        answers = [owner.post(body, path=PATH), staff("vault.view_payment").post(body, path=PATH)]

        assert [answer.status_code for answer in answers] == [403, 403]

    def test_another_partners_key_and_staff_find_no_such_property(
        self, stranger: Caller, staff: Any, body: dict
    ) -> None:
        theirs = staff(
            "vault.collect_payment", partner=Partner.objects.get(name__startswith="Ano")
        )

        answers = [stranger.post(body, path=PATH), theirs.post(body, path=PATH)]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert not Prompt.objects.exists()
