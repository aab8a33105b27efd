"""Whose side a prompt failed on: the one who is asked for rent pays, and is no payee."""

import pytest

from disbursements.queries.result_codes import CodeTable
from rents.admin import words


@pytest.mark.usefixtures("engine_db")
class TestSideOfAPrompt:
    @pytest.mark.parametrize(
        ("code", "side"), [("1032", "On the payer's side"), ("1025", "On M-Pesa's side")]
    )
    def test_it_names_the_payer(self, code: str, side: str) -> None:
        said = words.said(CodeTable.read(), api="stk", code=code, text="")

        assert words.side_of_prompt(said) == side
