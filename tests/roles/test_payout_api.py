"""What each role may do about payout jobs at the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from tests.roles.conftest import Person

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
OPERATORS = {"Operator", "Administrator"}
WHY = {"reason": "the balance was topped up"}
MAY = {
    "view": set(ROLES),
    "hand in": OPERATORS,
    "retry": OPERATORS,
    "cancel": OPERATORS,
    "save account": OPERATORS,
    "propose": OPERATORS,
    "approve": {"Approver"},
    "reject": {"Operator", "Approver", "Administrator"},
}
# Whoever may is answered about the row that is not there, or about the body.
CALLS: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "view": (
        ("get", "/jobs", {}),
        ("get", f"/jobs/{NOBODY}", {}),
        ("get", f"/jobs/{NOBODY}/transfers", {}),
        ("get", f"/transfers/{NOBODY}", {}),
        ("get", "/reversals", {}),
        ("get", "/accounts", {}),
    ),
    "hand in": (("post", "/settlements", {"pool": "x"}),),
    "retry": (("post", f"/jobs/{NOBODY}/retry", WHY),),
    "cancel": (("post", f"/jobs/{NOBODY}/cancel", WHY),),
    "save account": (("put", "/accounts/user-1", {"accountId": 7}),),
    "propose": (("post", f"/transfers/{NOBODY}/reversals", WHY),),
    "approve": (("post", f"/reversals/{NOBODY}/approve", WHY),),
    "reject": (("post", f"/reversals/{NOBODY}/reject", WHY),),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_the_table_says(somebody: Callable[..., Person], role: str) -> None:
    person = somebody(role)

    answers = {
        (verb, path): person.api(method, f"/api/payouts{path}", **body)
        for verb, calls in CALLS.items()
        for method, path, body in calls
    }

    refused = {name: answer.status_code == 403 for name, answer in answers.items()}
    assert refused == {(verb, path): role not in MAY[verb] for verb, path in answers}
    assert {answer.status_code for answer in answers.values()} <= {200, 400, 403, 404}


def test_no_role_both_proposes_and_approves_taking_money_back(roles: dict[str, Group]) -> None:
    both = {"propose_transferreversal", "approve_transferreversal"}

    held = {
        name: both & set(group.permissions.values_list("codename", flat=True))
        for name, group in roles.items()
    }

    assert [name for name, names in held.items() if names == both] == []
    assert held["Approver"] == {"approve_transferreversal"}


def test_an_administrator_runs_schedules_and_an_operator_does_not(roles: dict[str, Group]) -> None:
    held = {
        name
        for name, group in roles.items()
        if group.permissions.filter(codename="run_jobrun").exists()
    }

    assert held == {"Administrator"}
