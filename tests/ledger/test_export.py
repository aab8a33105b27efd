"""export_ledger: what hledger accepts, what a spreadsheet can be trusted with, flat memory."""

import csv
import json
import os
import shutil
import subprocess
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import export as ledger_export
from ledger.operations import commit, hold, post, void

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(holding, paying, noon):
    """Three payouts: paid, given back, open; the last one a day later."""
    later = noon + timedelta(days=1)
    for n, at in ((1, noon), (2, noon), (3, later)):
        hold(lines=holding(125_050), reference=f"a:{n}:hold", description="Payout", at=at)
    commit(hold_reference="a:1:hold", lines=paying(125_050), description="Paid", at=later)
    void(hold_reference="a:2:hold", because="Failed (2001); try; again | later\n no", at=later)


def _exported(*arguments: str) -> str:
    out = StringIO()
    call_command("export_ledger", *arguments, stdout=out)
    return out.getvalue()


def _hledger(journal: str, *arguments: str) -> str:
    if shutil.which("hledger") is None:
        if os.environ.get("CI"):
            pytest.fail("hledger is not installed, and in CI it must be: apt-get install hledger")
        pytest.skip("hledger is not installed: apt-get install hledger")
    done = subprocess.run(
        ["hledger", "-f", "-", *arguments],
        input=journal, capture_output=True, text=True, check=False,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestHledger:
    def test_hledger_finds_nothing_wrong(self, book):
        _hledger(_exported(), "check", "--strict", "ordereddates")

    def test_hledger_counts_as_we_do(self, book):
        shown = _hledger(_exported(), "balance", "--flat", "--output-format", "csv")

        rows = dict(list(csv.reader(StringIO(shown)))[1:])
        assert rows["assets:float:600111:utility:KES"] == "-2501.00 KES"
        assert rows["assets:float:600111:reserved:KES"] == "1250.50 KES"
        assert rows["total"] in ("0", "0.00 KES")

    def test_hledger_knows_the_kinds_of_account(self, book):
        shown = _hledger(_exported(), "balancesheet", "--output-format", "csv")

        assert "assets:float:600111:utility:KES" in shown
        assert "liabilities:partner:" in shown

    @pytest.mark.parametrize(
        "text",
        [
            "; comment", "= 5", "a | b", "two\nlines", "\r\n2026-01-01 forged\n  a  1\n  b",
            "", "   ", "* ! (x)", "(code", "tag:value, other:", "\u2028", "émile ☂", "\t~ daily",
            "apply account x", "comment", "{1}@2",
        ],
    )  # fmt: skip
    def test_no_description_or_reference_breaks_the_journal(self, paying, noon, text):
        post(lines=paying(100), reference=f"x:{text}", description=text, at=noon)
        post(lines=paying(100), reference=f"{text}:y", description=text, at=noon)

        journal = _exported()

        _hledger(journal, "check", "--strict")
        assert len(_hledger(journal, "print", "-O", "csv").splitlines()) == 5

    def test_an_empty_book_is_a_journal_too(self):
        _hledger(_exported(), "check", "--strict")


class TestCsv:
    def test_it_has_a_row_for_each_line(self, book):
        rows = list(csv.DictReader(StringIO(_exported("--format", "csv"))))

        assert len(rows) == 3 * 2 + 4 + 2
        assert rows[0]["at"] == "2026-11-21T12:00:00+03:00"
        assert (rows[0]["debit"], rows[0]["credit"]) == ("1250.50", "")
        assert {row["settles"] for row in rows if row["kind"] == "void"} == {"a:2:hold"}

    @pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"])
    def test_no_cell_is_a_formula(self, paying, noon, text):
        post(lines=paying(100), reference=text, description=text, at=noon)

        rows = list(csv.DictReader(StringIO(_exported("--format", "csv"), newline="")))

        assert rows[0]["description"] == f"'{text}"
        assert rows[0]["reference"] == f"'{text}"


class TestDays:
    def test_both_ends_are_included_and_are_nairobis(self, paying):
        last_second = datetime(2026, 11, 21, 20, 59, 59, tzinfo=UTC)
        for n in range(3):
            at = last_second + timedelta(days=n - 1, seconds=n)
            post(lines=paying(100), reference=f"topup:{n}", description="", at=at)

        chosen = _exported("--from", "2026-11-21", "--to", "2026-11-22")

        assert [f"topup:{n}" in chosen for n in range(3)] == [False, True, False]

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["--from", "21.11.2026"], "write it as 2026-11-21"),
            (["--from", "2026-11-22", "--to", "2026-11-21"], "is after"),
            (["--json"], "--output"),
            (["--format", "pdf"], "invalid choice"),
        ],
    )
    def test_what_is_not_called_rightly_is_said(self, arguments, says):
        with pytest.raises(CommandError, match=says):
            call_command("export_ledger", *arguments)


class TestOutput:
    def test_the_file_is_whole_and_the_summary_counts(self, book, tmp_path):
        file = tmp_path / "book.journal"

        summary = json.loads(_exported("--output", str(file), "--json"))

        assert (summary["entries"], summary["lines"]) == (5, 12)
        assert summary["output"] == str(file)
        assert file.read_text() == _exported()
        assert list(tmp_path.iterdir()) == [file]

    def test_a_folder_that_is_not_there_is_exit_code_1(self, tmp_path):
        with pytest.raises(CommandError) as caught:
            _exported("--output", str(tmp_path / "none" / "book.journal"))

        assert caught.value.returncode == 1

    def test_a_failure_on_the_way_leaves_no_file(self, book, tmp_path, monkeypatch):
        monkeypatch.setattr(ledger_export, "_one_line", lambda text: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            _exported("--output", str(tmp_path / "book.journal"))

        assert list(tmp_path.iterdir()) == []


class TestMemory:
    def test_it_stays_flat_however_long_the_book_is(self, paying, noon):
        post(lines=paying(100), reference="topup:0", description="", at=noon)

        short_bytes = _peak_after(adding=1_500)
        long_bytes = _peak_after(adding=6_000)

        assert long_bytes < short_bytes * 1.5


class _Nowhere:
    def write(self, text: str, /) -> None:
        pass


def _peak_after(*, adding: int) -> int:
    """Peak bytes of an export after so many entries more were written by the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM ledger_entry")
        last_id = cursor.fetchone()[0]
        cursor.execute(
            """
            INSERT INTO ledger_entry (kind, reference, description, at)
            SELECT 'posting', 'bulk:' || n, 'Some description', now()
              FROM generate_series(%s, %s) AS n
            """,
            [last_id, last_id + adding],
        )
        cursor.execute("ANALYZE ledger_entry, ledger_account")
        cursor.execute(
            """
            INSERT INTO ledger_line (entry_id, account_id, currency, debit_minor, credit_minor)
            SELECT entry.id, account.id, 'KES', side.debit, 100 - side.debit
              FROM ledger_entry AS entry, ledger_account AS account,
                   (VALUES (0), (100)) AS side(debit)
             WHERE account.code = 'float:600111:utility:KES' AND entry.id > %s
            """,
            [last_id],
        )
        cursor.execute("ANALYZE ledger_line")
    tracemalloc.start()
    written = ledger_export.export(file=_Nowhere(), form="hledger", first=None, last=None)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written.entries > adding
    return peak_bytes


def test_a_day_is_a_day():
    assert ledger_export._midnight(date(2026, 11, 21)).isoformat() == "2026-11-21T00:00:00+03:00"
