"""The page of schedules: trouble on top, a button with a reason, and who asked for a run."""

from datetime import timedelta
from html import unescape

from django.urls import reverse
from django_q.models import Schedule, Task

from config import watch
from config.health_figures import SCHEDULE_LATE
from config.schedules import SWEEPS, ensure_schedules, run_job
from core import alerts
from core.models import JobRun, Step
from tests.staff import REASON, at_the_desk, superuser
from tests.wire import MovedClock
from vault.models import Partner

LIST = "admin:core_jobrun_changelist"
VIEW, RUN = "core.view_jobrun", "core.run_jobrun"


def page_of(name: str) -> str:
    return reverse("admin:core_jobrun_change", args=[name])


def run_page(name: str) -> str:
    return reverse("admin:core_jobrun_run", args=[name])


class TestList:
    def test_every_schedule_has_its_row(self, engine_db: None, moved: MovedClock) -> None:
        ensure_schedules()
        run_job("send")

        text = unescape(at_the_desk(VIEW).get(reverse(LIST)).content.decode())

        for name, sweep in SWEEPS.items():
            assert page_of(name) in text
            assert sweep.says in text
        assert "Did 0 in 0 ms" in text
        assert "Run now" not in text

    def test_the_latest_trouble_is_on_top_and_counted(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        for name in SWEEPS:
            JobRun.objects.create(name=name, started_at=moved(), ended_at=moved())
        JobRun.objects.filter(name="prune").update(started_at=moved() - timedelta(days=4))
        JobRun.objects.filter(name="seal").update(error="ValueError: nobody at 254700012345")

        answer = at_the_desk(VIEW).get(reverse(LIST))

        text = answer.content.decode()
        assert text.index(page_of("prune")) < text.index(page_of("seal")) < text.index(
            page_of("deliver")
        )  # fmt: skip
        assert [number for _, number, _ in answer.context["tiles"]] == [
            1, 1, 0, 0, len(SWEEPS) - 2,
        ]  # fmt: skip
        assert "254700•••345" in text
        assert "254700012345" not in text

    def test_it_is_for_those_who_may_see_schedules(
        self, engine_db: None, a_partner: Partner
    ) -> None:
        assert at_the_desk("core.view_alert").get(reverse(LIST)).status_code == 403
        assert at_the_desk("core.view_alert").get(page_of("send")).status_code == 403

    def test_it_takes_the_place_of_the_plain_list(self, engine_db: None) -> None:
        ensure_schedules()
        row = Schedule.objects.first()

        assert row is not None
        assert superuser().get("/admin/django_q/schedule/").status_code == 404


class TestOne:
    def test_its_last_failures_are_told_without_phones(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        for number, group in enumerate(("sweep:balances", "sweep:send")):
            Task.objects.create(
                id=f"t{number}", name=f"t{number}", group=group, func="f", started=moved(),
                stopped=moved() + timedelta(seconds=4), success=False,
                result=f"no answer {number} for 254700012345 : Traceback (most recent call last)",
            )  # fmt: skip

        text = at_the_desk(VIEW).get(page_of("balances")).content.decode()

        assert "no answer 0 for 254700•••345" in text
        assert "no answer 1" not in text
        assert "Traceback" not in text

    def test_one_that_never_ran_has_a_page(self, engine_db: None) -> None:
        text = at_the_desk(VIEW).get(page_of("pull")).content.decode()

        assert SWEEPS["pull"].says in text
        assert "No worker has it on its list" in text

    def test_there_is_none_of_another_name(self, engine_db: None) -> None:
        assert superuser().get(page_of("nope")).status_code == 302
        assert superuser().get(run_page("nope")).status_code == 404


class TestRunNow:
    def test_looking_changes_nothing_and_says_that_it_is_harmless(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        JobRun.objects.create(name="bulk", started_at=moved())

        text = at_the_desk(VIEW, RUN).get(run_page("bulk")).content.decode()

        assert "Running it while it runs already is harmless" in text
        assert "A run began just now." in text
        assert not Step.objects.exists()

    def test_it_is_asked_for_with_a_reason_and_shown_until_it_ran(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        desk = at_the_desk(VIEW, RUN)

        without = desk.post(run_page("send"), {"confirmed": "yes", "reason": "x"})
        sent = desk.post(run_page("send"), {"confirmed": "yes", "reason": REASON})
        waiting = desk.get(reverse(LIST)).content.decode()
        moved.forward(seconds=5)
        run_job("send")
        after = desk.get(reverse(LIST)).content.decode()

        step = Step.objects.get()
        assert (without.status_code, sent.status_code, sent.url) == (422, 302, page_of("send"))
        assert (step.subject_id, step.because) == ("send", f"run now: {REASON}")
        assert f"Asked for by {step.actor} at 21 Nov 2026" in waiting
        assert "Asked for by" not in after
        assert REASON in desk.get(page_of("send")).content.decode()

    def test_the_same_twice_is_one_wish(self, engine_db: None) -> None:
        desk = at_the_desk(VIEW, RUN)
        for _ in range(2):
            desk.post(run_page("send"), {"confirmed": "yes", "reason": REASON})

        assert Step.objects.count() == 1

    def test_it_has_a_permission_of_its_own(self, engine_db: None) -> None:
        desk = at_the_desk(VIEW)

        answer = desk.post(run_page("send"), {"confirmed": "yes", "reason": REASON})

        assert answer.status_code == 403
        assert run_page("send") not in desk.get(page_of("send")).content.decode()
        assert not Step.objects.exists()

    def test_the_alert_of_a_late_one_leads_to_it(self, engine_db: None, moved: MovedClock) -> None:
        alert = alerts.raise_alert(kind=SCHEDULE_LATE, key="ask", text="late", at=moved())
        url = reverse("admin:core_alert_change", args=[alert.pk])

        assert run_page("ask") in at_the_desk("core.view_alert", RUN).get(url).content.decode()
        assert run_page("ask") not in at_the_desk("core.view_alert").get(url).content.decode()
        assert watch.WATCH in SWEEPS
