"""Periods, pages, cells of a spreadsheet and the words of a statement: pure arithmetic."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from disbursements.queries import exported
from rents.rules import spreadsheet
from rents.rules.pages import paginate
from rents.rules.period import BadPeriod, period, read_period
from rents.rules.spreadsheet import safe, written
from rents.rules.statement_files import file_name
from rents.rules.statement_lines import LineKind, Part, StatementLine, totals, with_balances
from rents.rules.statement_words import IN, parts_in_words, subject, words

TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def a_line(kind: LineKind = LineKind.RENT, **more: object) -> StatementLine:
    return StatementLine(at=AT, kind=kind, entry="e", **more)  # type: ignore[arg-type]


class TestPeriod:
    def test_its_ends_are_nairobis_midnights(self) -> None:
        found = period(first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))

        assert found.starts_at.astimezone(UTC) == datetime(2026, 1, 31, 21, 0, tzinfo=UTC)
        assert found.ends_at.astimezone(UTC) == datetime(2026, 2, 28, 21, 0, tzinfo=UTC)

    def test_without_days_it_is_this_month_until_today(self) -> None:
        found = read_period(first_text="", last_text=" ", today=TODAY)

        assert (found.first_day, found.last_day) == (date(2026, 11, 1), TODAY)

    @pytest.mark.parametrize(
        ("first", "last", "field"),
        [
            ("21.11.2026", "", "from"), ("2026-02-30", "", "from"), ("20261101", "", "from"),
            ("2026-11-01", "tomorrow", "to"), ("2026-11-21", "2026-11-20", "to"),
            ("2019-12-31", "2020-01-05", "from"), ("2025-11-20", "2026-11-21", "to"),
            ("2026-11-01", "2100-01-01", "to"),
        ],
    )  # fmt: skip
    def test_what_is_no_period_is_refused_by_field(
        self, first: str, last: str, field: str
    ) -> None:
        with pytest.raises(BadPeriod) as refused:
            read_period(first_text=first, last_text=last, today=TODAY)

        assert refused.value.field == field


class TestPages:
    @given(
        some.lists(some.integers(5, 120), max_size=60),
        some.integers(20, 200),
        some.integers(120, 400),
    )
    def test_every_row_stands_once_and_fits(
        self, heights: list[int], first_room: int, room: int
    ) -> None:
        pages = paginate(heights, first_room=first_room, room=room)

        assert [index for page in pages for index in page] == list(range(len(heights)))
        for number, page in enumerate(pages):
            assert sum(heights[index] for index in page) <= (room if number else first_room)

    def test_what_is_too_high_for_any_page_has_one_for_itself(self) -> None:
        pages = paginate([10, 900, 10], first_room=100, room=100)

        assert [list(page) for page in pages] == [[0], [1], [2]]

    def test_nothing_is_one_page(self) -> None:
        assert paginate([], first_room=100, room=100) == [range(0)]


class TestSpreadsheet:
    def test_it_guards_against_what_the_other_exports_guard_against(self) -> None:
        assert spreadsheet.FORMULA_STARTS == exported.FORMULA_STARTS
        assert spreadsheet.BLANKS == exported.BLANKS

    @pytest.mark.parametrize("text", ["=1+1", "+254", "-1", "@x", " =1", "\u00a0=1", "\uff1d1"])
    def test_a_formula_becomes_text(self, text: str) -> None:
        assert safe(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Amina", "A3", " A3", "1,250.00"])
    def test_other_text_stays(self, text: str) -> None:
        assert safe(text) == text

    def test_excel_is_told_the_encoding(self) -> None:
        assert written([["Kĩmani"]], for_spreadsheet=True) == b"\xef\xbb\xbfK\xc4\xa9mani\n"
        assert written([["a,b", 'c"d']]) == b'"a,b","c""d"\n'

    @pytest.mark.parametrize(
        ("view", "name"),
        [
            ("statement_Mary Example & Sons", "statement_mary-example-sons"),
            ("statement_Kĩmani", "statement_kimani"), ("../../etc", "etc"), ("东", "owner"),
        ],
    )  # fmt: skip
    def test_a_file_is_named_by_view_range_and_zone(self, view: str, name: str) -> None:
        days = period(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))

        found = file_name(view=view, days=days, file_format="pdf")

        assert found == f"{name}_2026-11-01_2026-11-30_EAT.pdf"


class TestLines:
    def test_balances_are_carried_on(self) -> None:
        lines = [a_line(owed_minor=950), a_line(LineKind.FORWARD, paid_out_minor=900)]

        carried = with_balances(lines, opening_minor=100)

        assert [line.balance_minor for line in carried] == [1_050, 150]

    def test_corrections_are_apart_from_rents(self) -> None:
        lines = [
            a_line(received_minor=1_000, fee_minor=50, owed_minor=950),
            a_line(LineKind.TAKEN_BACK, received_minor=-1_000, fee_minor=-50, owed_minor=-950),
            a_line(LineKind.HANDED_OVER, paid_out_minor=10),
            a_line(LineKind.FORWARD, paid_out_minor=700),
            a_line(LineKind.FORWARD_REVERSED, paid_out_minor=-700),
            a_line(LineKind.OTHER, owed_minor=5),
        ]

        found = totals(lines)

        assert (found.rents, found.received_minor, found.owed_minor) == (1, 1_000, 950)
        assert (found.corrected_minor, found.forwarded_minor) == (-945, 0)
        assert found.change_minor == 950 - 945 - 10


class TestWords:
    def test_both_languages_name_every_kind(self) -> None:
        assert all(set(said.kinds) == set(LineKind) for said in IN.values())

    def test_an_unknown_language_is_english(self) -> None:
        assert words("fr") == IN["en"]

    def test_a_line_says_where_and_who(self) -> None:
        line = a_line(property_name="Sunset", unit="A3", tenant_name="Amina Example")

        assert subject(line, words("en")) == "Sunset, A3, Amina Example"
        assert subject(a_line(LineKind.FORWARD), words("sw")) == "Malipo kwako"

    def test_many_parts_are_counted(self) -> None:
        parts = tuple(Part(receipt=f"R{number}", amount_minor=1) for number in range(5))

        said = parts_in_words(a_line(parts=parts), words("en"), named_max=2)

        assert said == "5 rents: R0, R1, and 3 more"
        assert parts_in_words(a_line(parts=parts[:1]), words("en"), named_max=2) == "1 rent: R0"
