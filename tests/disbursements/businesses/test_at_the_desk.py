"""What staff and partners see of a payout to a business, and of its codes."""

from typing import Any

from django.db import connection
from django.urls import reverse

from disbursements.api.answers import DisbursementSerializer
from disbursements.models import DisbursementRequest
from disbursements.queries import exported
from disbursements.queries.result_codes import in_words
from tests.disbursements.businesses.conftest import PayBusiness, seen
from tests.staff import superuser
from tests.wire import Wire


class TestShown:
    def test_a_code_is_said_in_the_rails_own_words(
        self, pay_business: PayBusiness, wire: Wire
    ) -> None:
        row = pay_business("799007")
        wire.run()

        said = in_words(code=seen(row).failure_code, text=row.failure_text, rail=row.rail)

        assert (row.failure_code, said.named) == ("2007", True)
        assert said.happened == "The receiving biller refused the payment."

    def test_its_payee_is_the_shortcode_and_account(self, pay_business: PayBusiness) -> None:
        paybill = pay_business()
        till = pay_business("512345", account="", receiver_kind="till")

        assert paybill.business == "paybill 600222, account PROP001"
        assert till.business == "till 512345"

    def test_a_person_has_none(self, pay: Any) -> None:
        assert pay("00001").business == ""

    def test_the_list_and_its_page_name_the_business(
        self, pay_business: PayBusiness, pay: Any, wire: Wire
    ) -> None:
        row = pay_business("799007")
        pay("00001")
        wire.run()
        desk = superuser()

        listed = desk.get(reverse("admin:disbursements_disbursementrequest_changelist"))
        page = desk.get(reverse("admin:disbursements_disbursementrequest_change", args=[row.pk]))

        for answer in (listed, page):
            assert answer.status_code == 200
            assert "paybill 799007, account PROP001" in answer.content.decode()
        assert "The receiving biller refused the payment" in page.content.decode()

    def test_an_export_has_the_business_and_no_phone(
        self, pay_business: PayBusiness, pay: Any
    ) -> None:
        pay_business(), pay("00001")

        statement, parameters = exported.statement(
            DisbursementRequest.objects.all(), columns=["phone", "receiver", "account"],
            phones_masked=True, as_json=False,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()

        assert sorted(rows) == [("", "600222", "PROP001"), ("254 700 ••• 001", "", "")]

    def test_the_api_says_who_received_it_only_of_businesses(
        self, pay_business: PayBusiness, pay: Any
    ) -> None:
        told = [
            DisbursementSerializer(row, context={"may_see_phones": False}).data
            for row in (pay_business(), pay("00001"))
        ]

        assert told[0]["receiver"] == {
            "number": "600222", "kind": "paybill", "accountReference": "PROP001",
        }  # fmt: skip
        assert (told[0]["msisdn"], "receiver" in told[1]) == ("", False)
