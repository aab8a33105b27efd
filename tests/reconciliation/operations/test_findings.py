from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Alert, Step
from core.refusals import Refused
from reconciliation.models import Finding, SeverityRule
from reconciliation.operations.check_many import check_due
from reconciliation.operations.dismiss import NoSuchFinding, dismiss
from reconciliation.operations.severities import set_severity
from reconciliation.rules.sides import Side
from tests.watching import EVERYBODY, TOLD, TableSource
from tests.wire import MovedClock

LESS = replace(TOLD, amount_minor=100_000)
STILL_LESS = replace(TOLD, amount_minor=90_000)
Check = Callable[..., Finding]


@pytest.fixture
def check(source: TableSource, ask: Callable[..., int]) -> Check:
    """One check in which the other side says this; the only finding after it."""

    def check_with(told: Side) -> Finding:
        source.say("1", told=told)
        ask("1")
        check_due()
        return Finding.objects.get()

    return check_with


def steps() -> list[str]:
    rows = Step.objects.filter(subject_type="Finding").order_by("id")
    return list(rows.values_list("to_status", flat=True))


class TestLife:
    def test_it_opens_once_and_is_seen_again(self, check: Check, moved: MovedClock) -> None:
        check(LESS)
        opened_at = moved()
        moved.forward(minutes=1)
        check(LESS)

        found = check(LESS)

        assert (found.status, found.times) == ("open", 3)
        assert (found.opened_at, found.seen_at) == (opened_at, moved())
        assert steps() == ["open"]

    def test_it_is_cured_when_the_sides_agree(self, check: Check) -> None:
        check(LESS)

        found = check(TOLD)

        assert found.status == "cured"
        assert steps() == ["open", "cured"]

    def test_it_opens_again_as_the_same_row(self, check: Check, moved: MovedClock) -> None:
        check(LESS)
        check(TOLD)
        moved.forward(minutes=1)

        found = check(STILL_LESS)

        assert (found.status, found.times, found.opened_at) == ("open", 1, moved())
        assert steps() == ["open", "cured", "open"]
        assert "900" in str(found.there)

    def test_another_difference_is_noted_beside_the_former(self, check: Check) -> None:
        before = check(LESS)

        found = check(STILL_LESS)

        note = Step.objects.filter(subject_type="Finding").last()
        assert (found.status, found.times) == ("open", 2)
        assert note.details["before"]["there"] == before.there
        assert note.details["now"]["there"] == found.there

    def test_two_of_a_kind_are_told_apart(
        self, source: TableSource, ask: Callable[..., int]
    ) -> None:
        source.say("1", told=replace(TOLD, amount_minor=100_000, currency="UGX"))

        ask("1")
        check_due()

        kinds = set(Finding.objects.values_list("kind", flat=True))
        assert "currency_mismatch" in kinds


class TestDismissing:
    def dismissed(self, found: Finding, moved: MovedClock, **more: Any) -> Finding:
        return dismiss(
            finding_id=found.pk, reason="the letter says so", at=moved(),
            **{"caller": EVERYBODY, **more},
        )  # fmt: skip

    def test_it_stays_so_while_the_difference_is_the_same(
        self, check: Check, moved: MovedClock
    ) -> None:
        self.dismissed(check(LESS), moved)

        found = check(LESS)

        assert (found.status, found.times) == ("dismissed", 2)
        assert steps() == ["open", "dismissed"]

    def test_it_opens_again_when_the_difference_changes(
        self, check: Check, moved: MovedClock
    ) -> None:
        self.dismissed(check(LESS), moved)

        assert check(STILL_LESS).status == "open"
        assert steps() == ["open", "dismissed", "open"]

    def test_it_opens_again_when_the_provider_itself_says_so(
        self, check: Check, moved: MovedClock
    ) -> None:
        self.dismissed(check(replace(LESS, is_hearsay=True)), moved)

        found = check(LESS)

        assert (found.status, found.severity) == ("open", "high")

    def test_it_is_cured_like_any_other(self, check: Check, moved: MovedClock) -> None:
        self.dismissed(check(LESS), moved)

        assert check(TOLD).status == "cured"

    def test_why_and_by_whom_is_kept(self, check: Check, moved: MovedClock) -> None:
        self.dismissed(check(LESS), moved)

        step = Step.objects.filter(subject_type="Finding").last()
        assert (step.because, step.actor) == ("dismissed: the letter says so", "amina")

    def test_it_takes_a_reason_the_right_and_an_open_one(
        self, check: Check, moved: MovedClock
    ) -> None:
        found = check(LESS)

        with pytest.raises(Refused, match="reason"):
            dismiss(finding_id=found.pk, reason="ok", caller=EVERYBODY, at=moved())
        with pytest.raises(NotAllowed):
            self.dismissed(found, moved, caller=replace(EVERYBODY, permissions=frozenset()))
        self.dismissed(found, moved)
        with pytest.raises(Refused, match="dismissed; only an open one"):
            self.dismissed(found, moved)

    def test_what_is_nobodys_is_not_a_partners_to_dismiss(
        self, check: Check, moved: MovedClock
    ) -> None:
        found = check(LESS)

        with pytest.raises(NoSuchFinding):
            self.dismissed(found, moved, caller=replace(EVERYBODY, partners=frozenset()))


class TestSeverities:
    def set_to(self, kind: str, severity: str, moved: MovedClock, **more: Any) -> SeverityRule:
        return set_severity(
            kind=kind, severity=severity, reason="looked at weekly", at=moved(),
            **{"caller": EVERYBODY, **more},
        )  # fmt: skip

    def test_the_table_says_how_bad_it_is_from_the_next_check_on(
        self, check: Check, moved: MovedClock
    ) -> None:
        other = replace(TOLD, receiver="Baraka Sample")
        before = check(other)

        self.set_to("wrong_beneficiary", "low", moved)

        assert (before.kind, before.severity) == ("wrong_beneficiary", "medium")
        assert check(other).severity == "low"

    def test_its_alert_is_as_bad_as_it_has_become(self, check: Check, moved: MovedClock) -> None:
        other = replace(TOLD, receiver="Baraka Sample")
        check(other)
        alert = Alert.objects.get()
        Alert.objects.update(acknowledged_at=moved(), acknowledged_by="asha")

        self.set_to("wrong_beneficiary", "high", moved)
        check(other)
        worse = Alert.objects.get()
        self.set_to("wrong_beneficiary", "low", moved)
        check(other)

        assert (alert.severity, worse.severity, worse.count) == ("warning", "critical", 2)
        assert worse.acknowledged_at is None
        assert (Alert.objects.get().severity, Alert.objects.get().count) == ("notice", 2)

    def test_paid_twice_is_always_high(self, moved: MovedClock, engine_db: None) -> None:
        with pytest.raises(Refused, match="always high"):
            self.set_to("duplicate", "low", moved)

    def test_it_takes_the_right_and_the_sight_of_all(
        self, moved: MovedClock, engine_db: None
    ) -> None:
        for lacking in ({"permissions": frozenset()}, {"partners": frozenset()}):
            with pytest.raises(NotAllowed):
                self.set_to("late", "low", moved, caller=replace(EVERYBODY, **lacking))

    @pytest.mark.parametrize(("kind", "severity"), [("none", "low"), ("late", "awful")])
    def test_what_is_not_known_is_refused(
        self, kind: str, severity: str, moved: MovedClock, engine_db: None
    ) -> None:
        with pytest.raises(Refused, match="such as"):
            self.set_to(kind, severity, moved)

    def test_each_change_is_kept(self, moved: MovedClock, engine_db: None) -> None:
        self.set_to("late", "low", moved)

        self.set_to("late", "high", moved)

        step = Step.objects.filter(subject_type="SeverityRule").last()
        assert step.details == {"before": "low", "now": "high"}
        assert SeverityRule.objects.get().severity == "high"
