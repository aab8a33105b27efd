"""GET /api/mifos/runs, loans as a file, and the address of the source document's dashboard."""

import csv
import json
from io import StringIO
from typing import Any

from core.models import Step
from disbursements.models import Export
from tests.disbursements.api.conftest import Caller
from tests.loans.admin.scene import Lent, row
from tests.loans.api.conftest import Staff
from tests.staff import superuser
from vault.models import Partner

RUNS, FILE = "/api/mifos/runs", "/api/mifos/loans/export"


def content_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


class TestRuns:
    def test_what_it_did_and_what_went_wrong_in_words(self, loans: Lent, key: Caller) -> None:
        loans.run()

        [said] = key.get(RUNS).json()["runs"]

        assert (said["fetched"], said["new"], said["notBooked"]) == (12, 11, 1)
        assert said["summary"].startswith("11 new, 2 held, 5 handed over to be paid, 4 paid")
        assert said["errors"][0]["loanId"] == 107
        assert [each["code"] for each in said["skipped"]] == ["product_unknown", "not_due_yet"]
        assert all(each["meaning"] for each in [*said["skipped"], *said["held"]])

    def test_filters_pages_and_reach(
        self, loans: Lent, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        quiet: dict[str, Any] = dict.fromkeys(
            ("fresh", "instructed", "paid", "failed", "booked", "not_booked"), 0
        )
        first = loans.run()
        loans.wire.clock.forward(minutes=5)
        second = loans.run(**quiet, held={}, errors=[], trigger="api", ended_at=None)

        def ids(**asked: Any) -> list[str]:
            answer = key.get(RUNS, **asked)
            assert answer.status_code == 200, answer.content
            return [each["id"] for each in answer.json()["runs"]]

        one, two = str(first.pk), str(second.pk)
        cursor = key.get(RUNS, limit=1).json()["nextCursor"]

        assert ids() == [two, one]
        assert (ids(limit=1), ids(limit=1, cursor=cursor)) == ([two], [one])
        assert ids(errors="yes") == ids(news="yes") == ids(ended="yes") == [one]
        assert ids(errors="no") == ids(news="no") == ids(ended="no") == ids(trigger="api") == [two]
        assert ids(search=one) == [one]
        assert ids(search="SYSTEM") == [two, one]
        assert ids(to="2020-01-01") == []
        assert stranger[1].get(RUNS).json()["runs"] == []
        assert key.get(RUNS, trigger="moon").status_code == 400


class TestFile:
    def test_exactly_what_is_filtered_and_on_record(self, loans: Lent, key: Caller) -> None:
        loans.morning()

        text = content_of(key.get(FILE, booking="not_booked"))
        lines = list(csv.DictReader(StringIO(text)))

        assert sorted(line["loan"] for line in lines) == ["107", "109"]
        [refused] = [line for line in lines if line["loan"] == "107"]
        assert (refused["net"], refused["gross"], refused["booking"]) == (
            "9500.00", "10000.00", "refused",
        )  # fmt: skip
        assert refused["receipt"] == row(107).disbursement.receipt
        assert refused["phone"] == "254700100107"
        record = Export.objects.get()
        assert (record.rows, record.selection) == (2, {"booking": "not_booked"})
        assert Step.objects.filter(subject_id=str(record.pk)).exists()

    def test_chosen_columns_as_json(self, loans: Lent, key: Caller) -> None:
        loans.loan(101)

        text = content_of(key.get(FILE, format="json", columns="loan,net,cycle,tracked_at"))

        [line] = json.loads(text)
        assert list(line) == ["loan", "net", "cycle", "tracked_at"]
        assert (line["loan"], line["net"]) == (101, "9500.00")

    def test_phones_only_for_those_who_may_see_them(self, loans: Lent, staff: Staff) -> None:
        loans.loan(101, client_name="=Amina 0700100101", phone_as_written="0700 100 101")
        may = ("loans.view_loantracking", "loans.export_loantracking")

        text = content_of(staff(*may).get(FILE, columns="phone,client,phone_as_written"))

        assert "00101" not in text
        assert "100 101" not in text
        assert "'=Amina" in text

    def test_a_phone_in_an_odd_form_is_hidden_too(self, loans: Lent, staff: Staff) -> None:
        loans.loan(101, phone_as_written="=07-00-100-101")
        may = ("loans.view_loantracking", "loans.export_loantracking")

        text = content_of(staff(*may).get(FILE, columns="phone_as_written"))

        assert "100-1" not in text
        assert "'=07" in text

    def test_it_takes_its_own_permission(self, loans: Lent, staff: Staff) -> None:
        person = staff("loans.view_loantracking", "disbursements.export_disbursementrequest")

        answer = person.get(FILE)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")

    def test_what_cannot_be_read_is_refused_by_name(self, loans: Lent, key: Caller) -> None:
        asked = ({"columns": "loan,secret"}, {"format": "xml"}, {"status": "x"}, {"limit": "3"})

        answers = [key.get(FILE, **each) for each in asked]

        assert [list(answer.json()["fields"]) for answer in answers] == [
            ["columns"], ["format"], ["status"], ["limit"],
        ]  # fmt: skip


class TestDashboard:
    def test_the_documents_address_leads_to_the_list(self, loans: Lent) -> None:
        loans.loan(101)

        answers = [
            superuser().get(f"/loan-tracking{slash}?status=held", follow=True)
            for slash in ("", "/")
        ]

        chain = "/admin/loans/loantracking/?status=held"
        assert [answer.redirect_chain for answer in answers] == [[(chain, 302)]] * 2
        assert [answer.status_code for answer in answers] == [200, 200]
