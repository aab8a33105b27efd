"""The statement as PDF, CSV and JSON: the same lines, safe to open, and on record."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from rents.operations import statements
from rents.operations.print_statement import pdf
from rents.operations.statements import PERMISSION, NoSuchOwner, read, take, values
from rents.operations.typeset import load_fonts, printable
from rents.queries.statement import Standing, Statement
from rents.rules.period import Period, period
from rents.rules.statement_lines import LineKind, Part, StatementLine, totals, with_balances
from tests.rents.statements.conftest import Estate
from tests.rents.statements.reading import page_count, texts
from vault.models import Owner

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
LONG = "Wanjikũ wa Kĩmani Example of a family whose name takes more than a line of any statement"


@pytest.fixture
def november() -> Period:
    return period(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))


def long_statement(november: Period, count: int, *, language: str = "en") -> Statement:
    """So many rents, the last of them forwarded, without a database."""
    line = StatementLine(
        at=november.starts_at, kind=LineKind.RENT, entry="e", receipt="UKL0000001",
        received_minor=1_000_000, fee_minor=50_000, owed_minor=950_000,
        property_name="Sunset Example", unit="A3", tenant_name=LONG,
    )  # fmt: skip
    lines = [
        replace(line, receipt=f"UKL{number:07d}", at=line.at + timedelta(minutes=number))
        for number in range(count)
    ]
    parts = tuple(Part(receipt=each.receipt, amount_minor=950_000) for each in lines[-40:])
    lines.append(
        replace(line, kind=LineKind.FORWARD, receipt="UKLPAIDOUT", received_minor=0, fee_minor=0,
                owed_minor=0, paid_out_minor=38_000_000, parts=parts)
    )  # fmt: skip
    carried = with_balances(lines, opening_minor=123_456)
    closing = Standing(owed_minor=carried[-1].balance_minor, forwarding_minor=0)
    owner: Any = SimpleNamespace(
        name="Mary Example", language=language, partner=SimpleNamespace(name="Umoja Example Ltd")
    )
    return Statement(
        owner=owner, period=november, currency="KES", lines=carried, totals=totals(carried),
        opening=Standing(owed_minor=123_456, forwarding_minor=0), closing=closing,
    )  # fmt: skip


class TestPdf:
    def test_every_page_has_the_head_of_the_table_and_its_number(self, november: Period) -> None:
        body = pdf(long_statement(november, 500), at=AT)

        said = texts(body)
        count = page_count(body)
        assert count > 20
        assert said.count("Receipt") == said.count("Balance KES") == count
        assert [f"Page {number} of {count}" for number in range(1, count + 1)] == [
            text for text in said if text.startswith("Page ")
        ]
        assert [text for text in said if text.startswith("UKL0")][:500] == [
            f"UKL{number:07d}" for number in range(500)
        ]

    def test_it_says_whose_it_is_and_adds_up(self, november: Period) -> None:
        said = texts(pdf(long_statement(november, 100), at=AT))

        for text in (
            "Statement of rent", "Mary Example", "Umoja Example Ltd", "Opening balance",
            "KES 1,234.56", "KES 1,000,000.00", "Closing balance", "KES 571,234.56", "Total",
        ):  # fmt: skip
            assert text in said
        assert any("Printed 1 Dec 2026, 11:00 EAT" in text for text in said)
        assert any("and 16 more" in text for text in said)

    def test_its_fonts_are_embedded(self, november: Period) -> None:
        body = pdf(long_statement(november, 3), at=AT)

        assert body.count(b"/FontFile2") == body.count(b"/Type /FontDescriptor") >= 2

    def test_names_of_here_have_their_letters_and_others_a_mark(self) -> None:
        load_fonts()

        assert printable("Wanjik\u0169 wa K\u0129mani, Ng'ang'a") == "Wanjikũ wa Kĩmani, Ng'ang'a"
        assert printable("Kimani \u4e1c\u202e") == "Kimani \ufffd"

    def test_a_name_of_any_letters_does_not_break_it(self, november: Period) -> None:
        found = long_statement(november, 1)
        odd = replace(found.lines[0], tenant_name="Kĩ\u0303 东 \x00\u202e (x) \\ <b>&amp;")

        said = texts(pdf(replace(found, lines=[odd]), at=AT))

        assert any("(x) \\ <b>&amp;" in text for text in said)

    def test_a_long_receipt_stays_in_its_column(self, november: Period) -> None:
        found = long_statement(november, 1)
        odd = replace(found.lines[0], receipt="CASH-672090-2026/11/000123")

        said = texts(pdf(replace(found, lines=[odd]), at=AT))

        pieces = [text for text in said if text and text in odd.receipt]
        assert "".join(pieces).endswith(odd.receipt)
        assert len(pieces) > 1

    def test_it_is_in_the_owners_language(self, november: Period) -> None:
        said = texts(pdf(long_statement(november, 2, language="sw"), at=AT))

        assert {"Taarifa ya kodi", "Salio la mwisho", "Jumla"} <= set(said)

    def test_an_empty_one_says_so_on_one_page(self, november: Period) -> None:
        found = replace(long_statement(november, 0), lines=[])

        body = pdf(found, at=AT)

        assert page_count(body) == 1
        assert any(text.startswith("Nothing was received") for text in texts(body))


class TestCsv:
    def test_it_has_a_row_for_each_line_between_opening_and_closing(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        estate.forward(estate.rent(), estate.rent())
        estate.arrive()

        taken = take(
            owner_id=estate.owner.pk, period=november, file_format="csv",
            caller=a_caller(PERMISSION), at=AT,
        )  # fmt: skip

        rows = list(csv.DictReader(io.StringIO(taken.body.decode())))
        assert [row["kind"] for row in rows] == ["opening", "rent", "rent", "forward", "closing"]
        assert [row["balance"] for row in rows] == [
            "0.00", "9500.00", "19000.00", "0.00", "0.00",
        ]  # fmt: skip
        assert rows[1]["date"] == "2026-11-21T11:00:00+03:00"
        assert rows[3]["parts"].count(":9500.00") == 2
        assert taken.file_name == "statement_mary-example_2026-11-01_2026-11-30_EAT.csv"

    def test_no_name_is_a_formula(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        type(estate.tenant).objects.update(name="=HYPERLINK(1)")
        estate.rent()

        taken = take(
            owner_id=estate.owner.pk, period=november, file_format="csv",
            caller=a_caller(PERMISSION), at=AT,
        )  # fmt: skip

        assert b",'=HYPERLINK(1)," in taken.body


class TestWhoMay:
    def test_staff_need_the_permission(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        with pytest.raises(NotAllowed, match="view_forward"):
            read(owner_id=estate.owner.pk, period=november, caller=a_caller("vault.view_payment"))

    def test_staff_of_another_partner_find_no_such_owner(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        stranger = a_caller(PERMISSION, partners=frozenset())

        with pytest.raises(NoSuchOwner):
            read(owner_id=estate.owner.pk, period=november, caller=stranger)

    def test_an_owner_has_their_own_and_no_others(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        mary = a_caller(partners=frozenset(), owner_id=estate.owner.pk)

        assert read(owner_id=estate.owner.pk, period=november, caller=mary).owner == estate.owner
        with pytest.raises(NoSuchOwner):
            read(owner_id=estate.other.pk, period=november, caller=mary)

    def test_a_file_that_is_taken_is_on_record(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        take(
            owner_id=estate.owner.pk, period=november, file_format="pdf",
            caller=a_caller(PERMISSION), at=AT,
        )  # fmt: skip

        step = Step.objects.get(subject_type="Owner", subject_id=str(estate.owner.pk))
        assert step.actor == "amina"
        assert "1 Nov 2026 to 30 Nov 2026 as pdf" in step.because

    def test_an_unknown_kind_of_file_is_refused(
        self, estate: Estate, november: Period, a_caller: Callable[..., Any]
    ) -> None:
        with pytest.raises(Refused, match="use one of pdf, csv"):
            take(
                owner_id=estate.owner.pk, period=november, file_format="xls",
                caller=a_caller(PERMISSION), at=AT,
            )  # fmt: skip


class TestJson:
    def test_it_adds_up_in_exact_decimals(self, estate: Estate, november: Period) -> None:
        estate.rent(shillings=1_234)

        found = values(statements.statement(owner=estate.owner, period=november))

        assert (found["opening"], found["received"]) == ("0.00", "1234.00")
        assert found["lines"][0]["owed"] == found["closing"]
        assert Owner.objects.get(pk=found["owner"]["id"]) == estate.owner
