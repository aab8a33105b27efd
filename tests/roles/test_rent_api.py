"""What each role may do about payments at the API: the rest of a role's doors are beside this."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.roles.conftest import Person

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
OPERATORS = {"Operator", "Administrator"}
MAY = {
    "view": set(ROLES),
    "collect": OPERATORS,
    "forward": OPERATORS,
    "retry all": {"Administrator"},
}
# Whoever may is answered about the payment that is not there, or about the body.
CALLS: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "view": (
        ("get", "", {}),
        ("get", f"/{NOBODY}", {}),
        ("get", f"/disbursement-status/{NOBODY}", {}),
        ("get", "/disbursements/owner", {}),
    ),
    "collect": (("post", "/initiate", {"amount": "x"}), ("post", "", {"amount": "x"})),
    "forward": (("post", f"/disburse/{NOBODY}", {"reason": "the owner asked for it"}),),
    "retry all": (("post", "/retry-failed-disbursements", {"reason": "the owner asked for it"}),),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_the_table_says(somebody: Callable[..., Person], role: str) -> None:
    person = somebody(role)

    answers = {
        (verb, path): person.api(method, f"/api/payments{path}", **body)
        for verb, calls in CALLS.items()
        for method, path, body in calls
    }

    refused = {name: answer.status_code == 403 for name, answer in answers.items()}
    assert refused == {(verb, path): role not in MAY[verb] for verb, path in answers}
    assert {answer.status_code for answer in answers.values()} <= {200, 400, 403, 404}
