"""Reading a file of payees: forms that are tolerated, forms that are refused and how."""

import io

import pytest

from disbursements.operations.rejected_rows import safe_cell
from disbursements.rules.payee_file import (
    CELL_LENGTH_MAX,
    LINE_BYTES_MAX,
    BadFile,
    BadRow,
    PayeeRow,
    read_rows,
)
from disbursements.rules.repeated_references import SLOTS_FIRST, SeenReferences

HEADER = "reference,msisdn,amount,name,remarks\n"
QUOTED = (
    '"reference","msisdn","amount","name","remarks"\n'
    '"A-1","0700000001","1250","Amina Example","Salary"\n'
)
ROW = "A-1,0700000001,1250,Amina Example,Salary\n"


def rows_of(content: str | bytes) -> list[PayeeRow | BadRow]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_rows(io.BytesIO(raw)))


def only(content: str | bytes) -> PayeeRow:
    [row] = rows_of(content)
    assert isinstance(row, PayeeRow), row
    return row


class TestForms:
    @pytest.mark.parametrize(
        "content",
        [
            HEADER + ROW,
            HEADER + ROW.rstrip("\n"),
            "\ufeff" + HEADER + ROW,
            (HEADER + ROW).replace("\n", "\r\n"),
            (HEADER + ROW).replace(",", ";"),
            (HEADER + ROW).replace(",", "\t"),
            HEADER.upper() + ROW,
            HEADER.replace(",", " , ") + ROW.replace(",", " , "),
            QUOTED,
            "remarks,name,amount,msisdn,reference\nSalary,Amina Example,1250,0700000001,A-1\n",
            HEADER + "\n,,,,\n  \n" + ROW + "\n\n",
            HEADER.strip() + ",,\n" + ROW.strip() + ",,\n",
        ],
    )
    def test_one_payee_in_every_usual_form(self, content: str) -> None:
        row = only(content)

        assert (row.reference, row.msisdn, row.amount) == ("A-1", "0700000001", "1250")
        assert (row.name, row.remarks) == ("Amina Example", "Salary")

    def test_name_and_remarks_may_be_left_out(self) -> None:
        row = only("amount,reference,msisdn\n1250,A-1,0700000001\n")

        assert (row.name, row.remarks) == ("", "")

    @pytest.mark.parametrize(
        ("written", "read"),
        [('"1,250"', "1250"), ('"1,250.00"', "1250.00"), ('"250,000"', "250000"),
         ('"1,25"', "1,25"), ('"12,50,0"', "12,50,0"), ('"1250,00"', "1250,00"), ("'5", "'5")],
    )  # fmt: skip
    def test_thousands_commas_only_where_they_are_thousands(self, written: str, read: str) -> None:
        assert only(f"{HEADER}A-1,0700000001,{written},,\n").amount == read

    def test_a_spreadsheets_apostrophe_before_a_phone_is_tolerated(self) -> None:
        assert only(f"{HEADER}A-1,'0700000001,1250,,\n").msisdn == "0700000001"

    def test_quoted_cells_hold_separators_and_quotation_marks(self) -> None:
        row = only(HEADER + 'A-1,0700000001,1250,"Example, ""Amina""",Salary\n')

        assert row.name == 'Example, "Amina"'

    def test_lines_are_counted_as_an_editor_counts_them(self) -> None:
        rows = rows_of(HEADER + "\n" + ROW + '\nA-2,0700000002,10,"two\nlines",x\n' + ROW)

        assert [row.line for row in rows] == [3, 5, 7]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", "lacks the column reference, msisdn, amount"),
            ("\n" + HEADER, "lacks the column"),
            (HEADER.replace("amount,", "") + ROW, "lacks the column amount"),
            (HEADER.replace("msisdn", "phone") + ROW, "lacks the column msisdn"),
            (HEADER.strip() + ",amount\n", "amount stands in the first line twice"),
            (HEADER.strip() + ",status\n", "'status' is not a column we know"),
            (HEADER.strip() + ",partner_id\n", "'partner_id' is not a column we know"),
            ("<html><body>login</body></html>", "lacks the column"),
            (b"PK\x03\x04" + b"\x00" * 50, "Excel workbook"),
            ((HEADER + ROW).encode("utf-16"), "UTF-16, not UTF-8: save it as"),
            ((HEADER + ROW).encode("utf-16-le"), "UTF-16"),
            (HEADER.replace("\n", "\r") + ROW.replace("\n", "\r"), "carriage return alone"),
            (HEADER.encode() + ROW.encode() + b"A-2,0700000002,10,Am\xe9lie,x\n",
             r"line 3, byte 21 \(0xE9\) is not UTF-8: save it as 'CSV UTF-8'"),
            (HEADER + ROW + "x" * (LINE_BYTES_MAX + 1), "line 3 has more than"),
            (HEADER + "x" * 1_000_000 + ",1,2\n", "line 2 has more than"),
            (",".join(["x"] * 100_000) + "\n", "more than"),
            (HEADER + 'A-1,0700000001,1250,"Amina,Salary\n' + ROW * 50, "opened in line 2"),
            (HEADER + 'A-1,0700000001,1250,"Amina,Salary\n' + ROW * 9_000, "opened in line 2"),
        ],
    )  # fmt: skip
    def test_it_says_where_and_why(self, content: str | bytes, reason: str) -> None:
        with pytest.raises(BadFile, match=reason):
            rows_of(content)


class TestBadRows:
    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ("A-1,0700000001,1250", "has 3 cells where the first line has 5"),
            ("A-1,0700000001,1,250,Amina,Salary", "has 6 cells where the first line has 5"),
            ('A-1,0700000001,1250,"Amina "JJ" Example",x', "quotation mark in the wrong place"),
            (f"A-1,0700000001,1250,{'x' * (CELL_LENGTH_MAX + 1)},x", "is longer than"),
            ("A-1,0700000001,1250,nul\x00here,x", "not text"),
        ],
    )
    def test_it_is_reported_in_its_place_and_reading_goes_on(
        self, line: str, problem: str
    ) -> None:
        bad, good = rows_of(f"{HEADER}{line}\n{ROW}")

        assert isinstance(bad, BadRow)
        assert bad.line == 2
        assert problem in bad.problem
        assert bad.what_to_do
        assert len(bad.value) < 100
        assert isinstance(good, PayeeRow)
        assert good.line == 3


class TestSeenReferences:
    def test_it_finds_every_repetition_and_its_first_line_beyond_its_first_size(self) -> None:
        seen = SeenReferences()
        count = 3 * SLOTS_FIRST

        first = [seen.first_line(f"A-{number}", line=number) for number in range(count)]
        again = [seen.first_line(f"A-{number}", line=7) for number in range(count)]

        assert first == [None] * count
        assert again == list(range(count))


class TestSafeCells:
    @pytest.mark.parametrize(
        "value",
        ["=HYPERLINK(1)", "+254700000001", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1",
         ";=1", "\u00a0=1"],
    )  # fmt: skip
    def test_no_spreadsheet_takes_it_for_a_formula(self, value: str) -> None:
        assert safe_cell(value).startswith("'")

    @pytest.mark.parametrize("value", ["Amina Example", "0700000001", "1250", ""])
    def test_plain_text_stays(self, value: str) -> None:
        assert safe_cell(value) == value
