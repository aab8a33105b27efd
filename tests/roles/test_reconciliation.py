"""What each role may do in the watchtower: the same at the page, at the API, in the terminal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError
from django.urls import NoReverseMatch, reverse

from disbursements.models import DisbursementRequest
from reconciliation.models import Finding
from tests.roles.conftest import Person
from tests.wire import MovedClock

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
REASON = "the bank's letter of 3 May says the same"
WHY = {"reason": REASON}
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
OPERATORS = {"Operator", "Administrator"}
MAY = {
    "view": set(ROLES),
    "view alerts": set(ROLES),
    "check": {*OPERATORS, "Approver"},
    "dismiss": {"Approver"},
    "work on alerts": OPERATORS,
    "edit severities": {"Administrator"},
    "edit recipients": {"Administrator"},
}
PATH = "/api/real-time-reconciliation"
# Whoever may is answered about the row that is not there, or about the body.
API: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "view": tuple(
        ("get", f"{PATH}/{name}", {})
        for name in ("stats", "active", "history", "runs", "findings", f"findings/{NOBODY}",
                     f"bulk/{NOBODY}")
    ),
    "view alerts": (("get", f"{PATH}/alerts", {}),),
    "check": (
        ("post", f"{PATH}/session/{NOBODY}", {"trigger": "manual"}),
        ("post", f"{PATH}/queue/{NOBODY}", {"trigger": "manual"}),
        ("post", f"{PATH}/bulk", {"sessionIds": [NOBODY]}),
    ),
    "dismiss": (("post", f"{PATH}/findings/{NOBODY}/dismiss", WHY),),
    "work on alerts": tuple(
        ("post", f"{PATH}/alerts/1/{verb}", WHY) for verb in ("acknowledge", "assign", "close")
    ),
}  # fmt: skip
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "view": (
        ("reconciliation_stats",), ("findings",), ("finding_severities",), ("alert_recipients",),
    ),
    "view alerts": (("alerts",),),
    "check": (("reconcile", "--id", NOBODY),),
    "dismiss": (("findings", "--dismiss", NOBODY, "--reason", REASON),),
    "work on alerts": tuple(
        ("alerts", *verb, "--reason", REASON)
        for verb in (("--acknowledge", "1"), ("--close", "1"), ("--assign", "1", "--to", ""))
    ),
    "edit severities": (
        ("finding_severities", "--set", "late", "low", "--reason", REASON, "--dry-run"),
    ),
    "edit recipients": (
        ("alert_recipients", "--remove", NOBODY, "--reason", REASON),
        ("alert_recipients", "--add", "Asha Example", "--reason", REASON),
    ),
}  # fmt: skip
PAGES: dict[str, tuple[tuple[str, str], ...]] = {  # of this row, or of the list
    "view": (
        ("/admin/reconciliation/live/", ""),
        *((f"reconciliation_{model}_changelist", "")
          for model in ("reconciliationrun", "finding", "checkrequest", "bulkcheck",
                        "severityrule", "alertrecipient", "alertmessage")),
    ),
    "view alerts": (("core_alert_changelist", ""),),
    "check": (
        ("reconciliation_reconciliationrun_check", ""),
        ("reconciliation_reconciliationrun_check-many", ""),
        ("reconciliation_reconciliationrun_check-again", NOBODY),
        ("reconciliation_finding_check-again", NOBODY),
    ),
    "dismiss": (("reconciliation_finding_dismiss", NOBODY),),
    "work on alerts": tuple(
        (f"core_alert_{verb}", "1") for verb in ("acknowledge", "assign", "close")
    ),
    "edit severities": (("reconciliation_severityrule_severity", "late"),),
    "edit recipients": (
        ("reconciliation_alertrecipient_add_recipient", ""),
        ("reconciliation_alertrecipient_change_recipient", NOBODY),
    ),
}  # fmt: skip
Somebody = Callable[..., Person]


@pytest.mark.parametrize("role", ROLES)
class TestDoors:
    def test_the_api(self, somebody: Somebody, role: str) -> None:
        person = somebody(role)

        answers = {
            (verb, path): person.api(method, path, **body).status_code
            for verb, calls in API.items()
            for method, path, body in calls
        }

        refused = {name: status == 403 for name, status in answers.items()}
        assert refused == {(verb, path): role not in MAY[verb] for verb, path in answers}, answers
        assert set(answers.values()) <= {200, 400, 403, 404}

    def test_the_terminal(self, somebody: Somebody, role: str) -> None:
        person, told = somebody(role), {}

        for verb, commands in COMMANDS.items():
            for command in commands:
                try:
                    told[verb, command] = person.command(*command)
                except CommandError as error:
                    told[verb, command] = str(error)

        refused = {each: "lacks the permission" in said for each, said in told.items()}
        assert refused == {each: role not in MAY[each[0]] for each in told}, told
        assert not any("argument" in said for said in told.values()), told

    def test_the_desk(self, somebody: Somebody, role: str) -> None:
        page = somebody(role).page

        found = {
            (verb, name): page.get(address(name, row)).status_code
            for verb, pages in PAGES.items()
            for name, row in pages
        }

        refused = {each: status == 403 for each, status in found.items()}
        assert refused == {(verb, name): role not in MAY[verb] for verb, name in found}, found
        assert set(found.values()) <= {200, 302, 403, 404}


def address(name: str, row: str) -> str:
    if name.startswith("/"):
        return name
    try:
        return reverse(f"admin:{name}", args=[row] if row else [])
    except NoReverseMatch:
        raise AssertionError(f"{name} is no page of the desk") from None


class TestRoles:
    def test_every_verb_has_its_doors(self) -> None:
        assert set(PAGES) == set(COMMANDS) == set(MAY)
        assert set(API) | {"edit severities", "edit recipients"} == set(MAY)

    def test_who_books_and_sends_does_not_say_that_a_difference_is_all_right(
        self, roles: dict[str, Group]
    ) -> None:
        may = {
            name
            for name, group in roles.items()
            if group.permissions.filter(codename="dismiss_finding").exists()
        }

        assert may == {"Approver"}


class TestOnePartner:
    @pytest.fixture
    def differences(
        self, ours: DisbursementRequest, theirs: DisbursementRequest, moved: MovedClock
    ) -> dict[str, Finding]:
        """One of each partner, and one of nobody."""
        at = moved()
        return {
            name: Finding.objects.create(
                subject_kind="disbursement", subject_id=str(row.pk) if row else "1",
                partner_id=row.partner_id if row else None, kind="late", severity="medium",
                status="open", status_at=at, text=name, reference=name, there_name="M-Pesa",
                opened_at=at, seen_at=at,
            )
            for name, row in {"OURS-1": ours, "THEIRS-1": theirs, "NOBODYS-1": None}.items()
        }  # fmt: skip

    def test_their_staff_see_and_touch_their_own(
        self, somebody: Somebody, differences: dict[str, Finding], ours: DisbursementRequest,
        theirs: DisbursementRequest,
    ) -> None:  # fmt: skip
        approver = somebody("Approver", partner=ours.partner)
        operator = somebody("Operator", partner=ours.partner)

        listed = approver.api("get", f"{PATH}/findings").json()["findings"]
        others = [differences[name].pk for name in ("THEIRS-1", "NOBODYS-1")]
        statuses = {
            approver.api(method, f"{PATH}/findings/{pk}{verb}", **body).status_code
            for pk in others
            for method, verb, body in (("get", "", {}), ("post", "/dismiss", WHY))
        }
        checked = operator.api("post", f"{PATH}/session/{theirs.pk}", trigger="manual")

        assert [each["reference"] for each in listed] == ["OURS-1"]
        assert statuses == {404}
        assert checked.status_code == 404
        assert "THEIRS" not in approver.command("findings")
        for pk in others:
            with pytest.raises(CommandError, match="there is no finding"):
                approver.command("findings", "--dismiss", str(pk), "--reason", REASON)
        with pytest.raises(CommandError, match="nothing has"):
            operator.command("reconcile", "--id", str(theirs.pk))
        for command in (("alerts",), ("finding_severities",), ("alert_recipients",)):
            with pytest.raises(CommandError, match="sees one partner"):
                operator.command(*command)
