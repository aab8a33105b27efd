"""Two requests at the same moment, in real threads on real connections."""

from typing import Any

import pytest

from core.models import Step
from disbursements.models import DisbursementRequest

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


class TestRaces:
    def test_the_same_instruction_many_times_at_once_is_one_payout(
        self, api: Any, body: dict, together: Any
    ) -> None:
        answers = together(*[lambda: api.post(body)] * AT_ONCE)

        assert [answer.status_code for answer in answers] == [201] * AT_ONCE
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotent-Replayed" in answer for answer in answers) == AT_ONCE - 1
        assert DisbursementRequest.objects.count() == 1
        assert Step.objects.filter(subject_type="DisbursementRequest").count() == 1

    def test_two_bodies_under_one_reference_are_one_payout_and_a_409(
        self, api: Any, body: dict, together: Any
    ) -> None:
        answers = together(lambda: api.post(body), lambda: api.post(body | {"amount": 1300}))

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert DisbursementRequest.objects.count() == 1

    def test_two_references_under_one_key_are_one_payout_and_a_409(
        self, api: Any, body: dict, together: Any
    ) -> None:
        key = {"Idempotency-Key": "k-1"}
        answers = together(
            lambda: api.post(body, headers=key),
            lambda: api.post(body | {"clientReference": "SAL-2"}, headers=key),
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert DisbursementRequest.objects.count() == 1
