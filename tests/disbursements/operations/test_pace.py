"""A shortcode's calls per second, over several workers."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction

from core import clock
from disbursements.models import DisbursementRequest
from disbursements.operations import pace
from disbursements.operations.claim import LEASE_S, claim
from tests.wire import MovedClock
from vault.models import Shortcode

LIMIT = 5


class TestPace:
    def take(self, shortcode: Shortcode, moved: MovedClock, count: int) -> list[Any]:
        with transaction.atomic():
            room = pace.free_slots(shortcode=shortcode, at=moved())
            slots = pace.take(shortcode=shortcode, count=min(room, count), at=moved())
        return [slots.moment(position) for position in range(slots.count)]

    def test_eight_workers_together_keep_the_limit(
        self, a_shortcode: Shortcode, moved: MovedClock, together: Any
    ) -> None:
        a_shortcode.tps_limit = LIMIT

        taken = together(*[lambda: self.take(a_shortcode, moved, 20)] * 8)

        moments = sorted(moment for each in taken for moment in each)
        gaps = {later - earlier for earlier, later in pairwise(moments)}
        assert gaps == {timedelta(seconds=1 / LIMIT)}
        assert len(moments) == LIMIT * pace.AHEAD_S

    def test_slots_come_back_with_time(self, a_shortcode: Shortcode, moved: MovedClock) -> None:
        a_shortcode.tps_limit = LIMIT
        self.take(a_shortcode, moved, 1_000)
        full = self.take(a_shortcode, moved, 1_000)
        moved.forward(seconds=2)

        again = self.take(a_shortcode, moved, 1_000)

        assert (len(full), len(again)) == (0, 2 * LIMIT)

    def test_a_batch_is_no_larger_than_its_slots_and_leased_past_the_last(
        self, pay: Any, a_shortcode: Shortcode, moved: MovedClock, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(clock, "stopwatch_s", lambda: 100.0)
        a_shortcode.tps_limit = LIMIT
        for number in range(60):
            pay(f"1{number:04d}")

        claimed = claim(shortcode=a_shortcode, status="queued", at=moved())

        leases = set(
            DisbursementRequest.objects.filter(status="sending").values_list(
                "lease_until", flat=True
            )
        )
        assert len(claimed) == LIMIT * pace.AHEAD_S
        assert leases == {moved() + timedelta(seconds=pace.AHEAD_S + LEASE_S)}
        assert claimed[-1].ready_s - claimed[0].ready_s < pace.AHEAD_S
