"""A file of winners: forms that are tolerated, forms that are refused and how."""

import io

import pytest

from disbursements.rules.contest_settlement import WINNERS_MAX, Winner
from disbursements.rules.winner_file import BadFile, read_winners

ROWS = "user_id,amount\nuser-1,50.00\nuser-2,30\n"


def winners_of(content: str | bytes) -> list[Winner]:
    return read_winners(io.BytesIO(content.encode() if isinstance(content, str) else content))


class TestForms:
    @pytest.mark.parametrize(
        "content",
        [
            ROWS, "\ufeff" + ROWS, ROWS.replace(",", ";"), ROWS.replace(",", "\t"),
            ROWS.replace("\n", "\r\n"), ROWS.strip(), ROWS.upper().replace("USER", "user"),
            "amount,user_id\n50.00,user-1\n30,user-2\n", ROWS.replace("user-1", '"user-1"'),
            "user_id,amount\n\nuser-1,50.00\n,,\nuser-2,30\n\n",
        ],
    )  # fmt: skip
    def test_winners_in_every_usual_form(self, content: str) -> None:
        found = winners_of(content)

        assert [(each.user_id, each.amount) for each in found] == [
            ("user-1", "50.00"), ("user-2", "30"),
        ]  # fmt: skip

    def test_each_knows_its_line_of_the_file(self) -> None:
        assert [each.line for each in winners_of("user_id,amount\n\na,1\nb,2\n")] == [3, 4]

    def test_a_currency_may_stand_in_its_own_column(self) -> None:
        [found] = winners_of("user_id,amount,currency\nuser-1,50,EUR\n")

        assert found.currency == "EUR"

    def test_thousands_and_a_spreadsheets_apostrophe_are_taken_off(self) -> None:
        [found] = winners_of("user_id;amount\n'0042;12,500.50\n")

        assert (found.user_id, found.amount) == ("0042", "12500.50")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "lacks the column user_id, amount"),
            ("user,amount\nu,1\n", "lacks the column user_id"),
            ("user_id,amount,prize\nu,1,2\n", "'prize' is not a column"),
            ("user_id,amount,amount\nu,1,2\n", "twice"),
            ("user_id,amount\nu\n", "line 2: u has 1 cells"),
            ('user_id,amount\nu,"1\n', "quotation mark"),
            ("user_id,amount\n" + "u" * 1001 + ",1\n", "line 2, user_id"),
            (b"PK\x03\x04xlsx", "Excel"),
            (b"\xff\xfeu\x00", "UTF-16"),
            (b"user_id,amount\ncaf\xe9,1\n", "not UTF-8"),
        ],
    )
    def test_the_file_as_a_whole_with_what_to_do(self, content: str | bytes, told: str) -> None:
        with pytest.raises(BadFile, match=told):
            winners_of(content)

    def test_more_winners_than_one_settlement_takes(self) -> None:
        rows = "".join(f"user-{number},1\n" for number in range(WINNERS_MAX + 1))

        assert len(winners_of("user_id,amount\n" + rows[: rows.rindex("user-")])) == WINNERS_MAX
        with pytest.raises(BadFile, match="10,000"):
            winners_of("user_id,amount\n" + rows)
