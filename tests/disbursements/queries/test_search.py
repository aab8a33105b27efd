"""One box finds a payout by whatever a person has in hand, by an index each time."""

from typing import Any

import pytest

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.queries.search import found, words_in
from tests.disbursements.conftest import Reports


def hits(text: str, *, may_see_phones: bool = True, **among: Any) -> set[str]:
    """The references of what is found."""
    rows = DisbursementRequest.objects.filter(**among)
    return {row.client_reference for row in found(rows, text=text, may_see_phones=may_see_phones)}


class TestExactThings:
    @pytest.mark.parametrize("text", ["0700100001", "+254700100001", "700100001", "254700100001"])
    def test_a_phone_in_any_form(self, pay: Any, text: str) -> None:
        pay("00001"), pay("00002")

        assert hits(text) == {"REF-00001"}
        assert hits(text, may_see_phones=False) == set()

    def test_reference_receipt_and_what_the_provider_calls_it(
        self, sent: Any, reports: Reports
    ) -> None:
        row = sent("00001")
        sent("00002")
        reports.paid(row, receipt="UKL1000001")
        attempt = DisbursementRetryLog.objects.get(disbursement=row)

        for text in ("REF-00001", "ukl1000001", str(row.pk), attempt.provider_reference,
                     attempt.conversation_id):  # fmt: skip
            assert hits(text) == {"REF-00001"}

    def test_a_hit_that_is_not_among_the_rows_hides_nothing(self, pay: Any) -> None:
        pay("00001", reference="1250", amount="30")
        mine = pay("00002", amount="1250")

        assert hits("1250", pk=mine.pk) == {"REF-00002"}


class TestNamesAndBeginnings:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("amina", {"A"}), ("EXAMPLE", {"A", "B"}), ("exam", {"A", "B"}),
            ("exam ami", {"A"}), ("mina", set()), ("o'sample", {"C"}), ("inv-00", {"INV-0077"}),
            ("%", set()), ("' & !", set()), ("amina:*|x", set()),
        ],
    )  # fmt: skip
    def test_words_that_begin_so_and_references_that_do(
        self, pay: Any, text: str, expected: set[str]
    ) -> None:
        pay("00001", reference="A", payee_name="Amina Example")
        pay("00002", reference="B", payee_name="Baraka Exampleton")
        pay("00003", reference="C", payee_name="Chiku O'Sample")
        pay("00004", reference="INV-0077")

        assert hits(text) == expected

    def test_words_become_a_query_that_cannot_be_broken(self) -> None:
        assert words_in("Amina  EXAM'ple & (x)") == "'Amina':* & 'EXAM':* & 'ple':* & 'x':*"
        assert words_in("- ' _") == ""
