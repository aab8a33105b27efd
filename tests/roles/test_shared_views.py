"""A view that is shared with a role may name a partner: another partner's staff do not get it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from core.models import SavedView
from disbursements.models import DisbursementRequest
from tests.roles.conftest import Person
from tests.wire import MovedClock
from vault.models import Partner

LIST = "/admin/disbursements/disbursementrequest/"
Somebody = Callable[..., Person]


@pytest.fixture
def share(roles: dict[str, Group], theirs: DisbursementRequest, moved: MovedClock) -> Any:
    """The person shares a view of the other partner's payouts with all viewers."""

    def one(owner: Person) -> None:
        SavedView.objects.create(
            owner=owner.user, name="Failures of Baraka", role=roles["Viewer"],
            page="disbursements_disbursementrequest", query=f"partner={theirs.partner_id}",
            created_at=moved(),
        )  # fmt: skip

    return one


def sees_it(person: Person) -> bool:
    """Whether the view stands above the person's list."""
    return "Failures of Baraka" in person.page.get(LIST).content.decode()


class TestSharedViews:
    def test_of_people_who_see_all_partners_are_not_for_a_partners_own_staff(
        self, somebody: Somebody, a_partner: Partner, share: Any
    ) -> None:
        bound = somebody("Viewer", partner=a_partner)

        share(somebody("Viewer"))

        assert (sees_it(bound), sees_it(somebody("Viewer"))) == (False, True)

    def test_of_another_partners_staff_are_not_for_them_either_but_for_each_other(
        self, somebody: Somebody, a_partner: Partner, theirs: DisbursementRequest, share: Any
    ) -> None:
        bound, other = (somebody("Viewer", partner=each) for each in (a_partner, theirs.partner))

        share(somebody("Viewer", partner=theirs.partner))

        assert (sees_it(bound), sees_it(other)) == (False, True)
