"""What may be instructed: every wrong field is named, and nothing slips through."""

from typing import Any

import pytest

from disbursements.rules.intake import (
    NAME_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    REMARKS_LENGTH_MAX,
    Instruction,
    check,
)

GOOD: dict[str, Any] = {"client_reference": "SAL-0001", "msisdn": "0712345678", "amount": "1250"}


def problems(**changes: Any) -> dict[str, str]:
    """Field -> message of everything that is wrong."""
    checked, found = check(Instruction(**(GOOD | changes)), retries_limit=10)
    assert (checked is None) == bool(found)
    return {each.field: each.message for each in found}


class TestAmounts:
    @pytest.mark.parametrize(
        "amount",
        [
            "", " ", "0", "0.00", "-5", "+5", "9", "9.99", "1250.50", "0.001", "1e9", "1E3",
            "250001", "1000000000", "NaN", "Infinity", "-Infinity", "1,250", "1.250,00",
            "١٠٠٠", "１２５０", "0x10", "1_000", "'1250", "=1250", "12 50", "KES 1250", "1250.",
            ".5",
            "1250\x00", "9" * 5000, "null", "True",
        ],
    )  # fmt: skip
    def test_a_wrong_amount_is_refused_with_an_example(self, amount: str) -> None:
        found = problems(amount=amount)

        assert list(found) == ["amount"]
        assert "such as 1250" in found["amount"]

    @pytest.mark.parametrize(
        ("amount", "minor"),
        [
            ("10", 1_000), ("1250", 125_000), ("1250.00", 125_000), (" 1250 ", 125_000),
            ("0010", 1_000), ("250000", 25_000_000),
        ],
    )  # fmt: skip
    def test_a_right_amount_becomes_cents(self, amount: str, minor: int) -> None:
        checked, _ = check(Instruction(**(GOOD | {"amount": amount})), retries_limit=10)

        assert checked is not None
        assert checked.amount_minor == minor


class TestPhones:
    @pytest.mark.parametrize(
        "msisdn",
        [
            "", "07", "071234567", "07123456789", "25471234567", "2547123456789", "0812345678",
            "0201234567", "+256712345678", "+1 202 555 0100", "0712ABC678", "letters",
            "٠٧١٢٣٤٥٦٧٨",
            "０７１２３４５６７８", "0712345678;ext=5", "0712345678 ext 5",
            "+254+712345678", "254",
            "0712\x00345678", "7" * 10_000, "None",
        ],
    )  # fmt: skip
    def test_a_wrong_phone_is_refused_with_an_example(self, msisdn: str) -> None:
        found = problems(msisdn=msisdn)

        assert list(found) == ["msisdn"]
        assert "0712 345 678" in found["msisdn"]

    @pytest.mark.parametrize(
        "msisdn",
        ["0712345678", "712345678", "254712345678", "+254 712 345 678", "(0712) 345-678"],
    )
    def test_every_usual_form_is_one_number(self, msisdn: str) -> None:
        checked, _ = check(Instruction(**(GOOD | {"msisdn": msisdn})), retries_limit=10)

        assert checked is not None
        assert checked.msisdn == "254712345678"


class TestTexts:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("client_reference", ""),
            ("client_reference", "   "),
            ("client_reference", "x" * (REFERENCE_LENGTH_MAX + 1)),
            ("client_reference", "x" * 10_000),
            ("client_reference", "two\nlines"),
            ("client_reference", "nul\x00byte"),
            ("client_reference", "lone\ud800surrogate"),
            ("remarks", "x"),
            ("remarks", "x" * (REMARKS_LENGTH_MAX + 1)),
            ("remarks", "tab\there"),
            ("remarks", "line\u2028separator"),
            ("payee_name", "x" * (NAME_LENGTH_MAX + 1)),
            ("payee_name", "\x1b[31mred"),
            ("command_id", "BusinessPayToBulk"),
            ("command_id", ""),
            ("currency", "USD"),
            ("currency", ""),
            ("currency", "kes"),
            ("max_retries", -1),
            ("max_retries", 11),
            ("max_retries", 10**9),
        ],
    )
    def test_a_wrong_field_is_named(self, field: str, value: object) -> None:
        assert list(problems(**{field: value})) == [field]

    @pytest.mark.parametrize(
        ("reference", "named"),
        [
            ("\ufeffSAL-1", "U+FEFF"), ("SAL-1\u200b", "U+200B"), ("S\u00adAL-1", "U+00AD"),
            ("\u202eSAL-1", "U+202E"), ("SAL\u20111", "U+2011"), ("SAL\u20131", "U+2013"),
            ("SAL\u00a01", "U+00A0"), ("\u0405AL-1", "U+0405"), ("\uff33AL-1", "U+FF33"),
        ],
    )  # fmt: skip
    def test_a_reference_that_only_looks_like_another_is_refused(
        self, reference: str, named: str
    ) -> None:
        found = problems(client_reference=reference)

        assert list(found) == ["client_reference"]
        assert named in found["client_reference"]
        assert "such as SAL-2026-11-0001" in found["client_reference"]

    @pytest.mark.parametrize("field", ["remarks", "payee_name"])
    @pytest.mark.parametrize("letter", ["\u200b", "\u202e", "\u00ad", "\ufeff", "\U000e0041"])
    def test_what_nobody_sees_is_refused(self, field: str, letter: str) -> None:
        found = problems(**{field: f"Amina{letter} Example"})

        assert list(found) == [field]
        assert "invisible" in found[field]

    @pytest.mark.parametrize("name", ["Zoë Example", "Nyambura wa Ng\u2019ang\u2019a", "阿米娜"])
    def test_a_name_is_written_in_any_script(self, name: str) -> None:
        assert problems(payee_name=name) == {}

    def test_every_wrong_field_is_named_at_once(self) -> None:
        found = problems(
            client_reference="", msisdn="x", amount="0", command_id="x", max_retries=99
        )

        assert sorted(found) == [
            "amount", "client_reference", "command_id", "max_retries", "msisdn",
        ]  # fmt: skip

    def test_a_long_value_is_shortened_in_the_answer(self) -> None:
        _, found = check(Instruction(**(GOOD | {"amount": "9" * 9_000})), retries_limit=10)

        assert len(found[0].value) < 70
        assert len(found[0].message) < 200


class TestDigest:
    def test_the_same_request_in_other_words_has_the_same_digest(self) -> None:
        one, _ = check(Instruction(**GOOD), retries_limit=10)
        other, _ = check(
            Instruction(client_reference=" SAL-0001 ", msisdn="+254712345678", amount="1250.00"),
            retries_limit=10,
        )

        assert one is not None
        assert other is not None
        assert one.digest(shortcode_number=None) == other.digest(shortcode_number=None)

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": "1251"},
            {"msisdn": "0712345679"},
            {"remarks": "Other"},
            {"payee_name": "Amina Example"},
            {"command_id": "SalaryPayment"},
            {"max_retries": 2},
        ],
    )
    def test_any_other_content_has_another_digest(self, changes: dict[str, Any]) -> None:
        one, _ = check(Instruction(**GOOD), retries_limit=10)
        other, _ = check(Instruction(**(GOOD | changes)), retries_limit=10)

        assert one is not None
        assert other is not None
        assert one.digest(shortcode_number=None) != other.digest(shortcode_number=None)
        assert one.digest(shortcode_number=None) != one.digest(shortcode_number="600111")
