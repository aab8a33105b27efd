"""POST /api/payments: cash is recorded once, and never forwarded."""

from typing import Any
from uuid import uuid4

import pytest

from tests.disbursements.api.conftest import Caller
from tests.rents.a_street import Street
from vault.models import Payment

PATH = "/api/payments"


@pytest.fixture
def body(street: Street) -> dict[str, Any]:
    return {
        "propertyId": str(street.sunset.pk), "tenantId": str(street.amina.pk), "amount": 12500,
        "receiptNumber": "0012", "reason": "the tenant paid at the office",
    }  # fmt: skip


class TestRecorded:
    def test_it_is_split_and_not_forwarded(
        self, street: Street, key: Caller, tenant: Caller, body: dict
    ) -> None:
        answer = key.post(body, path=PATH)
        street.forwarded()

        told = answer.json()["payment"]
        seen = tenant.get(f"{PATH}/{told['id']}").json()["payment"]
        assert answer.status_code == 201
        assert (told["method"], told["amount"], told["platformFee"]) == ("cash", 12500, 625)
        assert (seen["disbursementStatus"], seen["disbursementId"]) == ("not_required", None)

    def test_the_same_paper_receipt_counts_once(self, key: Caller, body: dict) -> None:
        key.post(body, path=PATH)

        again = key.post(body, path=PATH)

        assert (again.status_code, list(again.json()["fields"])) == (400, ["receiptNumber"])
        assert Payment.objects.count() == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"amount": 0}, "amount"),
            ({"receiptNumber": ""}, "receiptNumber"),
            ({"receiptNumber": "a b"}, "receiptNumber"),
            ({"reason": "cash"}, "reason"),
            ({"propertyId": str(uuid4())}, "propertyId"),
            ({"tenantId": str(uuid4())}, "tenantId"),
            ({"paidAt": "yesterday"}, "paidAt"),
            ({"paidAt": "2027-01-01T00:00:00+03:00"}, "paidAt"),
        ],
    )
    def test_the_field_is_named(self, key: Caller, body: dict, wrong: dict, field: str) -> None:
        answer = key.post(body | wrong, path=PATH)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not Payment.objects.exists()

    def test_who_may_not(
        self, owner: Caller, tenant: Caller, stranger: Caller, staff: Any, body: dict
    ) -> None:
        callers = [owner, tenant, staff("vault.view_payment"), stranger]

        answers = [caller.post(body, path=PATH) for caller in callers]

        assert [answer.status_code for answer in answers] == [403, 403, 403, 400]
        assert not Payment.objects.exists()
