"""The second person is another one, and a page that is not theirs alone shows no phones."""

from typing import Any

import pytest
from django.urls import reverse

from disbursements.models import DisbursementRequest
from disbursements.operations.decide_settlement import SamePerson
from tests.disbursements.persons import person, proposed
from tests.staff import at_the_desk
from tests.wire import MovedClock


@pytest.mark.parametrize("name", ["amina.example", "Amina.Example"])
def test_a_name_that_differs_in_capitals_only_is_no_second_person(
    doubtful: DisbursementRequest, decide: Any, moved: MovedClock, name: str
) -> None:
    settlement = proposed(doubtful, at=moved())

    with pytest.raises(SamePerson):
        decide(settlement, caller=person(name, "approve"))


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_the_pages_of_the_decision_mask_phones_in_the_evidence(
    doubtful: DisbursementRequest, moved: MovedClock, verb: str
) -> None:
    settlement = proposed(doubtful, at=moved(), evidence="the statement names 0700100001 here")
    client = at_the_desk(
        "disbursements.view_settlement", "disbursements.approve_disbursementrequest"
    )

    page = reverse(f"admin:disbursements_settlement_{verb}", args=[settlement.pk])
    text = client.get(page).content.decode()

    assert ("0700100001" in text, "0700•••001" in text) == (False, True)
