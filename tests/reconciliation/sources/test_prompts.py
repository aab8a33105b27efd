"""Prompts: every side in the ordinary stories, and each one bent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from core.callers import Caller
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Difference, Judgement, Record
from reconciliation.sources.prompts import PromptSource
from tests.reconciliation.collected import ANYBODY
from tests.vault.prompts.conftest import House
from tests.wire import START, UNLISTED
from vault import jobs
from vault.models import Partner, Payment, Prompt

SOURCE = PromptSource()
PAID = ["98000", "98202", "98203", "98206", "98209", "98210", "98401", "98403", "98504"]
NOT_PAID = ["98001", "98021", "98032", "98037", "98019", "98207", "98308"]


def record(prompt: Prompt) -> Record:
    return SOURCE.read([str(prompt.pk)])[str(prompt.pk)]


def judged(house: House, prompt: Prompt) -> Judgement:
    return judge(record(prompt), at=house.clock())


def the_only(house: House, prompt: Prompt) -> Difference:
    """The one difference that there is."""
    (found,) = judged(house, prompt).differences
    return found


def set_to(prompt: Prompt, **values: Any) -> None:
    """Bend our row."""
    Prompt.objects.filter(pk=prompt.pk).update(**values)


class TestOrdinaryStories:
    @pytest.mark.parametrize("digits", PAID)
    def test_what_was_paid_matches(self, house: House, digits: str) -> None:
        house.register_urls()
        prompt = house.collect(digits)

        house.pass_minutes(4)

        assert Payment.objects.count() == 1
        assert judged(house, prompt) == Judgement(result="matched")

    @pytest.mark.parametrize("digits", NOT_PAID)
    def test_what_was_not_paid_matches(self, house: House, digits: str) -> None:
        prompt = house.collect(digits)

        house.pass_minutes(5)

        assert not Payment.objects.exists()
        assert judged(house, prompt) == Judgement(result="matched")

    def test_while_it_stands_on_the_phone_it_is_pending(self, house: House) -> None:
        prompt = house.collect("98201")

        house.later(seconds=20)

        assert judged(house, prompt) == Judgement(result="pending")

    def test_a_paid_one_waits_for_its_receipt(self, house: House) -> None:
        prompt = house.collect("98211")

        house.later(seconds=50)

        assert judged(house, prompt).result == "pending"

    def test_hearsay_waits_for_a_query(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.post(callback.url, callback.body, source=UNLISTED)

        assert judged(house, prompt) == Judgement(result="pending", ask=True)

    def test_hearsay_that_a_query_denied_says_nothing_any_more(self, house: House) -> None:
        prompt = house.collect("98207")
        house.clock.forward(seconds=5)
        paid = house.collect("00007")
        callback = house.callback()
        forged = callback.body.replace(
            Prompt.objects.get(pk=paid.pk).checkout_id.encode(),
            Prompt.objects.get(pk=prompt.pk).checkout_id.encode(),
        )
        house.post(house.address(prompt), forged, source=UNLISTED)

        house.pass_minutes(3)

        prompt.refresh_from_db()
        assert prompt.status == "failed"
        assert judged(house, prompt).result == "matched"

    def test_no_whole_phone_is_in_it(self, house: House) -> None:
        prompt = house.collect()
        house.later(seconds=30)

        assert "254700000001" not in repr(record(prompt))


class TestStandings:
    def test_failed_here_and_paid_there(self, house: House) -> None:
        prompt = house.collect()
        house.later(seconds=30)
        set_to(prompt, status="failed", payment=None)

        found = the_only(house, prompt)

        assert (found.kind, found.is_loss) == ("status_mismatch", True)

    def test_failed_here_and_a_query_says_paid(self, house: House) -> None:
        prompt = house.collect("98211")
        house.later(seconds=50)
        set_to(prompt, status="failed")

        assert the_only(house, prompt).kind == "status_mismatch"

    def test_paid_here_and_failed_there(self, house: House) -> None:
        prompt = house.collect("98205")

        house.pass_minutes(3)

        assert the_only(house, prompt).kind == "status_mismatch"

    def test_expired_here_and_paid_there(self, house: House) -> None:
        prompt = house.collect()
        house.later(seconds=30)
        set_to(prompt, status="expired", payment=None)

        assert the_only(house, prompt).kind == "status_mismatch"


class TestAmounts:
    def test_the_answer_names_another_amount(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.read(callback)
        house.read_changed(callback, Amount=9_000)

        found = the_only(house, prompt)

        assert (found.kind, found.stake_minor, found.is_loss) == ("amount_mismatch", 100_000, True)

    def test_its_payment_is_of_another_amount(self, house: House) -> None:
        prompt, other = house.collect(), house.collect("00002", amount="8000")
        house.later(seconds=30)
        payment = Prompt.objects.get(pk=other.pk).payment
        set_to(other, payment=None)
        set_to(prompt, payment=payment)

        kinds = {each.kind for each in judged(house, prompt).differences}

        assert "amount_mismatch" in kinds

    def test_a_second_receipt_is_paid_twice(self, house: House) -> None:
        prompt = house.collect()
        callback = house.callback()
        house.read(callback)
        house.read_changed(callback, MpesaReceiptNumber="UKL9Z9Z9Z9")

        found = the_only(house, prompt)

        assert (found.kind, found.about, found.is_loss) == ("duplicate", "UKL9Z9Z9Z9", True)

    def test_another_phone_than_was_prompted(self, house: House) -> None:
        prompt = house.collect()
        house.read_changed(house.callback(), PhoneNumber=254700000002)

        found = the_only(house, prompt)

        assert (found.kind, found.there) == ("wrong_beneficiary", {"phone": "ends in 002"})


class TestLate:
    def test_nobody_ever_answers(self, house: House) -> None:
        prompt = house.collect("98201")
        house.wire.before_call = _nobody_answers
        house.pass_minutes(3)
        before = judged(house, prompt)
        house.clock.forward(minutes=40)

        found = the_only(house, prompt)

        assert before.result == "pending"
        assert (found.kind, found.there_name) == ("late", "M-Pesa")

    def test_it_stays_late_when_it_expired(self, house: House) -> None:
        prompt = house.collect("98302")
        house.pass_minutes(12)
        before = judged(house, prompt)
        house.clock.forward(minutes=40)

        prompt.refresh_from_db()
        assert (prompt.status, prompt.ask_at, SOURCE.stuck(at=house.clock(), limit=9)) == (
            "expired", None, [],
        )  # fmt: skip
        assert before.again_at == prompt.created_at + timedelta(minutes=35, seconds=1)
        assert the_only(house, prompt).kind == "late"

    def test_paid_and_its_money_never_came(self, house: House) -> None:
        prompt = house.collect("98211")
        house.later(seconds=50)
        house.clock.forward(hours=1)

        found = the_only(house, prompt)

        assert (found.kind, found.is_loss) == ("missing_here", True)

    def test_a_failure_that_is_no_verdict_stays_open(self, house: House) -> None:
        prompt = house.collect("98036")
        house.pass_minutes(3)

        assert judged(house, prompt).result == "pending"


class TestTheSource:
    def test_many_are_read_with_as_many_queries_as_one(
        self, house: House, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        ids = [str(house.collect(each).pk) for each in ("00001", "00002", "98032", "98207")]
        house.pass_minutes(3)

        with django_assert_num_queries(4):
            SOURCE.read(ids[2:3])
        with django_assert_num_queries(4):
            found = SOURCE.read(ids)

        assert sorted(found) == sorted(ids)
        assert SOURCE.read(["no id"]) == {}

    def test_asked_afresh_a_query_settles_it(self, house: House) -> None:
        prompt = house.collect("98201")

        asked = SOURCE.ask_afresh([str(prompt.pk)], at=house.clock.forward(seconds=5))
        jobs.prompts()

        assert asked == {str(prompt.pk)}
        assert Prompt.objects.get(pk=prompt.pk).status == "paid"

    def test_one_that_somebody_settles_just_now_is_not_waited_for(
        self, house: House, together: Callable[..., list[Any]]
    ) -> None:
        prompt = house.collect("98201")

        def ask() -> set[str]:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            return SOURCE.ask_afresh([str(prompt.pk)], at=house.clock())

        with transaction.atomic():
            Prompt.objects.select_for_update().get(pk=prompt.pk)

            (asked,) = together(ask)

        assert asked == set()

    def test_of_a_settled_one_nobody_is_asked(self, house: House) -> None:
        prompt = house.collect()
        house.later(seconds=30)

        assert SOURCE.ask_afresh([str(prompt.pk)], at=house.clock()) == set()
        assert Prompt.objects.get(pk=prompt.pk).ask_at is None

    def test_stuck_is_what_should_have_ended(self, house: House) -> None:
        prompt = house.collect("98201")
        early = SOURCE.stuck(at=house.clock.forward(minutes=20), limit=10)

        assert early == []
        assert SOURCE.stuck(at=house.clock.forward(minutes=20), limit=10) == [str(prompt.pk)]

    def test_it_is_found_by_id_and_the_provider_s(self, house: House, a_partner: Partner) -> None:
        prompt = house.collect()
        none = Caller(actor="x", origin="api", partners=frozenset(), permissions=None)

        found = SOURCE.find_many([str(prompt.pk), str(prompt.checkout_id)], caller=ANYBODY)

        assert {hit.subject_id for hits in found.values() for hit in hits} == {str(prompt.pk)}
        assert len(found) == 2
        assert SOURCE.find_many([str(prompt.pk)], caller=none) == {}
        assert SOURCE.of_steps({"Prompt": [str(prompt.pk)]}) == {
            ("Prompt", str(prompt.pk)): (str(prompt.pk), a_partner.pk)
        }
        assert list(SOURCE.since(START)) == [[str(prompt.pk)]]


def _nobody_answers(path: str) -> None:
    raise ConnectionError(path)
