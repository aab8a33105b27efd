"""Run a schedule now: at the page, over the API and in the terminal, by one operation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ

from config import run_now
from config.schedule_rows import one_row
from config.schedules import SWEEPS, run_job
from core import clock
from core.callers import Caller, NotAllowed
from core.models import JobRun, Step
from core.refusals import Refused
from tests.commands import answer_of, refusal_of, said
from tests.disbursements.api.conftest import Caller as ApiCaller
from tests.disbursements.api.conftest import add_caller
from tests.hinting import hints_sent
from tests.people import a_person, token_of
from tests.wire import MovedClock
from vault.models import Partner

REASON = "the provider answers again since 14:30"
OPERATOR = Caller(actor="amina.example", origin="test", partners=None, permissions=None)
VIEW, RUN = "core.view_jobrun", "core.run_jobrun"


@pytest.fixture
def hints(engine_db: None, settings: Any) -> Iterator[None]:
    """Hints reach the queue."""
    settings.VAULT_HINTS = True
    yield
    settings.VAULT_HINTS = False
    hints_sent()


def queued() -> list[str]:
    """The jobs that wait in the queue, once the gathered hints are sent."""
    hints_sent()
    return [row.task["args"][0] for row in OrmQ.objects.order_by("pk")]


def ask(name: str = "send", *, reason: str = REASON, caller: Caller = OPERATOR) -> run_now.Queued:
    return run_now.run_now(name=name, reason=reason, caller=caller, at=clock.now())


def staff(moved: MovedClock, *permissions: str, **more: Any) -> ApiCaller:
    return ApiCaller(token_of(a_person(*permissions, **more), at=moved()))


class TestOperation:
    def test_it_queues_one_run_and_keeps_who_and_why(self, hints: None, moved: MovedClock) -> None:
        answer = ask()

        assert (answer.is_new, answer.asked.by) == (True, "amina.example")
        assert queued() == ["send"]
        step = Step.objects.get()
        assert (step.subject_type, step.subject_id) == ("JobRun", "send")
        assert (step.actor, step.because) == ("amina.example", f"run now: {REASON}")
        assert step.at == moved()

    def test_the_wish_stands_until_it_ran(self, engine_db: None, moved: MovedClock) -> None:
        ask()
        waits = one_row("send", at=moved()).waits_for_run
        moved.forward(seconds=1)
        run_job("send")

        assert waits
        assert not one_row("send", at=moved()).waits_for_run

    def test_the_same_wish_at_once_is_the_same(self, hints: None, moved: MovedClock) -> None:
        ask()
        moved.forward(seconds=30)
        again = ask()
        moved.forward(minutes=1)
        later = ask()

        assert (again.is_new, later.is_new) == (False, True)
        assert Step.objects.count() == 2

    def test_two_at_once_are_one_wish(self, engine_db: None, together: Any) -> None:
        answers = together(ask, ask)

        assert sorted(each.is_new for each in answers) == [False, True]
        assert Step.objects.count() == 1

    def test_running_it_while_it_runs_is_harmless(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        JobRun.objects.create(name="send", started_at=moved() - timedelta(seconds=5))

        assert ask().is_new
        assert run_job("send") == 0

    @pytest.mark.parametrize("name", sorted(SWEEPS))
    def test_every_schedule_can_be_asked_for(self, engine_db: None, name: str) -> None:
        assert ask(name).is_new

    @pytest.mark.parametrize(
        ("name", "reason", "told"),
        [
            ("nope", REASON, "name: no schedule is called 'nope'; use one of "),
            ("\x00", REASON, "no schedule is called"),
            ("send", "short", "reason: write 8 to 500 characters, such as"),
            ("send", "x" * 501, "reason: write 8 to 500 characters"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, engine_db: None, name: str, reason: str, told: str
    ) -> None:
        with pytest.raises(Refused, match=told):
            ask(name, reason=reason)

        assert not Step.objects.exists()

    @pytest.mark.parametrize(("permissions", "partners"), [({VIEW}, None), ({RUN}, frozenset())])
    def test_who_lacks_the_permission_or_sees_one_partner_may_not(
        self, engine_db: None, permissions: set[str], partners: Any
    ) -> None:
        caller = Caller(
            actor="x", origin="test", partners=partners, permissions=frozenset(permissions)
        )

        with pytest.raises(NotAllowed):
            ask(caller=caller)


class TestApi:
    def test_staff_see_every_schedule(self, engine_db: None, moved: MovedClock) -> None:
        run_job("send")

        answer = staff(moved, VIEW).get("/api/schedules")

        assert answer.status_code == 200
        rows = {row["name"]: row for row in answer.json()["schedules"]}
        assert set(rows) == set(SWEEPS)
        assert (rows["send"]["state"], rows["send"]["did"]) == ("on_time", 0)
        assert (rows["ask"]["state"], rows["ask"]["startedAt"]) == ("off", None)
        assert rows["send"]["startedAt"] == moved().astimezone(clock.NAIROBI).isoformat()

    def test_staff_run_one(self, hints: None, moved: MovedClock) -> None:
        answer = staff(moved, RUN).post({"reason": REASON}, path="/api/schedules/pull/run")

        assert answer.status_code == 202
        said_so = answer.json()
        assert said_so["isNew"]
        assert said_so["schedule"]["askedBy"] == Step.objects.get().actor
        assert queued() == ["pull"]

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("nope", {"reason": REASON}, 404), ("send", {}, 400),
            ("send", {"reason": "short"}, 400), ("send", {"reason": REASON, "x": 1}, 400),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_refused(
        self, engine_db: None, moved: MovedClock, path: str, body: Any, status: int
    ) -> None:
        answer = staff(moved, RUN).post(body, path=f"/api/schedules/{path}/run")

        assert answer.status_code == status
        assert not Step.objects.exists()

    def test_others_see_and_run_nothing(
        self, engine_db: None, moved: MovedClock, a_partner: Partner
    ) -> None:
        callers = [
            add_caller("Baraka Example Ltd", "600222")[1],
            staff(moved, "core.view_alert"),
            staff(moved, VIEW, RUN, partner=a_partner),
        ]

        looked = [each.get("/api/schedules").status_code for each in callers]
        ran = [each.post({"reason": REASON}, path="/api/schedules/send/run").status_code
               for each in callers]  # fmt: skip

        assert looked == ran == [403] * 3
        assert ApiCaller().get("/api/schedules").status_code == 401
        assert not Step.objects.filter(subject_type="JobRun").exists()


class TestCommands:
    def test_the_list_has_every_schedule(self, engine_db: None, moved: MovedClock) -> None:
        run_job("send")
        moved.forward(minutes=9)

        text, values = said("schedules"), answer_of("schedules")

        assert text.startswith("Late       send: every minute, last run 9 min ago; Did 0 in 0 ms")
        assert values["schedules"][0]["name"] == "send"
        assert {row["name"] for row in values["schedules"]} == set(SWEEPS)

    def test_one_is_queued(self, hints: None) -> None:
        first = answer_of("run_schedule", "tally", "--reason", REASON)
        again = said("run_schedule", "tally", "--reason", REASON)

        assert (first["isNew"], first["dryRun"]) == (True, False)
        assert "queued already" in again
        assert queued() == ["tally"]

    def test_a_dry_run_changes_nothing(self, hints: None) -> None:
        text = said("run_schedule", "tally", "--reason", REASON, "--dry-run")

        assert text.startswith("tally would be queued")
        assert not Step.objects.exists()
        assert queued() == []

    def test_a_wrong_name_is_bad_usage(self, engine_db: None) -> None:
        error = refusal_of("run_schedule", "nope", "--reason", REASON)

        assert (error.returncode, "'nope'" in str(error)) == (2, True)
