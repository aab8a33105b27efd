"""An alert of differences is closed by the last of them, and by nobody's hand before: at the
page, by the API and by the command alike."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from core import alerts, clock
from core.alerts import StillOpen, raise_alert
from core.models import Alert, Step
from reconciliation.models import Finding
from reconciliation.operations.alert_findings import tell
from reconciliation.operations.dismiss import dismiss
from tests.commands import answer_of, refusal_of
from tests.disbursements.api.conftest import Caller
from tests.people import a_person, token_of
from tests.reconciliation.alerts.conftest import ASHA, REASON
from tests.staff import at_the_desk
from tests.wire import START, MovedClock
from vault.models import Partner

EVERYTHING = (
    "core.view_alert", "core.change_alert", "reconciliation.view_finding",
    "reconciliation.dismiss_finding",
)  # fmt: skip
PATH = "/api/real-time-reconciliation/alerts"
Findings = Callable[..., Finding]

pytestmark = pytest.mark.usefixtures("engine_db", "moved")


@pytest.fixture
def two(finding: Findings, a_partner: Partner) -> list[Finding]:
    """Open differences of one kind and partner, and their alert."""
    rows = [finding(partner=a_partner), finding(partner=a_partner)]
    with transaction.atomic():
        tell(opened=rows, cured=[], at=START)
    return rows


def close(alert: Alert) -> Alert:
    return alerts.close(alert_id=alert.pk, reason=REASON, caller=ASHA, at=START)


class TestByHand:
    def test_it_is_refused_while_a_difference_is_open(self, two: list[Finding]) -> None:
        alert = Alert.objects.get()

        with pytest.raises(StillOpen, match="2 differences of it are still open"):
            close(alert)

        alert.refresh_from_db()
        assert alert.closed_at is None
        assert not Step.objects.filter(subject_type="Alert").exists()

    def test_dismissing_each_closes_it(self, two: list[Finding]) -> None:
        first, second = two
        dismiss(finding_id=first.pk, reason=REASON, caller=ASHA, at=START)
        with pytest.raises(StillOpen, match="1 difference of it is still open"):
            close(Alert.objects.get())

        dismiss(finding_id=second.pk, reason=REASON, caller=ASHA, at=START)

        assert Alert.objects.get().closed_by == "system"

    def test_those_of_other_kinds_partners_and_conditions_hold_nothing(
        self, two: list[Finding], a_partner: Partner
    ) -> None:
        raised = [
            raise_alert(kind=kind, key=key, text="Something", at=START)
            for kind, key in (
                ("reconciliation_late", str(a_partner.pk)),
                ("reconciliation_amount_mismatch", "nobody"),
                ("reconciliation_amount_mismatch", "no id"),
                ("reconciliation_behind", "queue"),
                ("amount_mismatch", str(a_partner.pk)),
            )
        ]

        closed = [close(alert).closed_by for alert in raised]

        assert closed == ["asha"] * 5

    def test_nobodys_differences_hold_nobodys_alert(self, finding: Findings) -> None:
        with transaction.atomic():
            tell(opened=[finding()], cured=[], at=START)

        with pytest.raises(StillOpen):
            close(Alert.objects.get())


class TestDoors:
    def test_the_page_says_why_and_offers_the_rest(self, two: list[Finding]) -> None:
        desk, alert = at_the_desk(*EVERYTHING), Alert.objects.get()
        url = reverse("admin:core_alert_close", args=[alert.pk])

        shown = desk.get(reverse("admin:core_alert_change", args=[alert.pk])).content.decode()
        sent = desk.post(url, {"confirmed": "yes", "reason": REASON})

        assert url not in shown
        assert "<strong>Close alert</strong> is off: 2 differences of it are still open" in shown
        assert "Open until the condition ends." in shown
        assert "Acknowledge…" in shown
        assert sent.status_code == 404
        assert not Alert.objects.exclude(closed_at=None).exists()

    def test_the_page_of_a_closed_one_says_nothing_of_it(self, two: list[Finding]) -> None:
        desk, alert = at_the_desk(*EVERYTHING), Alert.objects.get()
        Alert.objects.update(closed_at=START, closed_by="system")

        shown = desk.get(reverse("admin:core_alert_change", args=[alert.pk])).content.decode()

        assert "still open" not in shown

    def test_the_api_answers_with_a_code_of_its_own(
        self, two: list[Finding], moved: MovedClock
    ) -> None:
        clerk = Caller(token_of(a_person(*EVERYTHING), at=moved()))
        alert = Alert.objects.get()

        refused = clerk.post({"reason": REASON}, path=f"{PATH}/{alert.pk}/close")
        for row in two:
            dismiss(finding_id=row.pk, reason=REASON, caller=ASHA, at=clock.now())
        after = clerk.post({"reason": REASON}, path=f"{PATH}/{alert.pk}/close")

        assert (refused.status_code, refused.json()["code"]) == (409, "still_open")
        assert refused.json()["error"].startswith("2 differences of it are still open")
        assert (after.status_code, after.json()["code"]) == (409, "not_open")

    def test_the_command_refuses_and_takes_it_once_nothing_is_open(
        self, two: list[Finding]
    ) -> None:
        number = str(Alert.objects.get().pk)

        refused = refusal_of("alerts", "--close", number, "--reason", REASON)
        Finding.objects.update(status="cured", status_at=START + timedelta(minutes=1))
        closed = answer_of("alerts", "--close", number, "--reason", REASON)

        assert "2 differences of it are still open" in str(refused)
        assert closed["state"] == "closed"
