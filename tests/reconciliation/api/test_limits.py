"""How often a person may ask for checks: so many calls in a minute, of each for themselves."""

from typing import Any

import pytest

from reconciliation.models import CheckRequest, ReconciliationRun
from tests.disbursements.api.conftest import Caller
from tests.reconciliation.api.conftest import PATH, VIEW, Staff
from tests.watching import TableSource
from tests.wire import MovedClock
from vault.operations.sign_in import forget_old_counts

CALLS_MAX = 3
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("session/ours", {}), ("queue/ours", {}), ("bulk", {"sessionIds": ["ours"]}),
)  # fmt: skip


@pytest.fixture(autouse=True)
def few(settings: Any, source: TableSource) -> None:
    """Three calls a minute, and something to check."""
    settings.RECONCILE_CALLS_PER_MINUTE = CALLS_MAX
    source.say("ours")


def asked(caller: Caller, name: str, body: dict[str, Any]) -> Any:
    return caller.post(body, path=f"{PATH}/{name}")


class TestOnePerson:
    @pytest.mark.parametrize(("name", "body"), CALLS)
    def test_one_more_than_the_minute_has_is_refused(
        self, clerk: Caller, moved: MovedClock, name: str, body: dict[str, Any]
    ) -> None:
        moved.forward(seconds=12)
        taken = [asked(clerk, *call).status_code for call in CALLS]
        made = (ReconciliationRun.objects.count(), CheckRequest.objects.count())

        over = asked(clerk, name, body)

        assert taken == [200, 202, 202]
        assert (over.status_code, over.json()["code"]) == (429, "throttled")
        assert over.headers["Retry-After"] == "48"
        assert "3 times within a minute" in over.json()["error"]
        assert "Try again in 48 s" in over.json()["error"]
        assert (ReconciliationRun.objects.count(), CheckRequest.objects.count()) == made

    def test_the_next_minute_has_as_many_again(self, clerk: Caller, moved: MovedClock) -> None:
        for _ in range(CALLS_MAX + 1):
            refused = asked(clerk, *CALLS[0])

        moved.forward(seconds=60)
        taken = [asked(clerk, *CALLS[0]).status_code for _ in range(CALLS_MAX + 1)]

        assert refused.status_code == 429
        assert taken == [200, 200, 200, 429]

    def test_what_is_wrong_counts_too(self, clerk: Caller) -> None:
        for _ in range(CALLS_MAX):
            wrong = asked(clerk, "session/unknown", {})

        assert wrong.status_code == 404
        assert asked(clerk, "session/unknown", {}).status_code == 429


class TestOthers:
    def test_another_person_and_looking_go_on(self, clerk: Caller, staff: Staff) -> None:
        for _ in range(CALLS_MAX + 1):
            asked(clerk, *CALLS[0])

        assert asked(staff(), *CALLS[0]).status_code == 200
        for name in ("stats", "active", "runs", "findings", "alerts"):
            assert clerk.get(f"{PATH}/{name}").status_code == 200

    def test_who_may_not_ask_is_told_so_however_often(self, staff: Staff, key: Caller) -> None:
        viewer = staff(VIEW)

        for caller in (viewer, key):
            statuses = {asked(caller, *CALLS[0]).status_code for _ in range(CALLS_MAX + 1)}

            assert statuses == {403}

    def test_old_counts_are_forgotten(self, clerk: Caller, moved: MovedClock) -> None:
        asked(clerk, *CALLS[0])

        assert forget_old_counts(at=moved.forward(days=2)) >= 1
