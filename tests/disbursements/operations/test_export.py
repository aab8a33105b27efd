"""A file holds exactly the rows that are filtered, and is on record before it leaves."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest

from core.callers import Caller, NotAllowed
from core.models import Step
from disbursements.models import Export
from disbursements.operations.export import BYTE_ORDER_MARK, BadExport, export
from disbursements.queries.selection import BadSelection

pytestmark = pytest.mark.usefixtures("engine_db")
EXPORT, PHONES = "disbursements.export_disbursementrequest", "disbursements.see_phones"


def caller(*permissions: str, partners: Any = None) -> Caller:
    return Caller(
        actor="wanjiku.example", origin="admin", partners=partners,
        permissions=frozenset(permissions or (EXPORT, PHONES)),
    )  # fmt: skip


def table(leaving: Any) -> list[dict[str, str]]:
    text = b"".join(leaving.blocks).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestRows:
    def test_the_newest_is_first_and_each_cell_says_it_plainly(self, pay: Any, moved: Any) -> None:
        pay("00001", amount="1250", payee_name="Amina Example")
        moved.forward(minutes=1)
        pay("00002", amount="99999")

        rows = table(export(selection={}, caller=caller(), at=moved()))

        assert [row["reference"] for row in rows] == ["REF-00002", "REF-00001"]
        assert (rows[1]["amount"], rows[1]["currency"]) == ("1250.00", "KES")
        assert rows[1]["phone"] == "254700100001"
        assert rows[1]["instructed_at"] == "2026-11-21T11:00:00+03:00"

    def test_only_what_is_filtered_leaves(self, pay: Any, moved: Any) -> None:
        pay("00001", amount="50000")
        pay("00002", amount="10")

        rows = table(export(selection={"amount_from": "50,000"}, caller=caller(), at=moved()))

        assert [row["reference"] for row in rows] == ["REF-00001"]

    def test_chosen_columns_come_in_the_chosen_order(self, pay: Any, moved: Any) -> None:
        pay("00001")

        leaving = export(selection={}, columns=["amount", "id"], caller=caller(), at=moved())

        assert b"".join(leaving.blocks).startswith(b"amount,id\n1250.00,")

    def test_another_partners_rows_stay_here(self, pay: Any, moved: Any) -> None:
        pay("00001")

        rows = table(
            export(selection={}, caller=caller(EXPORT, partners=frozenset({uuid4()})), at=moved())
        )

        assert rows == []

    def test_json_is_one_array(self, pay: Any, moved: Any) -> None:
        pay("00001", payee_name='Amina "A" Example')
        moved.forward(minutes=1)
        pay("00002")

        leaving = export(selection={}, file_format="json", caller=caller(), at=moved())

        rows = json.loads(b"".join(leaving.blocks))
        assert [row["reference"] for row in rows] == ["REF-00002", "REF-00001"]
        assert {row["payee"] for row in rows} == {'Amina "A" Example', ""}

    def test_no_row_is_an_empty_array_or_a_lone_heading(self, moved: Any) -> None:
        as_json = export(selection={}, file_format="json", caller=caller(), at=moved())
        as_csv = export(selection={}, columns=["id"], caller=caller(), at=moved())

        assert json.loads(b"".join(as_json.blocks)) == []
        assert b"".join(as_csv.blocks) == b"id\n"

    def test_a_spreadsheet_is_told_that_it_is_utf_8(self, moved: Any) -> None:
        leaving = export(selection={}, for_spreadsheet=True, caller=caller(), at=moved())

        assert next(leaving.blocks) == BYTE_ORDER_MARK


class TestPhones:
    def test_without_the_permission_they_are_masked_also_in_texts(
        self, pay: Any, moved: Any
    ) -> None:
        pay("00001", payee_name="Amina 0712345678", remarks="call 0712345678")

        leaving = export(
            selection={}, columns=["phone", "payee", "remarks"], caller=caller(EXPORT), at=moved()
        )

        text = b"".join(leaving.blocks).decode()
        assert "254 700 ••• 001" in text
        assert "0712345678" not in text
        assert Export.objects.get().phones_masked


class TestRecord:
    def test_it_is_there_before_the_first_byte_and_counts_at_the_end(
        self, pay: Any, moved: Any
    ) -> None:
        pay("00001")
        leaving = export(selection={"status": "queued"}, caller=caller(), at=moved())
        before = Export.objects.get()

        list(leaving.blocks)

        after = Export.objects.get()
        assert (before.rows, before.ended_at, before.actor) == (None, None, "wanjiku.example")
        assert (after.rows, after.ended_at) == (1, moved())
        step = Step.objects.get(subject_type="Export")
        assert step.details["selection"] == {"status": "queued"}

    def test_one_that_broke_off_stays_without_an_end(self, pay: Any, moved: Any) -> None:
        pay("00001")
        leaving = export(selection={}, caller=caller(), at=moved())
        next(leaving.blocks)

        leaving.blocks.close()  # type: ignore[attr-defined]

        assert Export.objects.get().ended_at is None


class TestFileName:
    def test_it_holds_view_range_and_zone(self, moved: Any) -> None:
        selection = {"status": "failed", "from": "2026-11-15", "to": "2026-11-21"}

        leaving = export(selection=selection, caller=caller(), at=moved())

        assert leaving.file_name == "disbursements_failed_2026-11-15_2026-11-21_EAT.csv"


class TestRefusals:
    def test_without_the_permission_nothing_leaves_and_nothing_is_written(
        self, moved: Any
    ) -> None:
        with pytest.raises(NotAllowed, match="export_disbursementrequest"):
            export(selection={}, caller=caller(PHONES), at=moved())

        assert not Export.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"columns": ["password"]}, "password is not a column"),
            ({"columns": []}, "no column is named"),
            ({"columns": ["id", "id"]}, "names a column twice"),
            ({"file_format": "xlsx"}, "use one of csv, json"),
        ],
    )
    def test_an_unknown_column_or_format_is_named(
        self, wrong: Any, message: str, moved: Any
    ) -> None:
        with pytest.raises(BadExport, match=message):
            export(selection={}, caller=caller(), at=moved(), **wrong)

    def test_an_unknown_filter_is_named(self, moved: Any) -> None:
        with pytest.raises(BadSelection, match="colour"):
            export(selection={"colour": "red"}, caller=caller(), at=moved())
