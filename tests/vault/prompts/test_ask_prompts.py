"""Late prompts: asked about, expired, and taken in when they prove paid after all."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection

from config.deliveries import deliver_due
from core.models import Alert, Step
from gateways import registry
from gateways.memory import MemoryCollections, PromptScript
from gateways.models import Call
from tests.vault.prompts.conftest import House
from vault import jobs
from vault.models import Payment, Prompt
from vault.operations import collect as collecting
from vault.operations.ask_prompts import BATCH_MAX
from vault.operations.collect import PromptOpen

QUERY = "/mpesa/stkpushquery/v1/query"


class Killed(BaseException):
    """The process ends here."""


def asked(house: House) -> int:
    return house.wire.paths.count(QUERY)


def now_is(prompt: Prompt) -> Prompt:
    return Prompt.objects.get(pk=prompt.pk)


@pytest.fixture
def memory() -> Iterator[MemoryCollections]:
    """A provider in memory, whose payers keep every prompt waiting and of which nobody tells."""
    memory = MemoryCollections()
    memory.script("254700000001", PromptScript(waiting=True, told=0))
    with registry.use_collector(memory.collector):
        yield memory


class TestALateAnswer:
    def test_nobody_asks_before_45_seconds(self, house: House) -> None:
        house.collect("98201")

        house.later(seconds=44)
        before = asked(house)
        house.later(seconds=1)

        assert (before, asked(house)) == (0, 1)

    def test_a_lost_callback_of_a_cancelled_prompt(self, house: House) -> None:
        prompt = house.collect("98207")

        house.pass_minutes(1)

        assert (now_is(prompt).status, now_is(prompt).code) == ("failed", "1032")
        assert now_is(prompt).ask_at is None
        assert Call.objects.filter(subject_id=str(prompt.pk), kind="prompt-query").count() == 1

    def test_a_lost_callback_of_a_paid_prompt(self, house: House) -> None:
        prompt = house.collect("98211")

        house.pass_minutes(1)

        assert (now_is(prompt).status, now_is(prompt).payment) == ("paid", None)
        assert now_is(prompt).ask_at is not None
        assert not Payment.objects.exists()

    @pytest.mark.parametrize("digits", ["98401", "98402", "98403"])
    def test_not_yet_and_not_known_are_no_failures(self, house: House, digits: str) -> None:
        prompt = house.collect(digits)
        house.later(seconds=46)
        between = now_is(prompt).status

        house.pass_minutes(2)

        assert (between, now_is(prompt).status) == ("waiting", "paid")

    def test_the_questions_grow_rarer(self, house: House, memory: MemoryCollections) -> None:
        moments: list[float] = []
        prompt = house.collect()

        for _ in range(4 * 45):
            house.clock.forward(seconds=15)
            if jobs.prompts():
                moments.append((house.clock() - prompt.created_at).total_seconds())

        assert moments == [45.0, 105.0, 225.0, 525.0, 600.0, 1800.0]

    def test_an_answer_that_overtakes_the_question_stays(self, house: House) -> None:
        prompt = house.collect()
        house.clock.forward(seconds=50)

        def overtake(path: str) -> None:
            if path == QUERY:
                house.wire.deliver()
                deliver_due()
                connection.close()

        house.wire.before_answer = overtake
        jobs.prompts()

        assert now_is(prompt).status == "paid"
        assert now_is(prompt).payment == Payment.objects.get()

    def test_a_sweep_asks_each_once(self, house: House, together: Any) -> None:
        for number in range(3):
            house.collect(f"9820{number + 7}" if number else "98201")
        house.clock.forward(seconds=50)

        together(jobs.prompts, jobs.prompts, jobs.prompts)

        assert asked(house) == 3


class TestExpiry:
    def test_after_ten_minutes_it_expires_and_the_phone_is_free(self, house: House) -> None:
        prompt = house.collect("98302")

        house.pass_minutes(9)
        before = now_is(prompt).status
        house.pass_minutes(1)
        again = house.collect("98302")

        assert (before, now_is(prompt).status) == ("unknown", "expired")
        assert again.status == "waiting"

    def test_a_query_that_says_paid_after_it_expired(
        self, house: House, memory: MemoryCollections
    ) -> None:
        prompt = house.collect()
        house.pass_minutes(10)
        expired = now_is(prompt).status
        memory.answer_all()

        house.pass_minutes(20)

        assert (expired, now_is(prompt).status) == ("expired", "paid")
        assert Alert.objects.filter(kind="prompt_paid_after_all").exists()

    def test_a_query_that_says_cancelled_after_it_expired(
        self, house: House, memory: MemoryCollections
    ) -> None:
        memory.script("254700000002", PromptScript(waiting=True, result_code="1032", told=0))
        prompt = house.collect("00002")
        house.pass_minutes(10)
        memory.answer_all()

        house.pass_minutes(20)

        assert (now_is(prompt).status, now_is(prompt).code) == ("failed", "1032")
        assert now_is(prompt).ask_at is None

    def test_a_late_answer_after_it_expired_is_taken_in(self, house: House) -> None:
        prompt = house.collect("98301")
        callback = house.callback()
        house.pass_minutes(10)
        expired = now_is(prompt).status

        house.read(callback)

        assert expired == "expired"
        assert now_is(prompt).status == "paid"
        assert now_is(prompt).payment == Payment.objects.get()

    def test_while_nobody_can_be_asked_it_waits_longer(self, house: House) -> None:
        prompt = house.collect("98201")
        house.wire.drop()
        house.wire.before_call = _out_of_reach

        house.pass_minutes(25)
        at_25 = now_is(prompt).status
        house.pass_minutes(6)

        assert (at_25, now_is(prompt).status) == ("waiting", "expired")


class TestACrash:
    def test_before_the_call_it_is_unknown_and_then_expires(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: Any) -> None:
            raise Killed

        monkeypatch.setattr(collecting, "_call", die)
        with pytest.raises(Killed):
            house.collect()

        house.pass_minutes(2)
        prompt = Prompt.objects.get()
        with pytest.raises(PromptOpen):
            house.collect(amount="7")
        between = prompt.status
        house.pass_minutes(8)

        assert (between, now_is(prompt).status) == ("unknown", "expired")
        assert "/mpesa/stkpush/v1/processrequest" not in house.wire.paths

    def test_after_the_call_the_answer_still_settles_it(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(**_: Any) -> None:
            raise Killed

        monkeypatch.setattr(collecting, "record", die)
        with pytest.raises(Killed):
            house.collect()

        house.later(seconds=30)

        prompt = Prompt.objects.get()
        assert prompt.status == "paid"
        assert prompt.payment == Payment.objects.get()
        assert house.wire.paths.count("/mpesa/stkpush/v1/processrequest") == 1

    def test_a_slow_sender_fills_in_what_the_sweep_found_abandoned(self, house: House) -> None:
        def sleep(path: str) -> None:
            if "stkpush/" in path:
                house.clock.forward(minutes=3)
                jobs.prompts()

        house.wire.before_answer = sleep

        prompt = house.collect("98207")
        between = now_is(prompt).status
        house.pass_minutes(2)

        assert (between, prompt.checkout_id is not None) == ("unknown", True)
        assert now_is(prompt).status == "failed"


class TestThrottled:
    def test_the_shortcode_rests_a_minute(self, house: House) -> None:
        for number in range(3):
            house.collect(f"9820{number + 7}" if number else "98201")
        house.clock.forward(seconds=50)
        house.wire.before_call = _out_of_reach

        jobs.prompts()
        jobs.prompts()

        moments = set(Prompt.objects.values_list("ask_at", flat=True))
        assert moments == {house.clock() + timedelta(minutes=1)}
        assert {row.status for row in Prompt.objects.all()} == {"waiting"}

    def test_of_many_only_one_batch_is_tried(self, house: House) -> None:
        for number in range(BATCH_MAX + 3):
            house.collect(f"{number + 10:05d}")
        house.clock.forward(seconds=50)
        tried: list[str] = []

        def out_of_reach(path: str) -> None:
            tried.append(path)
            raise requests.ConnectionError("no route")

        house.wire.before_call = out_of_reach
        jobs.prompts()

        assert tried == [QUERY] * BATCH_MAX
        assert Prompt.objects.filter(ask_at__lte=house.clock()).count() == 3


class TestWithoutReceipt:
    def test_it_is_told_after_an_hour_and_given_up_after_three_days(self, house: House) -> None:
        prompt = house.collect("98211")
        house.pass_minutes(30)
        early = Alert.objects.filter(kind="prompt_without_receipt").exists()

        house.pass_minutes(35)
        told = Alert.objects.filter(kind="prompt_without_receipt").exists()
        for _ in range(80):
            house.later(hours=1)

        assert (early, told) == (False, True)
        assert now_is(prompt).ask_at is None
        assert Step.objects.filter(subject_id=str(prompt.pk)).count() == 3


def _out_of_reach(path: str) -> None:
    if path == QUERY:
        raise requests.ConnectionError("no route")
