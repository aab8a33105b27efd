"""Dismissing a difference, and what is done to alerts."""

from dataclasses import replace
from typing import Any

import pytest

from core.alerts import raise_alert
from core.models import Alert, AlertSeverity, Step
from reconciliation.api.finding_answers import AlertAnswer, AlertsAnswer, FindingAnswer
from reconciliation.models import Finding
from reconciliation.rules.moments import told
from tests.disbursements.api.conftest import Caller
from tests.people import a_person
from tests.reconciliation.api.conftest import (
    DISMISS,
    EVERYTHING,
    PATH,
    VIEW_FINDING,
    Staff,
    demand_documented,
)
from tests.watching import TOLD, TableSource
from tests.wire import MovedClock
from vault.models import Partner

REASON = "the bank's letter of 3 May says the same"
WHY = {"reason": REASON}
VERBS = ("acknowledge", "assign", "close")


@pytest.fixture
def finding(source: TableSource, clerk: Caller, a_partner: Partner) -> Finding:
    source.say("1", told=replace(TOLD, amount_minor=100_000), partner_id=a_partner.pk)
    clerk.post({}, path=f"{PATH}/session/1")
    return Finding.objects.get()


@pytest.fixture
def alert(engine_db: None, moved: MovedClock) -> Alert:
    return raise_alert(
        kind="float_low", key="600111", text="Float of 600111 is low, call 254700100001",
        at=moved(), severity=AlertSeverity.CRITICAL,
    )  # fmt: skip


def dismissed(caller: Caller, text: object, body: Any = None) -> Any:
    return caller.post(WHY if body is None else body, path=f"{PATH}/findings/{text}/dismiss")


def done(caller: Caller, text: object, verb: str, **body: Any) -> Any:
    return caller.post({**WHY, **body}, path=f"{PATH}/alerts/{text}/{verb}")


class TestDismiss:
    def test_it_is_dismissed_with_who_and_why(self, finding: Finding, staff: Staff) -> None:
        answer = dismissed(staff(DISMISS), finding.pk)

        assert answer.status_code == 200
        demand_documented(FindingAnswer(), answer.json())
        said = answer.json()["finding"]
        assert said["status"] == "dismissed"
        assert REASON in said["timeline"][-1]["text"]
        assert said["timeline"][-1]["actor"].startswith("member")
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_twice_is_a_conflict(self, finding: Finding, clerk: Caller) -> None:
        answers = [dismissed(clerk, finding.pk) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 409]
        assert "only an open one" in answers[1].json()["error"]

    def test_what_is_wrong_is_named(self, finding: Finding, clerk: Caller) -> None:
        reasons = ("short", 7, "x" * 501, "        ", None, ["because"])
        bodies: list[tuple[dict[str, Any], str]] = [
            ({}, "reason"),
            *(({"reason": each}, "reason") for each in reasons),
            ({"reason": REASON, "force": True}, "force"),
        ]

        answers = [dismissed(clerk, finding.pk, body) for body, _ in bodies]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in bodies]
        assert Finding.objects.get().status == "open"

    def test_only_for_those_who_may_and_whose_it_is(
        self, finding: Finding, staff: Staff, key: Caller, stranger: tuple[Partner, Caller],
        a_partner: Partner,
    ) -> None:  # fmt: skip
        answers = [
            dismissed(key, finding.pk),
            dismissed(staff(VIEW_FINDING), finding.pk),
            dismissed(staff(DISMISS, partner=stranger[0]), finding.pk),
            dismissed(staff(DISMISS), "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"),
            dismissed(staff(DISMISS), "none"),
            dismissed(staff(DISMISS, partner=a_partner), finding.pk),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 404, 404, 404, 200]

    def test_nobodys_is_for_those_of_all_partners(
        self, finding: Finding, staff: Staff, a_partner: Partner
    ) -> None:
        Finding.objects.update(partner=None)

        statuses = [
            dismissed(caller, finding.pk).status_code
            for caller in (staff(DISMISS, partner=a_partner), staff(DISMISS))
        ]

        assert statuses == [404, 200]


class TestAlerts:
    def test_they_are_listed_newest_first_without_phones(
        self, alert: Alert, clerk: Caller, moved: MovedClock
    ) -> None:
        newer = raise_alert(kind="callbacks_silent", key="600111", text="Silent", at=moved())

        answer = clerk.get(f"{PATH}/alerts")

        demand_documented(AlertsAnswer(), answer.json())
        said = answer.json()["alerts"]
        assert [each["id"] for each in said] == [newer.pk, alert.pk]
        assert [each["severity"] for each in said] == ["medium", "high"]
        assert "254700100001" not in answer.content.decode()
        assert {said[0][name] for name in ("firstAt", "lastAt")} == {told(moved())}
        assert told(moved()).endswith(".000Z")

    def test_filters_and_pages(self, alert: Alert, clerk: Caller, moved: MovedClock) -> None:
        newer = raise_alert(kind="callbacks_silent", key="600111", text="Silent", at=moved())
        done(clerk, newer.pk, "close")

        def ids(**asked: Any) -> list[int]:
            answer = clerk.get(f"{PATH}/alerts", **asked)
            assert answer.status_code == 200, answer.content
            return [each["id"] for each in answer.json()["alerts"]]

        cursor = clerk.get(f"{PATH}/alerts", limit=1).json()["nextCursor"]

        assert (ids(limit=1), ids(limit=1, cursor=cursor)) == ([newer.pk], [alert.pk])
        assert ids(state="open") == ids(severity="high") == ids(kind="float_low") == [alert.pk]
        assert ids(state="closed") == [newer.pk]
        assert ids(state="acknowledged") == ids(assignedTo="asha") == []

    def test_what_is_wrong_is_named(self, clerk: Caller) -> None:
        wrong = [
            ({"state": "moon"}, "state"), ({"severity": "critical"}, "severity"),
            ({"cursor": "x"}, "cursor"), ({"cursor": "9" * 19}, "cursor"),
            ({"limit": "0"}, "limit"), ({"kind": "a\x00"}, "kind"), ({"kind": ""}, "kind"),
            ({"colour": "red"}, "colour"),
        ]  # fmt: skip

        answers = [clerk.get(f"{PATH}/alerts", **asked) for asked, _ in wrong]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in wrong]

    def test_acknowledged_assigned_and_closed(self, alert: Alert, staff: Staff) -> None:
        asha = a_person("core.change_alert", "core.view_alert")
        caller = staff("core.change_alert")

        answers = [
            done(caller, alert.pk, "acknowledge"),
            done(caller, alert.pk, "assign", assignedTo=asha.username),
            done(caller, alert.pk, "assign", assignedTo=""),
            done(caller, alert.pk, "close"),
        ]

        assert [answer.status_code for answer in answers] == [200] * 4
        for answer in answers:
            demand_documented(AlertAnswer(), answer.json())
        said = [answer.json()["alert"] for answer in answers]
        assert [each["state"] for each in said] == ["acknowledged"] * 3 + ["closed"]
        assert [each["assignedTo"] for each in said] == ["", asha.username, "", ""]
        steps = Step.objects.filter(subject_type="Alert", subject_id=str(alert.pk))
        assert [REASON in step.because for step in steps] == [True] * 4

    def test_what_cannot_be_done_says_why(self, alert: Alert, clerk: Caller) -> None:
        twice = [done(clerk, alert.pk, "acknowledge") for _ in range(2)][1]
        nobody = done(clerk, alert.pk, "assign", assignedTo="nobody.example")
        missing = clerk.post(WHY, path=f"{PATH}/alerts/{alert.pk}/assign")
        done(clerk, alert.pk, "close")
        closed = [done(clerk, alert.pk, verb, **more) for verb, more in (
            ("acknowledge", {}), ("assign", {"assignedTo": ""}), ("close", {}),
        )]  # fmt: skip

        assert (twice.status_code, "already" in twice.json()["error"]) == (409, True)
        assert (nobody.status_code, list(nobody.json()["fields"])) == (400, ["assignedTo"])
        assert (missing.status_code, list(missing.json()["fields"])) == (400, ["assignedTo"])
        assert {(each.status_code, each.json()["code"]) for each in closed} == {(409, "not_open")}

    def test_one_that_is_not_there_and_a_reason_that_is_none(
        self, alert: Alert, clerk: Caller
    ) -> None:
        for verb in VERBS:
            for text in ("0", "999999999", "9" * 18, "9" * 30, "-1", "one", "%00"):
                assert done(clerk, text, verb, assignedTo="").status_code == 404

            answer = clerk.post({"reason": "no"}, path=f"{PATH}/alerts/{alert.pk}/{verb}")

            assert answer.status_code == 400
            assert "reason" in answer.json()["fields"]

    def test_they_concern_all_partners(
        self, alert: Alert, staff: Staff, key: Caller, a_partner: Partner
    ) -> None:
        bound = staff(*EVERYTHING, partner=a_partner)

        answers = [
            key.get(f"{PATH}/alerts"),
            bound.get(f"{PATH}/alerts"),
            *(done(caller, alert.pk, verb, assignedTo="")
              for caller in (key, bound) for verb in VERBS),
        ]  # fmt: skip

        assert {answer.status_code for answer in answers} == {403}
        alert.refresh_from_db()
        assert (alert.closed_at, alert.acknowledged_at) == (None, None)
