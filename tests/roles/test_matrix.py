"""What each role may do: the same at the page, at the API and in the terminal."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError
from django.urls import reverse

from disbursements.models import DisbursementRequest
from tests.roles.conftest import Person

PAYOUTS = "admin:disbursements_disbursementrequest_"
REASON = ("--reason", "float was topped up at 14:30")
NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"

EVERYBODY = {"Viewer", "Operator", "Approver", "Administrator", "Auditor"}
OPERATORS = {"Operator", "Administrator"}
MAY = {
    "view": EVERYBODY,
    "instruct": OPERATORS,
    "retry": OPERATORS,
    "bring forward": OPERATORS,
    "stop retrying": OPERATORS,
    "change limit": OPERATORS,
    "ask": OPERATORS,
    "cancel": OPERATORS,
    "correct": OPERATORS,
    "export": OPERATORS,
    "settle": OPERATORS,
    "force": {"Approver", "Administrator"},
    "approve": {"Approver"},
    "classify": {"Administrator"},
    "pause": {"Administrator"},
    "replay": {"Administrator"},
    "see trail": {"Administrator", "Auditor"},
    "see keys": {"Administrator", "Auditor"},
    "see staff": {"Auditor"},
    "close alert": OPERATORS,
    "acknowledge alert": OPERATORS,
    "assign alert": OPERATORS,
    "see schedules": {"Administrator", "Auditor"},
    "run schedule": {"Administrator"},
}
# The page that the verb begins with; a row's page answers 404 to those who may, of a row that
# is not there, and 403 to those who may not.
PAGES: dict[str, tuple[str, tuple[object, ...]]] = {
    "view": (f"{PAYOUTS}changelist", ()),
    "instruct": (f"{PAYOUTS}upload", ()),
    "retry": (f"{PAYOUTS}retry", ()),
    "bring forward": (f"{PAYOUTS}bring_forward", ()),
    "stop retrying": (f"{PAYOUTS}stop_retrying", ()),
    "change limit": (f"{PAYOUTS}change_limit", ()),
    "ask": (f"{PAYOUTS}ask", (NOBODY,)),
    "cancel": (f"{PAYOUTS}cancel", ()),
    "correct": (f"{PAYOUTS}correct", (NOBODY,)),
    "export": (f"{PAYOUTS}export", ()),
    "settle": (f"{PAYOUTS}settle", (NOBODY,)),
    "force": (f"{PAYOUTS}force", ()),
    "approve": ("admin:disbursements_settlement_approve", (NOBODY,)),
    "classify": ("admin:disbursements_resultcoderule_classify", ()),
    "pause": ("admin:disbursements_pause_start", ()),
    "replay": ("admin:gateways_callback_replay", (1,)),
    "see trail": ("admin:core_step_changelist", ()),
    "see keys": ("admin:vault_apikey_changelist", ()),
    "see staff": ("admin:auth_user_changelist", ()),
    "close alert": ("admin:core_alert_close", (1,)),
    "acknowledge alert": ("admin:core_alert_acknowledge", (1,)),
    "assign alert": ("admin:core_alert_assign", (1,)),
    "see schedules": ("admin:core_jobrun_changelist", ()),
    "run schedule": ("admin:core_jobrun_run", ("send",)),
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "view": ("disbursement", NOBODY),
    "instruct": ("import_disbursements", "none.csv", "--partner", NOBODY, "--dry-run"),
    "retry": ("retry_disbursements", "--all", "--dry-run", *REASON),
    "bring forward": ("bring_forward", "--all", "--dry-run", *REASON),
    "stop retrying": ("stop_retrying", "--all", "--dry-run", *REASON),
    "change limit": ("change_retry_limit", "--all", "--limit", "5", "--dry-run", *REASON),
    "ask": ("ask", NOBODY),
    "cancel": ("cancel_disbursements", "--all", "--dry-run", *REASON),
    "export": ("export_disbursements", "--dry-run"),
    "force": ("retry_disbursements", "--all", "--force", "--dry-run", *REASON),
    "classify": (
        "classify_code", "77", "--outcome", "failed", "--next", "never", "--meaning", "An example",
        "--dry-run", *REASON,
    ),
    "pause": ("pause", "--rail", "mpesa_b2c", *REASON),
    "replay": ("replay_callback", "1"),
    "see trail": ("verify_steps",),
    "see staff": ("staff",),
    "close alert": ("alerts", "--close", "1", *REASON),
    "acknowledge alert": ("alerts", "--acknowledge", "1", *REASON),
    "assign alert": ("alerts", "--assign", "1", "--to", "", *REASON),
    "see schedules": ("schedules",),
    "run schedule": ("run_schedule", "send", "--dry-run", *REASON),
}  # fmt: skip
# Whoever may is answered about the payout that is not there, or about the empty body.
API: dict[str, tuple[str, str, dict[str, object]]] = {
    "view": ("get", "/api/disburse", {}),
    "instruct": ("post", "/api/disburse", {"amount": "x"}),
    "retry": ("post", "/api/disburse/retry", {"dryRun": True, "reason": REASON[1]}),
    "force": (
        "post", "/api/disburse/retry",
        {"dryRun": True, "reason": REASON[1], "force": True},
    ),
    "bring forward": ("post", f"/api/disburse/{NOBODY}/bring-forward", {"reason": REASON[1]}),
    "stop retrying": ("post", f"/api/disburse/{NOBODY}/stop-retrying", {"reason": REASON[1]}),
    "change limit": (
        "post", f"/api/disburse/{NOBODY}/max-retries", {"reason": REASON[1], "maxRetries": 5},
    ),
    "ask": ("post", f"/api/disburse/{NOBODY}/ask", {"reason": REASON[1]}),
    "cancel": ("post", f"/api/disburse/{NOBODY}/cancel", {"reason": REASON[1]}),
    "export": ("get", "/api/disburse/export", {}),
    "correct": ("post", f"/api/disburse/{NOBODY}/correct", {"reason": REASON[1]}),
    "settle": ("post", f"/api/disburse/{NOBODY}/settlement", {"reason": REASON[1]}),
    "approve": ("post", f"/api/settlements/{NOBODY}/approve", {"reason": REASON[1]}),
    "see schedules": ("get", "/api/schedules", {}),
    "run schedule": ("post", "/api/schedules/nobody/run", {"reason": REASON[1]}),
}  # fmt: skip
PAIRS = [(role, verb) for verb in MAY for role in sorted(EVERYBODY)]
Somebody = Callable[..., Person]


class TestPage:
    @pytest.mark.parametrize(("role", "verb"), PAIRS)
    def test_a_role_does_what_the_table_says(
        self, somebody: Somebody, ours: DisbursementRequest, role: str, verb: str
    ) -> None:
        name, arguments = PAGES[verb]
        person = somebody(role)

        answer = person.page.get(reverse(name, args=arguments))

        assert (answer.status_code != 403) is (role in MAY[verb]), answer.status_code
        assert answer.status_code in {200, 302, 403, 404}


class TestCommand:
    @pytest.mark.parametrize(("role", "verb"), [pair for pair in PAIRS if pair[1] in COMMANDS])
    def test_a_role_does_what_the_table_says(
        self, somebody: Somebody, ours: DisbursementRequest, role: str, verb: str
    ) -> None:
        person, refused = somebody(role), ""

        try:
            person.command(*COMMANDS[verb])
        except CommandError as error:
            refused = str(error)

        assert "Unknown command" not in refused
        assert ("lacks the permission" not in refused) is (role in MAY[verb]), refused


class TestApi:
    @pytest.mark.parametrize(("role", "verb"), [pair for pair in PAIRS if pair[1] in API])
    def test_a_role_does_what_the_table_says(
        self, somebody: Somebody, ours: DisbursementRequest, role: str, verb: str
    ) -> None:
        method, path, body = API[verb]
        if "dryRun" in body:
            body = {**body, "disbursementId": str(ours.pk)}

        answer = somebody(role).api(method, path, **body)

        assert (answer.status_code != 403) is (role in MAY[verb]), answer.status_code
        assert answer.status_code in {200, 400, 403, 404, 409, 422}


class TestTable:
    def test_every_verb_has_its_page(self) -> None:
        assert set(PAGES) == set(MAY)
        assert set(COMMANDS) <= set(MAY)
        assert set(API) <= set(MAY)

    @pytest.mark.parametrize("role", sorted(EVERYBODY))
    def test_nobody_but_superusers_manages_people(self, somebody: Somebody, role: str) -> None:
        person = somebody(role)

        pages = [
            reverse("admin:auth_user_add"),
            reverse("admin:auth_group_add"),
            reverse("admin:auth_user_password_change", args=[person.user.pk]),
        ]

        assert {person.page.get(page).status_code for page in pages} == {403}
