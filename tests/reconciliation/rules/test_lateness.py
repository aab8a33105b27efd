"""What should be over and confirmed by now, and when to look again if nothing happens."""

from datetime import timedelta

import pytest

from reconciliation.rules.sides import Side, Standing
from tests.reconciliation.records import AT, asked, judged, kinds, our_try, row, word

S = Standing
HOUR = timedelta(hours=1)
PAST = AT - HOUR


class TestPaidByOurWordAlone:
    @pytest.mark.parametrize(
        "others", [[], [word(S.OPEN)], [asked(S.SILENT)], [word(is_hearsay=True)]]
    )
    def test_it_is_late_where_nobody_else_said_so_in_time(self, others: list[Side]) -> None:
        found = judged(row(), *others, settled_by=PAST)

        (late,) = found.differences
        assert (late.kind, late.about, late.is_loss) == ("late", "unconfirmed", False)
        assert late.here["receipt"] in late.text
        assert (found.result, found.again_at) == ("discrepancy", None)

    def test_who_may_not_be_the_provider_is_named(self) -> None:
        alone, hearsay = (
            judged(row(), *others, settled_by=PAST).differences[0]
            for others in ([], [word(name="Somebody", is_hearsay=True)])
        )

        assert (alone.there, alone.there_name) == ({"status": "nothing"}, "the provider")
        assert hearsay.there == {"status": "paid", "sender": "not proven"}
        assert "only Somebody had said so" in hearsay.text

    def test_until_then_it_is_looked_at_again_by_itself(self) -> None:
        before, at_last = (judged(row(is_final=True), settled_by=by) for by in (AT + HOUR, AT))

        assert (before.result, at_last.result) == ("pending", "pending")
        assert before.again_at == AT + HOUR + timedelta(seconds=1)
        assert at_last.again_at == AT + timedelta(seconds=1)

    def test_what_somebody_denies_is_told_once(self) -> None:
        assert kinds(row(), asked(S.UNKNOWN_THERE), settled_by=PAST) == ["missing_at_provider"]

    def test_an_earlier_try_that_failed_does_not_hide_it(self) -> None:
        tries = (our_try(S.NOT_PAID, "attempt 1"), our_try(S.PAID, "attempt 2"))

        found = kinds(row(), word(S.NOT_PAID, about="attempt 1"), tries=tries, settled_by=PAST)

        assert found == ["late"]

    def test_what_two_persons_said_or_the_provider_answered_is_not_late(self) -> None:
        assert kinds(row(), is_said_for=True, settled_by=PAST) == []
        assert kinds(row(), asked(is_hearsay=True), settled_by=PAST) == []


class TestLookingAgain:
    def test_what_is_under_way_is_found_by_others(self) -> None:
        assert judged(row(S.OPEN), settled_by=AT + HOUR).again_at is None

    def test_what_our_row_holds_for_over_and_nobody_told_is_not(self) -> None:
        expired = row(S.OPEN, is_final=True)

        assert judged(expired, settled_by=AT + HOUR).again_at is not None
        assert kinds(expired, settled_by=PAST) == ["late"]

    def test_nothing_is_looked_at_again_that_matches(self) -> None:
        assert judged(row(is_final=True), word(), settled_by=AT + HOUR).again_at is None
