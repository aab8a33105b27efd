"""7. Every callback is stored raw first; twice, late, early and out of order are the same."""

import json
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from config.deliveries import deliver_due
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.send import send_due
from gateways import inbox
from gateways.models import Callback
from gateways.simulator import Simulator
from ledger.models import Entry
from tests.wire import MovedClock, Wire


def due(simulator: Simulator, moved: MovedClock) -> list[Any]:
    """What the provider wants to deliver by now."""
    moved.forward(seconds=30)
    return simulator.due_callbacks(moved())


def changed(body: bytes, **facts: Any) -> bytes:
    """The callback with other facts in its Result."""
    content = json.loads(body)
    content["Result"].update(facts)
    return json.dumps(content).encode()


class TestOneEffect:
    def test_fifty_at_once_through_the_door_and_four_deliverers(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, together: Any,
        books: Any,
    ) -> None:  # fmt: skip
        row = pay()
        send_due()
        [callback] = due(simulator, moved)

        statuses = together(*[lambda: wire.post(callback)] * 50)
        delivered = together(*[deliver_due] * 4)

        row.refresh_from_db()
        outcomes = list(Callback.objects.values_list("outcome", flat=True))
        assert set(statuses) == {200}
        assert sum(delivered) == 50
        assert sorted(outcomes) == ["applied"] + ["duplicate"] * 49
        assert row.status == "completed"
        assert Entry.objects.filter(kind="commit").count() == 1
        assert books.differences() == []

    def test_deliverers_work_while_callbacks_still_arrive(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, together: Any,
        books: Any,
    ) -> None:  # fmt: skip
        for number in range(20):
            pay(f"1{number:04d}")
        send_due()
        arriving = due(simulator, moved)
        posts = [lambda one=each: wire.post(one) for each in arriving * 2]

        together(*posts, *[deliver_due] * 4)

        deliver_due()
        ended = set(DisbursementRequest.objects.values_list("status", flat=True))
        assert ended == {"completed"}
        assert books.differences() == []

    def test_a_deliverer_that_stands_still_holds_up_nobody_else(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, together: Any
    ) -> None:
        pay("00001")
        pay("00002")
        send_due()
        for callback in due(simulator, moved):
            wire.post(callback)
        held, done = Event(), Event()

        def stand_still() -> None:
            with transaction.atomic():
                Callback.objects.select_for_update().order_by("id").first()
                held.set()
                done.wait(120)

        def deliver_meanwhile() -> int:
            held.wait(120)
            try:
                return deliver_due()
            finally:
                done.set()

        _, delivered = together(stand_still, deliver_meanwhile)

        assert delivered == 1
        assert deliver_due() == 1

    def test_a_replay_by_staff_changes_nothing_twice(
        self, wire: Wire, pay: Any, books: Any
    ) -> None:
        pay()
        wire.run()
        before = Entry.objects.count()

        for callback in Callback.objects.all():
            inbox.replay(callback_id=callback.pk)
        delivered = deliver_due()

        assert delivered == Callback.objects.count() > 0
        assert set(Callback.objects.values_list("outcome", flat=True)) == {"duplicate"}
        assert Entry.objects.count() == before
        assert books.differences() == []


class TestAnyOrder:
    def test_before_the_acknowledgement(
        self, wire: Wire, simulator: Simulator, pay: Any, books: Any, attempt_of: Any
    ) -> None:
        row = pay("99203")
        wire.before_answer = lambda path: deliver_due() and None

        send_due()

        row.refresh_from_db()
        attempt = attempt_of(row)
        assert row.status == "completed"
        assert (attempt.outcome, bool(attempt.conversation_id)) == ("paid", True)
        assert attempt.acknowledged_at is not None
        assert books.differences() == []

    @pytest.mark.parametrize("digits", ["99205", "99206"])
    def test_contradicting_ones_in_either_order_follow_the_money(
        self, wire: Wire, pay: Any, books: Any, digits: str
    ) -> None:
        row = pay(digits)

        wire.run()

        row.refresh_from_db()
        assert (row.status, row.attempts_made) == ("completed", 1)
        assert Alert.objects.filter(kind="contradictory_reports").exists()
        assert books.differences() == []

    def test_thirty_days_late(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, books: Any
    ) -> None:
        pay()
        send_due()
        [callback] = due(simulator, moved)
        wire.post(callback)
        deliver_due()
        moved.forward(days=30)

        wire.post(callback)
        deliver_due()

        assert list(Callback.objects.order_by("id").values_list("outcome", flat=True)) == [
            "applied", "duplicate",
        ]  # fmt: skip
        assert books.differences() == []


class TestForged:
    @pytest.fixture
    def genuine(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock
    ) -> dict[str, Any]:
        """Two payouts under way, and the true callbacks about them that nobody has seen yet."""
        rows = [pay("00001"), pay("00002")]
        send_due()
        found = {each.body: each for each in due(simulator, moved)}
        by_row = {}
        for row in rows:
            row.refresh_from_db()
            by_row[row.msisdn] = row
        return {"rows": rows, "callbacks": list(found.values())}

    def forge(self, callback: Any, body: bytes, *, url: str = "") -> int:
        from urllib.parse import urlsplit

        path = urlsplit(url or callback.url).path
        return Client().post(path, data=body, content_type="application/json").status_code

    def unmoved(self) -> bool:
        """Whether both are still open: neither paid, nor failed, nor to be sent again."""
        statuses = set(DisbursementRequest.objects.values_list("status", flat=True))
        return statuses <= {"accepted", "unknown"}

    @pytest.mark.parametrize(
        "facts",
        [
            {"OriginatorConversationID": "PVNOBODYKNOWSTHIS"},
            {"OriginatorConversationID": "pv"},
            {"OriginatorConversationID": 5},
            {"OriginatorConversationID": None},
            {"ResultCode": True},
            {"ResultCode": 0.9},
            {"ResultCode": None},
            {"ResultCode": "zero"},
            {"ResultParameters": {"ResultParameter": [{"Key": "TransactionAmount", "Value": 1}]}},
        ],
    )
    def test_a_changed_body_settles_nothing(
        self, genuine: dict[str, Any], facts: dict[str, Any]
    ) -> None:
        callback = genuine["callbacks"][0]

        status = self.forge(callback, changed(callback.body, **facts))
        deliver_due()

        assert status == 200
        assert self.unmoved()
        if facts.get("ResultCode") != "zero":
            assert Callback.objects.get().outcome in {"unmatched", "malformed", "contradictory"}
            assert Alert.objects.exists()

    def test_a_success_under_the_secret_of_another_payout_settles_neither(
        self, genuine: dict[str, Any]
    ) -> None:
        first, second = genuine["callbacks"]

        self.forge(first, first.body, url=second.url)
        deliver_due()

        assert self.unmoved()
        assert Callback.objects.get().outcome == "unmatched"

    def test_a_made_up_secret_is_not_even_answered(self, genuine: dict[str, Any]) -> None:
        callback = genuine["callbacks"][0]
        url = callback.url.rstrip("/").rsplit("/", 1)[0] + "/" + "A" * 38 + "/"

        status = self.forge(callback, callback.body, url=url)
        deliver_due()

        assert status == 404
        assert self.unmoved()

    def test_the_receipt_of_another_payout_settles_nothing(self, genuine: dict[str, Any]) -> None:
        first, second = genuine["callbacks"]
        receipt = json.loads(first.body)["Result"]["TransactionID"]
        self.forge(first, first.body)
        deliver_due()

        self.forge(
            second,
            second.body.replace(
                json.loads(second.body)["Result"]["TransactionID"].encode(), receipt.encode()
            ),
        )
        deliver_due()

        assert sorted(DisbursementRequest.objects.values_list("status", flat=True)) == [
            "accepted", "completed",
        ]  # fmt: skip
        assert Alert.objects.filter(kind="report_does_not_fit").exists()

    def test_a_forged_failure_never_leads_to_a_second_payment(
        self, genuine: dict[str, Any], wire: Wire, books: Any
    ) -> None:
        callback = genuine["callbacks"][0]
        forged = {"ResultCode": 100000002, "ResultDesc": "Throttled", "ResultParameters": {}}
        self.forge(callback, changed(callback.body, **forged))

        wire.run()

        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"completed"}
        assert books.attempts() == 2
        assert books.differences() == []
