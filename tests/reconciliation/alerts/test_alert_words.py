"""What messages about alerts say: short, with the page's address, without phones or amounts."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from reconciliation.rules import alert_words, routing
from reconciliation.rules.alert_words import Facts
from reconciliation.rules.quiet_hours import is_quiet
from reconciliation.rules.routing import Untold
from tests.wire import START

FACTS = Facts(
    kind="float_low", about="600111", severity="high",
    text="Payout of KES 1,250 to 254700010001 was not sent", count=3, first_at=START,
    last_at=START + timedelta(minutes=5), url="https://vault.example/admin/core/alert/7/change/",
)  # fmt: skip
ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


class TestSms:
    def test_it_is_one_message_with_the_address(self) -> None:
        text = alert_words.sms(FACTS)

        assert text == f"HIGH: Float low 600111, since 11:00. {FACTS.url}"

    @pytest.mark.parametrize("about", ["254700010001", "+254 700 010 001", "x" * 300, ID, "Ünï €"])
    def test_it_holds_no_phone_no_amount_no_id_and_is_short(self, about: str) -> None:
        text = alert_words.sms(replace(FACTS, about=about))

        assert len(text) <= 160
        assert text.isascii()
        assert text.endswith(FACTS.url)
        assert not any(each in text for each in ("010001", "010 001", "1,250", ID))

    def test_an_address_that_is_long_is_never_cut(self) -> None:
        url = f"https://{'long.' * 40}example/admin/core/alert/7/change/"

        assert alert_words.sms(replace(FACTS, url=url)).endswith(f" {url}")

    def test_it_says_that_nobody_acknowledged_or_that_it_is_worse(self) -> None:
        assert alert_words.sms(replace(FACTS, step=1)).startswith("Not acknowledged: HIGH: ")
        assert alert_words.sms(replace(FACTS, is_worse=True)).startswith("Worse: HIGH: ")


class TestEmail:
    def test_it_says_what_and_where_without_whole_phones(self) -> None:
        subject, text = alert_words.email(FACTS)

        assert subject == "HIGH alert: Float low"
        assert "to 254700•••001 was not sent" in text
        assert "Met: 3 times, first 21 Nov 2026, 11:00 EAT, last 21 Nov 2026, 11:05 EAT" in text
        assert f"Open it: {FACTS.url}" in text

    def test_a_difference_is_called_one(self) -> None:
        subject, _ = alert_words.email(replace(FACTS, kind="reconciliation_amount_mismatch"))

        assert subject == "HIGH alert: Reconciliation: amount mismatch"


class TestQuietHours:
    @pytest.mark.parametrize(
        ("hours", "minutes", "quiet"),
        [
            ((21, 7), 9 * 60 + 59, False),  # 20:59 in Nairobi
            ((21, 7), 10 * 60, True),
            ((21, 7), 19 * 60 + 59, True),
            ((21, 7), 20 * 60, False),
            ((11, 13), 0, True),
            ((11, 13), 2 * 60, False),
            ((0, 6), 13 * 60, True),
        ],
    )
    def test_they_may_cross_midnight_and_end_sharp(
        self, hours: tuple[int, int], minutes: int, quiet: bool
    ) -> None:
        at = START + timedelta(minutes=minutes)
        first, last = (time(hour) for hour in hours)

        assert is_quiet(at, quiet_from=first, quiet_until=last) is quiet

    def test_without_hours_nothing_is_quiet(self) -> None:
        assert not is_quiet(START, quiet_from=None, quiet_until=None)


class TestPlan:
    @pytest.mark.parametrize("made", range(12))
    def test_no_hour_has_more_than_ten_and_the_last_are_for_high_ones(self, made: int) -> None:
        untold = [Untold(alert_id=n, severity="critical" if n < 5 else "notice") for n in range(9)]

        plan = routing.plan(untold, made=made, has_sum=False)

        assert made + len(plan.singly) <= max(made, 10)
        assert len(plan.singly) + len(plan.in_sum) == 9
        assert all(each.severity == "critical" for each in plan.singly[max(0, 7 - made) :])

    def test_with_a_sum_in_this_hour_the_others_wait(self) -> None:
        plan = routing.plan([Untold(alert_id=1, severity="notice")], made=10, has_sum=True)

        assert (plan.singly, plan.in_sum) == ((), ())

    def test_a_severity_takes_in_what_is_worse(self) -> None:
        assert routing.as_bad_as("high") == ["critical"]
        assert routing.as_bad_as("low") == ["critical", "warning", "notice"]
