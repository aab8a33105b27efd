"""Every arrow of a finding is walked by a real row; others are refused."""

from itertools import product

import pytest
from django.db import ProgrammingError, transaction

from core.models import Step
from core.states import IllegalMove, advance
from reconciliation.models import Finding
from reconciliation.states import ARROWS, MEANINGS, FindingStatus
from tests.wire import START

DRAWN = [(old, new) for old, targets in ARROWS.items() for new in sorted(targets)]
MISSING = [pair for pair in product(ARROWS, ARROWS) if pair not in DRAWN]

pytestmark = pytest.mark.django_db


def finding_that_is(status: str) -> Finding:
    return Finding.objects.create(
        subject_kind="payment", subject_id="1", kind="late", severity="medium", status=status,
        status_at=START, text="Late", there_name="M-Pesa", opened_at=START, seen_at=START,
    )  # fmt: skip


class TestArrows:
    @pytest.mark.parametrize(("old", "new"), DRAWN)
    def test_each_is_walked_with_a_step(self, old: str, new: str) -> None:
        row = finding_that_is(old)

        advance(row, to=new, at=START, because="a test", actor="test")

        row.refresh_from_db()
        step = Step.objects.get(subject_type="Finding")
        assert (row.status, step.from_status, step.to_status) == (new, old, new)

    @pytest.mark.parametrize(("old", "new"), MISSING)
    def test_there_are_no_others(self, old: str, new: str) -> None:
        row = finding_that_is(old)

        with pytest.raises(IllegalMove):
            advance(row, to=new, at=START, because="a test", actor="test")

    def test_every_status_has_a_meaning(self) -> None:
        assert set(MEANINGS) == set(ARROWS) == set(FindingStatus)


class TestKept:
    def test_a_finding_is_never_deleted(self) -> None:
        row = finding_that_is("open")

        with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
            row.delete()
