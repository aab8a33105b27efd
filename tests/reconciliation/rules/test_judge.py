"""What sides that agree, wait or differ come to, as tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation.rules.sides import Book, Difference, Standing
from tests.reconciliation.records import (
    AMOUNT_MINOR,
    AT,
    asked,
    judged,
    kinds,
    our_try,
    row,
    word,
)

S = Standing
SECOND = "UKL2000002"


class TestWhatMatches:
    @pytest.mark.parametrize(
        ("ours", "others"),
        [
            (row(), [word()]),
            (row(), [asked()]),
            (row(), [word(S.NOT_PAID), asked()]),
            (row(), [word(S.UNKNOWN_THERE), word()]),
            (row(), [word(S.OPEN), word()]),
            (row(), [word(), word()]),
            (row(S.NOT_PAID), []),
            (row(S.NOT_PAID), [word(S.NOT_PAID), asked(S.UNKNOWN_THERE)]),
            (row(S.RETURNED, returned_minor=AMOUNT_MINOR), [word()]),
            (
                row(returned_minor=50_000),
                [word(returned_minor=0), word(returned_minor=50_000)],
            ),
        ],
    )
    def test_sides_that_tell_the_same(self, ours, others) -> None:  # type: ignore[no-untyped-def]
        found = judged(ours, *others)

        assert (found.result, found.differences, found.ask) == ("matched", (), False)

    def test_paid_by_the_word_of_two_persons_needs_nobody_else(self) -> None:
        found = judged(row(), is_said_for=True)

        assert (found.result, found.ask) == ("matched", False)

    def test_an_earlier_try_that_failed_is_no_difference(self) -> None:
        tries = (our_try(S.NOT_PAID, "attempt 1"), our_try(S.PAID, "attempt 2"))

        found = judged(
            row(), word(S.NOT_PAID, about="attempt 1"), word(about="attempt 2"), tries=tries
        )

        assert found.result == "matched"


class TestWhatIsPending:
    @pytest.mark.parametrize(
        ("ours", "others", "ask"),
        [
            (row(S.OPEN), [], False),
            (row(S.OPEN), [word(S.OPEN)], False),
            (row(S.OPEN), [word(S.NOT_PAID)], True),
            (row(S.OPEN), [word()], True),
            (row(S.OPEN), [asked(S.UNKNOWN_THERE)], True),
            (row(), [], True),
            (row(), [word(S.OPEN)], True),
            (row(), [asked(S.SILENT)], False),
            (row(), [word(is_hearsay=True)], True),
        ],
    )
    def test_it_is_under_way_or_only_we_say_paid(  # type: ignore[no-untyped-def]
        self, ours, others, ask: bool
    ) -> None:
        found = judged(ours, *others)

        assert (found.result, found.differences, found.ask) == ("pending", (), ask)

    def test_it_is_late_past_its_moment_and_not_before(self) -> None:
        before = judged(row(S.OPEN), settled_by=AT)
        after = judged(row(S.OPEN), settled_by=AT - timedelta(seconds=1))
        over = judged(row(), word(), settled_by=AT - timedelta(days=1))

        assert (before.result, before.ask) == ("pending", False)
        assert [each.kind for each in after.differences] == ["late"]
        assert after.differences[0].text.endswith(" EAT and is still under way")
        assert (after.result, after.ask) == ("discrepancy", True)
        assert over.result == "matched"


class TestStatuses:
    @pytest.mark.parametrize(
        ("ours", "others", "kind", "is_loss"),
        [
            (row(), [word(), word(S.NOT_PAID)], "status_mismatch", False),
            (row(), [word(S.NOT_PAID)], "status_mismatch", False),
            (row(), [word(), asked(S.UNKNOWN_THERE)], "missing_at_provider", False),
            (row(), [asked(S.UNKNOWN_THERE)], "missing_at_provider", False),
            (row(S.NOT_PAID), [word()], "status_mismatch", True),
            (row(S.NOT_PAID), [word(), word(S.NOT_PAID)], "status_mismatch", True),
            (row(S.NOT_PAID), [word(is_hearsay=True)], "status_mismatch", False),
            (row(S.NOT_PAID), [word(), word(is_hearsay=True)], "status_mismatch", True),
            (row(), [asked(S.NOT_PAID), word(is_hearsay=True)], "status_mismatch", False),
            (row(), [asked(S.UNKNOWN_THERE), word(is_hearsay=True)], "missing_at_provider", False),
            (row(S.OPEN), [word(S.NOT_PAID), word()], "status_mismatch", False),
            (row(S.OPEN), [word(), asked(S.UNKNOWN_THERE)], "status_mismatch", False),
            (row(S.SILENT, receipt=""), [word()], "missing_here", False),
            (row(S.UNKNOWN_THERE, receipt=""), [word()], "missing_here", False),
        ],
    )
    def test_words_that_cannot_both_be_true(  # type: ignore[no-untyped-def]
        self, ours, others, kind: str, is_loss: bool
    ) -> None:
        found = judged(ours, *others, book=None)

        assert [(each.kind, each.is_loss) for each in found.differences] == [(kind, is_loss)]
        assert found.result == "discrepancy"

    def test_a_later_answer_that_it_was_paid_cures_it(self) -> None:
        assert kinds(row(), word(), word(S.NOT_PAID), asked()) == []

    def test_what_two_persons_settled_as_not_paid_and_was_is_a_loss(self) -> None:
        (of_row,) = judged(row(S.NOT_PAID), word(), is_said_for=True).differences
        tries = (our_try(S.NOT_PAID, "attempt 1", source="persons"),)
        (of_try,) = judged(row(S.NOT_PAID), word(about="attempt 1"), tries=tries).differences

        assert (of_row.kind, of_row.is_loss) == ("status_mismatch", True)
        assert (of_try.kind, of_try.is_loss) == ("status_mismatch", True)

    def test_nothing_is_missing_of_what_two_persons_settled_as_paid(self) -> None:
        assert kinds(row(), asked(S.UNKNOWN_THERE), is_said_for=True) == []

    def test_a_row_past_what_its_attempts_tell_is_compared_as_it_stands(self) -> None:
        paid = (our_try(S.PAID, "attempt 1"),)
        not_paid = (our_try(S.NOT_PAID, "attempt 1"),)

        failed = kinds(row(S.NOT_PAID), word(about="attempt 1"), tries=paid)
        completed = kinds(row(), word(S.NOT_PAID, about="attempt 1"), tries=not_paid)

        assert failed == ["status_mismatch"]
        assert completed == ["status_mismatch"]

    def test_who_was_asked_last_is_not_asked_again(self) -> None:
        assert judged(row(), word(), word(S.NOT_PAID)).ask
        assert not judged(row(), word(), asked(S.NOT_PAID)).ask


class TestAmounts:
    @pytest.mark.parametrize(
        ("paid_minor", "kind", "is_loss"),
        [
            (130_000, "disbursement", True),
            (120_000, "disbursement", False),
            (130_000, "payment", False),
            (120_000, "payment", True),
        ],
    )
    def test_too_much_out_and_too_little_in_are_losses(
        self, paid_minor: int, kind: str, is_loss: bool
    ) -> None:
        (found,) = judged(row(), word(amount_minor=paid_minor), kind=kind).differences

        assert (found.kind, found.stake_minor) == ("amount_mismatch", 5_000)
        assert found.is_loss is is_loss
        assert found.here == {"amount": "KES 1,250.00"}

    def test_it_is_told_once_whoever_tells_of_it(self) -> None:
        wrong = word(amount_minor=1)

        assert kinds(row(), wrong, asked(amount_minor=1)) == ["amount_mismatch"]

    def test_the_providers_own_word_weighs_more_than_the_first_one(self) -> None:
        hearsay = word(amount_minor=130_000, is_hearsay=True)

        (found,) = judged(row(), hearsay, word(amount_minor=130_000)).differences

        assert (found.kind, found.is_loss) == ("amount_mismatch", True)

    def test_a_failure_and_a_side_without_an_amount_say_nothing_of_it(self) -> None:
        assert kinds(row(S.NOT_PAID), word(S.NOT_PAID, amount_minor=1)) == []
        assert kinds(row(), word(amount_minor=None)) == []

    def test_another_currency_is_no_other_amount(self) -> None:
        found = judged(row(), word(currency="USD", amount_minor=1)).differences

        assert [(each.kind, each.is_loss) for each in found] == [("currency_mismatch", True)]

    def test_more_came_back_than_we_know_of(self) -> None:
        (found,) = judged(row(), word(returned_minor=50_000)).differences

        assert (found.kind, found.about, found.stake_minor) == (
            "amount_mismatch", "returned", 50_000,
        )  # fmt: skip


class TestDuplicates:
    def test_a_second_receipt_is_a_loss_unless_it_is_hearsay(self) -> None:
        (sure,) = judged(row(), word(), word(receipt=SECOND)).differences
        (hearsay,) = judged(row(), word(), word(receipt=SECOND, is_hearsay=True)).differences

        assert (sure.kind, sure.about, sure.is_loss) == ("duplicate", SECOND, True)
        assert (hearsay.kind, hearsay.is_loss) == ("duplicate", False)

    def test_one_that_the_provider_tells_of_too_is_a_loss(self) -> None:
        hearsay = word(receipt=SECOND, is_hearsay=True)

        (found,) = judged(row(), word(), hearsay, word(receipt=SECOND)).differences

        assert (found.about, found.is_loss) == (SECOND, True)

    def test_what_came_back_whole_is_none(self) -> None:
        second = word(receipt=SECOND)
        back = replace(second, standing=S.RETURNED, returned_minor=AMOUNT_MINOR)

        assert kinds(row(), word(), second, back) == []

    def test_one_receipt_that_many_tell_of_is_none(self) -> None:
        assert kinds(row(), word(), word(), asked()) == []


class TestBooksAndFees:
    @pytest.mark.parametrize(
        ("ours", "book", "abouts"),
        [
            (row(), Book(paid_minor=1), ["paid"]),
            (row(), Book(paid_minor=AMOUNT_MINOR, held_minor=1), ["held"]),
            (row(), Book(paid_minor=AMOUNT_MINOR, returned_minor=1), ["came back"]),
            (row(S.NOT_PAID), Book(paid_minor=1, held_minor=1), ["paid", "held"]),
            (row(S.OPEN), Book(held_minor=AMOUNT_MINOR), []),
            (row(S.OPEN), Book(paid_minor=1), ["paid"]),
            (row(), Book(paid_minor=AMOUNT_MINOR, problems=("Odd",)), ["Odd"]),
            (row(amount_minor=None), Book(paid_minor=1), []),
            (row(returned_minor=None), Book(paid_minor=AMOUNT_MINOR, returned_minor=1), []),
        ],
    )
    def test_the_ledger_against_the_row(  # type: ignore[no-untyped-def]
        self, ours, book: Book, abouts: list[str]
    ) -> None:
        others = [word()] if ours.standing == S.PAID else []

        found = judged(ours, *others, book=book).differences

        assert [each.about for each in found] == abouts
        assert {each.kind for each in found} <= {"ledger_mismatch"}

    def test_more_paid_out_by_the_ledger_is_a_loss(self) -> None:
        twice, less = Book(paid_minor=2 * AMOUNT_MINOR), Book(paid_minor=1)

        (too_much,) = judged(row(), word(), book=twice).differences
        (too_little,) = judged(row(), word(), book=less).differences
        (of_money_in,) = judged(row(), word(), book=twice, kind="payment").differences

        assert (too_much.is_loss, too_little.is_loss, of_money_in.is_loss) == (True, False, False)

    @pytest.mark.parametrize(
        ("told_minor", "booked_minor", "found"),
        [(900, 900, []), (None, 900, []), (900, 0, ["fee_mismatch"])],
    )
    def test_the_charge_told_against_the_charge_booked(
        self, told_minor: int | None, booked_minor: int, found: list[str]
    ) -> None:
        book = Book(paid_minor=AMOUNT_MINOR, fee_minor=booked_minor)

        assert kinds(row(), word(fee_minor=told_minor), book=book) == found

    def test_without_a_ledger_neither_is_compared(self) -> None:
        assert kinds(row(), word(fee_minor=900), book=None) == []


class TestNames:
    def test_another_registered_name_is_told_without_phones(self) -> None:
        (found,) = judged(
            row(), word(receiver="BRIAN SAMPLE"), beneficiary="Amina Example"
        ).differences

        assert found.kind == "wrong_beneficiary"
        assert (found.here, found.there) == ({"name": "Amina Example"}, {"name": "BRIAN SAMPLE"})
        assert not found.is_loss

    def test_the_same_name_and_no_name_are_none(self) -> None:
        same = word(receiver="EXAMPLE AMINA")

        assert kinds(row(), same, beneficiary="Amina Example") == []
        assert kinds(row(), same) == []
        assert kinds(row(), word(), beneficiary="Amina Example") == []


class TestProblems:
    def test_what_a_source_found_itself_is_a_difference_told_once(self) -> None:
        odd = Difference(kind="duplicate", text="x", here={}, there={}, there_name="y", about="z")

        found = judged(row(), word(), problems=(odd, odd))

        assert (found.result, found.differences) == ("discrepancy", (odd,))
