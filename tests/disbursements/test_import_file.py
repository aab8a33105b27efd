"""import_file: all or nothing, twice is once, bad rows explained."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations import import_file as operation
from disbursements.operations.import_file import ImportReport, import_file
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from tests.disbursements.payees import AT, HEADER, add_payer, good_lines
from vault.models import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def payer(db: None) -> Partner:
    return add_payer()


def take_in(payer: Partner, lines: list[str], **options: Any) -> ImportReport:
    content = "\n".join([HEADER, *lines]).encode()
    return import_file(
        source=io.BytesIO(content), partner_id=payer.pk, actor="test", at=AT, **options
    )


class TestAllOrNothing:
    def test_good_rows_are_queued_in_chunks(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "CHUNK_ROWS", 4)

        report = take_in(payer, good_lines(10))

        rows = DisbursementRequest.objects.order_by("client_reference")
        assert (report.rows, report.added, report.replayed, report.rejected) == (10, 10, 0, 0)
        assert report.total_minor == sum(row.amount_minor for row in rows) == 104_500
        assert len(report.file_digest) == 64
        assert {(row.origin, row.origin_id) for row in rows} == {("file", report.file_digest)}
        assert rows[0].payee_name == "Amina Example"

    def test_one_bad_row_adds_nothing_and_says_what_to_do(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "CHUNK_ROWS", 4)
        lines = good_lines(10)
        lines[8] = "A-8,0700000001,1250.50,Amina Example,Salary"

        report = take_in(payer, lines)

        [problem] = report.problems
        assert (report.added, report.rejected, report.total_minor) == (0, 1, 0)
        assert (problem.line, problem.column, problem.value) == (10, "amount", "1250.50")
        assert "such as 1,250" in problem.what_to_do
        assert not DisbursementRequest.objects.exists()

    def test_every_problem_of_every_row_is_told(self, payer: Partner) -> None:
        report = take_in(payer, ["A-1,12,0,,", ",0700000001,1e9,,", "A-3,0700000003,NaN,,x"])

        told = [(each.line, each.column) for each in report.problems]
        assert report.rejected == 3
        assert told == [
            (2, "msisdn"), (2, "amount"), (3, "reference"), (3, "amount"), (4, "remarks"),
            (4, "amount"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "amount",
        [
            "0",
            "-5",
            "1250.50",
            "1e9",
            "250001",
            "NaN",
            '"250,001"',
            "\u0661\u0660\u0660",
            "+5",
            "'1250",
            "0x10",
        ],
    )
    def test_amounts_that_are_none(self, payer: Partner, amount: str) -> None:
        report = take_in(payer, [f"A-1,0700000001,{amount},,"])

        assert [each.column for each in report.problems] == ["amount"]

    def test_a_crash_while_adding_takes_everything_back(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "CHUNK_ROWS", 4)
        add, calls = operation.instruct_many, []

        def fail_on_the_third(**options: Any) -> Any:
            calls.append(1)
            if len(calls) == 3:
                raise OperationalError("the connection is lost")
            return add(**options)

        monkeypatch.setattr(operation, "instruct_many", fail_on_the_third)

        with pytest.raises(OperationalError):
            take_in(payer, good_lines(10))

        assert not DisbursementRequest.objects.exists()

    def test_a_reference_taken_between_the_passes_takes_everything_back(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        check = operation._check_all

        def check_and_be_overtaken(*arguments: Any) -> Any:
            counted = check(*arguments)
            instruct(
                partner_id=payer.pk, origin="api", actor="test", at=AT,
                instruction=Instruction(
                    client_reference="A-3", msisdn="0700000009", amount="77"
                ),
            )  # fmt: skip
            return counted

        monkeypatch.setattr(operation, "_check_all", check_and_be_overtaken)

        report = take_in(payer, good_lines(5))

        assert (report.added, report.rejected) == (0, 1)
        assert DisbursementRequest.objects.count() == 1


class TestTwice:
    def test_the_same_file_again_adds_nothing(self, payer: Partner) -> None:
        take_in(payer, good_lines(5))

        again = take_in(payer, good_lines(5))

        assert (again.added, again.replayed, again.rejected, again.total_minor) == (0, 5, 0, 0)
        assert DisbursementRequest.objects.count() == 5

    def test_a_longer_file_adds_only_what_is_new(self, payer: Partner) -> None:
        take_in(payer, good_lines(3))

        longer = take_in(payer, good_lines(5))

        assert (longer.added, longer.replayed, longer.total_minor) == (2, 3, 20_700)

    def test_the_same_reference_with_another_body_is_that_lines_problem(
        self, payer: Partner
    ) -> None:
        take_in(payer, good_lines(3))

        report = take_in(payer, ["A-1,0700000001,999,Amina Example,Salary", *good_lines(1)])

        [problem] = report.problems
        assert (problem.line, problem.column, problem.value) == (2, "reference", "A-1")
        assert "used before" in problem.problem
        assert DisbursementRequest.objects.count() == 3

    def test_a_reference_twice_in_the_file_is_a_problem_of_the_second_line(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "CHUNK_ROWS", 2)
        lines = good_lines(5)

        report = take_in(payer, [*lines, lines[0]])

        [problem] = report.problems
        assert (problem.line, problem.column) == (7, "reference")
        assert "stands in line 2 already" in problem.problem
        assert not DisbursementRequest.objects.exists()

    def test_neither_of_two_rows_under_one_reference_is_paid(self, payer: Partner) -> None:
        lines = [*good_lines(3), "A-1,0700000009,900,Amina Example,Salary"]

        report = take_in(payer, lines, skip_bad=True)

        assert sorted(problem.line for problem in report.problems) == [3, 5]
        assert report.rejected == 2
        found = DisbursementRequest.objects.values_list("client_reference", flat=True)
        assert set(found) == {"A-0", "A-2"}

    def test_two_partners_may_use_the_same_references(self, payer: Partner) -> None:
        other = add_payer("Another Example", "600222")

        take_in(payer, good_lines(2))
        report = take_in(other, good_lines(2))

        assert report.added == 2
        assert DisbursementRequest.objects.count() == 4


class TestDryRun:
    def test_it_counts_and_adds_nothing(self, payer: Partner) -> None:
        take_in(payer, good_lines(2))

        report = take_in(payer, [*good_lines(4), "A-9,12,5,,"], dry_run=True)

        assert (report.added, report.replayed, report.rejected) == (2, 2, 1)
        assert report.total_minor == 20_500
        assert DisbursementRequest.objects.count() == 2


class TestSkipBad:
    def test_good_rows_are_added_and_the_others_written_down(
        self, payer: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "CHUNK_ROWS", 2)
        path = tmp_path / "payees.rejected.csv"
        bad = ["A-7,=HYPERLINK(1),100,,", "A-8,0700000008,5,,", "A-9,07,1", good_lines(1)[0]]

        report = take_in(
            payer, [*good_lines(3), *bad, *good_lines(5)[3:]], skip_bad=True, rejected_path=path
        )

        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *written = csv.reader(file)
        assert (report.rows, report.added, report.rejected) == (9, 4, 5)
        assert report.rejected_file == path
        assert header == ["line", "column", "value", "problem", "what to do"]
        assert sorted((row[0], row[1]) for row in written) == [
            ("2", "reference"), ("5", "msisdn"), ("6", "amount"), ("7", ""), ("8", "reference")
        ]  # fmt: skip
        [formula] = [row for row in written if row[0] == "5"]
        assert formula[2] == "'=HYPERLINK(1)"
        assert [each.name for each in tmp_path.iterdir()] == ["payees.rejected.csv"]

    def test_again_it_adds_nothing_and_rejects_the_same(self, payer: Partner) -> None:
        lines = [*good_lines(3), "A-9,12,5,,"]
        take_in(payer, lines, skip_bad=True)

        again = take_in(payer, lines, skip_bad=True)

        assert (again.added, again.replayed, again.rejected) == (0, 3, 1)

    def test_without_bad_rows_there_is_no_file(self, payer: Partner, tmp_path: Path) -> None:
        report = take_in(
            payer, good_lines(2), skip_bad=True, rejected_path=tmp_path / "x.rejected.csv"
        )

        assert report.rejected_file is None
        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_cannot_be_written_is_found_before_anything_is_added(
        self, payer: Partner, tmp_path: Path
    ) -> None:
        with pytest.raises(Refused, match="cannot be written"):
            take_in(payer, good_lines(2), skip_bad=True, rejected_path=tmp_path / "no" / "x.csv")

        assert not DisbursementRequest.objects.exists()

    def test_a_thousand_problems_are_kept_and_all_are_counted(self, payer: Partner) -> None:
        report = take_in(payer, ["A,1,1"] * 1_200)

        assert (report.rejected, len(report.problems)) == (1_200, 1_000)
