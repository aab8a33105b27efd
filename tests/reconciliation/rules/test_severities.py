"""How bad each kind is, and what is said of it."""

import pytest

from core.models import AlertSeverity
from reconciliation.models import FindingKind
from reconciliation.rules import severities
from reconciliation.rules.finding_words import explain
from reconciliation.states import Severity


class TestSeverities:
    def test_every_kind_has_one_and_is_explained(self) -> None:
        assert set(severities.DEFAULTS) == set(FindingKind.values)
        assert all(explain(kind).what and explain(kind).what_to_do for kind in FindingKind.values)

    def test_staff_decide_but_for_money_that_is_lost_or_paid_twice(self) -> None:
        table = dict.fromkeys(FindingKind.values, "low")

        assert severities.severity_of("late", is_loss=False, table=table) == "low"
        assert severities.severity_of("late", is_loss=True, table=table) == "high"
        assert severities.severity_of("duplicate", is_loss=False, table=table) == "high"
        assert severities.severity_of("fee_mismatch", is_loss=False, table={}) == "low"

    def test_each_is_one_of_alerts_and_back(self) -> None:
        told = [severities.alert_severity(each) for each in Severity]

        assert set(told) == set(AlertSeverity.values)
        assert [severities.of_alert(each) for each in told] == list(Severity)

    @pytest.mark.parametrize(
        ("severity", "lowest", "is_it"),
        [("high", "high", True), ("high", "low", True), ("low", "medium", False)],
    )
    def test_at_least(self, severity: str, lowest: str, is_it: bool) -> None:
        assert severities.at_least(severity, lowest) is is_it
