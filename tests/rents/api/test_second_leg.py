"""GET /api/payments/disbursement-status/{id}, and what amounts look like."""

from uuid import UUID

from tests import money_in
from tests.disbursements.api.conftest import Caller
from tests.rents.a_street import SOMEBODY, Street
from vault.operations.take_back import take_back

PATH = "/api/payments"


class TestStatus:
    def test_the_answer_has_the_fields_of_the_source_document(
        self, street: Street, tenant: Caller
    ) -> None:
        payment = street.rent()
        street.forwarded()

        answer = tenant.get(f"{PATH}/disbursement-status/{payment.pk}").json()

        told = answer["disbursement"]
        assert answer["success"] is True
        assert told["paymentId"] == str(payment.pk)
        assert (told["amount"], told["disbursementAmount"], told["platformFee"]) == (
            10000, 9500, 500,
        )  # fmt: skip
        assert (told["status"], told["ownerPaybill"], told["ownerAccountNumber"]) == (
            "completed", "600222", "PROP001",
        )  # fmt: skip
        assert told["transactionId"]
        assert told["conversationId"]
        assert told["date"].startswith("2026-11-21T11:")
        assert UUID(told["disbursementId"])

    def test_of_what_is_not_forwarded_yet(self, street: Street, owner: Caller) -> None:
        payment = street.rent()

        told = owner.get(f"{PATH}/disbursement-status/{payment.pk}").json()["disbursement"]

        assert (told["status"], told["transactionId"], told["date"]) == ("pending", None, None)
        assert told["forwardDueAt"] is not None

    def test_of_a_prompt_there_is_no_money_to_forward(
        self, street: Street, tenant: Caller
    ) -> None:
        prompt = street.prompt()

        told = tenant.get(f"{PATH}/disbursement-status/{prompt.pk}").json()["disbursement"]

        assert (told["paymentStatus"], told["status"], told["platformFee"]) == (
            "pending", None, None,
        )  # fmt: skip

    def test_cents_are_told_as_they_are(self, street: Street, tenant: Caller) -> None:
        payment = money_in.allocated_payment(
            street.sunset, street.amina, at=street.clock(), amount_minor=1_000_050
        )

        told = tenant.get(f"{PATH}/{payment.pk}").json()["payment"]

        assert told["amount"] == 10000.5
        assert told["platformFee"] + told["disbursementAmount"] == 10000.5

    def test_taken_back_it_is_no_longer_the_tenants(
        self, street: Street, tenant: Caller, key: Caller
    ) -> None:
        payment = street.rent()

        take_back(
            payment_id=payment.pk, reason="it was another tenant's", at=street.clock(),
            caller=SOMEBODY,
        )  # fmt: skip

        assert tenant.get(f"{PATH}/{payment.pk}").status_code == 404
        assert key.get(f"{PATH}/{payment.pk}").json()["payment"]["tenantId"] is None
