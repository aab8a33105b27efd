"""What each role may do about loans: the same at the page, at the API and in the terminal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError
from django.urls import NoReverseMatch, reverse

from tests.loans.admin.scene import Lent, lent
from tests.roles.conftest import Person
from tests.wire import Wire
from vault.models import Partner, Shortcode

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
REASON = "the partner asked for it by letter"
WHY = {"reason": REASON}
ROLES = ("Viewer", "Operator", "Approver", "Administrator", "Auditor")
OPERATORS = {"Operator", "Administrator"}
MAY = {
    "view": set(ROLES),
    "sync": OPERATORS,
    "hold": OPERATORS,
    "retry": OPERATORS,
    "book": OPERATORS,
    "export": OPERATORS,
    "propose": OPERATORS,
    "approve": {"Approver"},
    "test": OPERATORS,
    "set up": {"Administrator"},
    "confirm": {"Approver"},
}
LOAN, PROPOSAL = f"/api/mifos/loans/{NOBODY}", f"/api/mifos/proposals/{NOBODY}"
# Whoever may is answered about the loan that is not there, or about the body.
API: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "view": (
        ("get", "/api/mifos/loans", {}), ("get", LOAN, {}), ("get", "/api/mifos/runs", {}),
        ("get", "/api/mifos/connection", {}), ("get", "/api/mifos/products", {}),
    ),
    "sync": tuple(
        ("post", f"/api/mifos/{name}", {"partner": "x"})
        for name in ("fetch-pending-loans", "process-pending-loans", "scheduled-loan-sync")
    ),
    "hold": tuple(("post", f"{LOAN}/{verb}", WHY) for verb in ("recheck", "hold", "release")),
    "retry": (("post", f"{LOAN}/retry-payment", WHY),),
    "book": (("post", f"{LOAN}/book-again", WHY),),
    "export": (("get", "/api/mifos/loans/export", {}),),
    "propose": (("post", f"{LOAN}/proposals", WHY),),
    "approve": (("post", f"{PROPOSAL}/approve", WHY),),
    "test": (("post", "/api/mifos/connection/check", {"partner": NOBODY}),),
    "set up": (("put", "/api/mifos/products/1", {"partner": NOBODY}),),
}  # fmt: skip
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "view": (("loans",),),
    "sync": (("sync_loans", "--dry-run"),),
    "hold": (
        ("hold_loan", NOBODY, "--reason", REASON), ("release_loan", NOBODY, "--reason", REASON),
        ("recheck_loan", NOBODY),
    ),
    "retry": (("retry_loan", NOBODY, "--reason", REASON),),
    "book": (("loan_booking", NOBODY, "--again", "--reason", REASON),),
    "propose": (("propose_loan", "1", "--give-up", "--reason", REASON),),
    "approve": (("decide_loan", NOBODY, "--approve", "--reason", REASON),),
    "test": (("mifos_check", NOBODY),),
}  # fmt: skip
PAGES: dict[str, tuple[tuple[str, bool], ...]] = {  # of a row, or of the list
    "view": tuple(
        (f"loans_{model}_changelist", False)
        for model in ("loantracking", "loanbooking", "loanproposal", "loansyncrun",
                      "mifosconnection", "loanproductautodisbursalconfig")
    ),
    "sync": (("loans_loantracking_sync", False),),
    "hold": tuple((f"loans_loantracking_{verb}", True) for verb in ("recheck", "hold", "release")),
    "retry": (("loans_loantracking_retry-payment", True),),
    "book": (("loans_loanbooking_book-again", True),),
    "export": (("loans_loantracking_export", False),),
    "propose": (("loans_loanbooking_give-up", True), ("loans_loanbooking_pay-again", True)),
    "approve": (("loans_loanproposal_approve", True),),
    "test": (("loans_mifosconnection_test", True),),
    "set up": (("loans_mifosconnection_edit", True), ("loans_mifosconnection_new", False)),
    "confirm": (("loans_mifosconnection_confirm", True),),
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
        person = somebody(role)

        told = {
            (verb, command[0]): said_by(person, command)
            for verb, commands in COMMANDS.items()
            for command in commands
        }

        refused = {each: "lacks the permission" in said for each, said in told.items()}
        assert refused == {(verb, name): role not in MAY[verb] for verb, name in told}, told
        assert not any("argument" in said for said in told.values()), told

    def test_the_desk(self, somebody: Somebody, role: str) -> None:
        page = somebody(role).page

        found = {
            (verb, name): page.get(address(name, of_row=of_row)).status_code
            for verb, pages in PAGES.items()
            for name, of_row in pages
        }

        refused = {each: status == 403 for each, status in found.items()}
        assert refused == {(verb, name): role not in MAY[verb] for verb, name in found}, found
        assert set(found.values()) <= {200, 302, 403, 404}


def said_by(person: Person, command: tuple[str, ...]) -> str:
    try:
        return str(person.command(*command))
    except CommandError as error:
        return str(error)


def address(name: str, *, of_row: bool) -> str:
    try:
        return reverse(f"admin:{name}", args=[NOBODY] if of_row else [])
    except NoReverseMatch:
        raise AssertionError(f"{name} is no page of the desk") from None


@pytest.fixture
def loans(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lent:
    return lent(wire, a_partner)


class TestOnePartner:
    def test_staff_of_another_partner_see_no_loan(
        self, somebody: Somebody, loans: Lent, other_shortcode: Shortcode
    ) -> None:
        loan = loans.loan(101)
        person = somebody("Administrator", partner=other_shortcode.partner)

        listed = person.api("get", "/api/mifos/loans").json()["loans"]
        one = person.api("post", f"/api/mifos/loans/{loan.pk}/hold", **WHY)
        page = person.page.get(reverse("admin:loans_loantracking_change", args=[loan.pk]))

        assert listed == []
        assert one.status_code == 404
        assert page.status_code in {302, 404}
        assert "loan 101" not in person.command("loans")
        with pytest.raises(CommandError, match="neither our id nor the number"):
            person.command("loan", "101")
