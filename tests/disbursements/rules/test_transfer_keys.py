"""Which key an attempt uses, and when silence proves that a key paid nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from disbursements.rules.transfer_keys import (
    Tried,
    next_generation,
    not_found_proves,
    repeatable,
)

FIRST = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def a_try(
    generation: int = 1, *, after: timedelta = timedelta(), never_sent: bool = True,
    destination: str = "acct_1",
) -> Tried:  # fmt: skip
    return Tried(
        generation=generation, destination=destination, never_sent=never_sent, at=FIRST + after
    )


class TestRepeatable:
    @pytest.mark.parametrize(
        ("age", "still"), [(0.0, True), (22.99, True), (23.0, False), (24.0, False), (48.0, False)]
    )
    def test_a_key_means_the_same_for_23_hours(self, age: float, still: bool) -> None:
        assert repeatable(first_sent_at=FIRST, at=FIRST + hours(age)) is still


class TestNextGeneration:
    def test_the_first_attempt_uses_the_first_key(self) -> None:
        assert next_generation(tried=[], destination="acct_1", at=FIRST) == 1

    def test_what_never_left_keeps_its_key(self) -> None:
        tried = [a_try(), a_try(after=hours(1))]

        assert next_generation(tried=tried, destination="acct_1", at=FIRST + hours(2)) == 1

    def test_a_refusal_is_on_record_under_its_key_and_needs_another(self) -> None:
        tried = [a_try(never_sent=False)]

        assert next_generation(tried=tried, destination="acct_1", at=FIRST + hours(1)) == 2

    def test_one_refusal_among_tries_that_never_left_is_enough(self) -> None:
        tried = [a_try(never_sent=False), a_try(after=hours(1))]

        assert next_generation(tried=tried, destination="acct_1", at=FIRST + hours(2)) == 2

    def test_another_destination_needs_another_key(self) -> None:
        assert next_generation(tried=[a_try()], destination="acct_2", at=FIRST + hours(1)) == 2

    def test_a_key_is_given_up_23_hours_after_its_first_use_not_its_last(self) -> None:
        tried = [a_try(), a_try(after=hours(22))]

        just_before = next_generation(tried=tried, destination="acct_1", at=FIRST + hours(22.9))
        after_it = next_generation(tried=tried, destination="acct_1", at=FIRST + hours(23))

        assert (just_before, after_it) == (1, 2)

    def test_only_the_latest_generation_counts(self) -> None:
        tried = [a_try(never_sent=False), a_try(2, after=hours(1))]

        assert next_generation(tried=tried, destination="acct_1", at=FIRST + hours(23.5)) == 2
        assert next_generation(tried=tried, destination="acct_1", at=FIRST + hours(24)) == 3


class TestNotFoundProves:
    def proven(self, *looked_after: float, last_sent_after: float = 0.0) -> bool:
        return not_found_proves(
            looked_at=[FIRST + hours(each) for each in looked_after],
            first_sent_at=FIRST, last_sent_at=FIRST + hours(last_sent_after),
        )  # fmt: skip

    def test_two_look_ups_after_23_hours_a_quarter_of_an_hour_apart_prove_it(self) -> None:
        assert self.proven(23.0, 23.25)
        assert self.proven(1.0, 23.5, 23.6, 24.0)

    def test_one_proves_nothing(self) -> None:
        assert not self.proven()
        assert not self.proven(30.0)

    def test_two_at_nearly_the_same_moment_prove_nothing(self) -> None:
        assert not self.proven(23.5, 23.7)

    def test_those_of_the_first_23_hours_do_not_count(self) -> None:
        assert not self.proven(1.0, 22.9, 23.1)

    def test_those_right_after_the_last_send_do_not_count(self) -> None:
        assert not self.proven(23.0, 23.3, last_sent_after=22.9)
        assert self.proven(23.15, 23.4, last_sent_after=22.9)
