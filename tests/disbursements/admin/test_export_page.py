"""Export…: the page says what would leave, and the file holds exactly that."""

from typing import Any

import pytest

from disbursements.models import Export
from tests.staff import at_the_desk

pytestmark = pytest.mark.usefixtures("engine_db")
PAGE = "/admin/disbursements/disbursementrequest/export/"
VIEW = "disbursements.view_disbursementrequest"
MAY = "disbursements.export_disbursementrequest"
COLUMNS = {"columns": ["reference", "phone"], "file_format": "csv"}


def taken(client: Any, **form: Any) -> bytes:
    answer = client.post(PAGE, {**COLUMNS, **form})
    return b"".join(answer.streaming_content)


class TestPage:
    def test_it_says_how_many_by_which_filter_and_that_phones_are_masked(self, pay: Any) -> None:
        pay("00001")
        pay("00002", amount="50000")

        text = at_the_desk(VIEW, MAY).get(f"{PAGE}?amount_from=50,000").content.decode()

        assert "1 payouts, newest first" in text
        assert "amount_from" in text
        assert "masked: you may not see whole phones" in text
        assert not Export.objects.exists()

    def test_without_the_permission_there_is_no_page(self, pay: Any) -> None:
        client = at_the_desk(VIEW)

        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, COLUMNS).status_code == 403
        assert not Export.objects.exists()

    def test_a_filter_that_cannot_be_read_exports_nothing(self, pay: Any) -> None:
        client = at_the_desk(VIEW, MAY)

        answer = client.post(PAGE, {**COLUMNS, "amount_from": "much"})

        assert answer.status_code == 422
        assert "50,000" in answer.content.decode()
        assert not Export.objects.exists()


class TestFile:
    def test_it_holds_the_filtered_rows_and_chosen_columns_with_masked_phones(
        self, pay: Any
    ) -> None:
        pay("00001", amount="50000")
        pay("00002", amount="10")

        body = taken(at_the_desk(VIEW, MAY), amount_from="50,000")

        assert body.decode("utf-8-sig") == (
            "reference,phone\nREF-00001,254 700 ••• 001\n"
        )  # fmt: skip

    def test_it_is_an_attachment_that_nobody_keeps(self, pay: Any) -> None:
        answer = at_the_desk(VIEW, MAY).post(PAGE, {**COLUMNS, "status": "failed"})

        assert "disbursements_failed_start_" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        list(answer.streaming_content)

    def test_the_columns_are_remembered(self, pay: Any) -> None:
        client = at_the_desk(VIEW, MAY)
        taken(client, columns=["remarks"])

        text = client.get(PAGE).content.decode()

        checked = [line for line in text.split("<input") if " checked" in line]
        assert len(checked) == 1
        assert 'value="remarks"' in checked[0]


class TestList:
    def test_an_auditor_sees_who_took_what(self, pay: Any) -> None:
        pay("00001")
        taken(at_the_desk(VIEW, MAY), status="queued")
        auditor = at_the_desk("disbursements.view_export")

        listed = auditor.get("/admin/disbursements/export/").content.decode()
        page = auditor.get(f"/admin/disbursements/export/{Export.objects.get().pk}/change/")

        assert "status queued" in listed
        assert "reference, phone" in page.content.decode()
