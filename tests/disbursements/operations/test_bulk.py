"""One verb over many: looked at first, then frozen by id; refused, and partners kept apart."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.callers import NotAllowed
from disbursements.models import BulkItem, BulkRun, DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.bulk import BadOptions, BadSelection, NothingSelected, TooMany
from disbursements.rules import by_hand
from tests.disbursements.acting import REASON, Hand, amina, last_step
from tests.wire import MovedClock
from vault.operations.add_partner import add_partner

Sent = Callable[..., DisbursementRequest]
LIMIT: dict[str, Any] = {"selection": {}, "verb": "change_limit"}


class TestPreview:
    def test_it_counts_what_would_be_done_and_why_the_rest_would_not(
        self, proven: Sent, sent: Sent, pay: Any, hand: Hand, moved: MovedClock
    ) -> None:
        waits, fails, taken, new = proven(), proven("00002", "2040"), sent("00003"), pay("00004")

        seen = hand.preview("retry", selection={})

        assert (seen.count, seen.totals) == (1, {"KES": 125_000})
        assert (seen.oldest, seen.newest) == (waits.created_at, waits.created_at)
        assert seen.first == [waits]
        assert seen.skipped == {
            by_hand.PERMANENT: 1, by_hand.STANDS[taken.status]: 1, by_hand.STANDS[new.status]: 1
        }  # fmt: skip
        assert hand.preview("force", selection={}).first == [fails]

    def test_it_changes_nothing(self, proven: Sent, hand: Hand) -> None:
        row = proven()
        step = last_step(row)

        hand.preview("retry", row)

        assert last_step(row) == step
        assert not BulkRun.objects.exists()

    def test_ids_that_are_not_there_are_told(self, pay: Any, hand: Hand) -> None:
        row = pay()

        seen = hand.preview("cancel", ids=[row.pk, row.pk, uuid4()])

        assert (seen.count, seen.skipped) == (1, {by_hand.NOT_FOUND: 1})

    def test_the_first_ten_are_shown_newest_first(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        rows = queued(12)

        seen = hand.preview("cancel", selection={"status": "queued"})

        assert seen.count == 12
        assert len(seen.first) == 10
        assert set(seen.first) <= set(rows)

    def test_it_says_the_same_as_the_payouts_own_page(
        self, proven: Sent, hand: Hand, moved: MovedClock
    ) -> None:
        rows = [proven(), proven("00002", "2040")]

        for row in rows:
            alone = bulk.why_not(row, at=moved())
            for verb in ("retry", "force", "bring_forward", "stop_retrying", "cancel", "ask"):
                seen = hand.preview(verb, row)
                many = bulk.why_not_many(rows, verb=verb, at=moved())
                assert list(seen.skipped) == ([alone[verb]] if alone[verb] else [])
                assert many[row.pk] == alone[verb]


class TestStart:
    def test_what_is_selected_is_frozen_with_its_total(self, queued: Any, hand: Hand) -> None:
        queued(3)

        run = hand.start("cancel", selection={"status": "queued"})

        assert (run.status, run.total, run.totals) == ("running", 3, {"KES": 375_000})
        assert (run.actor, run.origin, run.reason) == ("amina", "admin", REASON)
        assert BulkItem.objects.filter(run=run, settled_at=None).count() == 3
        assert DisbursementRequest.objects.filter(status="queued").count() == 3
        assert last_step(run).because == f"Cancel: {REASON}"

    def test_what_comes_later_is_not_in_it(self, queued: Any, pay: Any, hand: Hand) -> None:
        queued(1)
        run = hand.start("cancel", selection={})
        late = pay("00009")

        bulk.work(run_id=run.pk)

        late.refresh_from_db()
        assert late.status == "queued"

    def test_what_changed_meanwhile_is_skipped_with_its_reason(
        self, queued: Any, memory: Any, hand: Hand
    ) -> None:
        from disbursements.operations.send import send_due

        queued(2)
        run = hand.start("cancel", selection={})
        send_due()

        bulk.work(run_id=run.pk)

        run.refresh_from_db()
        assert (run.status, run.done, run.skipped) == ("finished", 0, 2)
        assert bulk.skips(run) == {by_hand.STANDS["accepted"]: 2}

    def test_the_same_run_again_is_that_run(self, queued: Any, hand: Hand) -> None:
        rows, run_id = queued(2), uuid4()

        first = hand.start("cancel", *rows, run_id=run_id)
        again = hand.start("cancel", *rows, run_id=run_id)

        assert first.pk == again.pk == run_id
        assert (BulkRun.objects.count(), BulkItem.objects.count()) == (1, 2)

    def test_another_persons_run_is_not_begun_again(self, queued: Any, hand: Hand) -> None:
        rows = queued(1)
        run = hand.start("cancel", *rows)
        BulkRun.objects.filter(pk=run.pk).update(actor="brian")

        with pytest.raises(NotAllowed):
            hand.start("cancel", *rows, run_id=run.pk)

    def test_at_the_same_moment_one_is_begun(self, queued: Any, hand: Hand, together: Any) -> None:
        rows, run_id = queued(3), uuid4()

        runs = together(*[lambda: hand.start("cancel", *rows, run_id=run_id)] * 4)

        assert {run.pk for run in runs} == {run_id}
        assert BulkItem.objects.count() == 3

    @pytest.mark.parametrize(
        ("more", "error"),
        [
            ({"selection": {"status": "gone"}}, BadSelection),
            ({"selection": {"colour": "red"}}, BadSelection),
            ({"selection": {"status": "failed"}}, NothingSelected),
            ({"selection": {"search": "no-such-reference"}}, NothingSelected),
            ({"ids": []}, NothingSelected),
            ({}, NothingSelected),
            ({"ids": [uuid4()]}, NothingSelected),
            ({"selection": {}, "reason": "short"}, BadOptions),
            ({"selection": {}, "verb": "burn"}, BadOptions),
            ({"selection": {}, "options": {"max_retries": 3}}, BadOptions),
            ({"selection": {}, "verb": "change_limit"}, BadOptions),
            (LIMIT | {"options": {"max_retries": 11}}, BadOptions),
            (LIMIT | {"options": {"max_retries": -1}}, BadOptions),
            (LIMIT | {"options": {"max_retries": True}}, BadOptions),
            ({"selection": {}, "verb": "bring_forward", "options": {"at": "noon"}}, BadOptions),
            ({"selection": {}, "verb": "bring_forward", "options": {"at": "2026-11-22T10:00"}},
             BadOptions),
            ({"selection": {}, "verb": "bring_forward",
              "options": {"at": "2026-11-20T10:00+03:00"}}, BadOptions),
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(
        self, queued: Any, hand: Hand, more: dict[str, Any], error: type[Exception]
    ) -> None:
        queued(1)

        with pytest.raises(error):
            hand.start(**({"verb": "cancel"} | more))

        assert not BulkRun.objects.exists()
        assert not BulkItem.objects.exists()

    def test_too_many_change_nothing(
        self, queued: Any, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = queued(3)
        monkeypatch.setattr(bulk, "BULK_MAX", 2)

        for named in (rows, []):
            more = {} if named else {"selection": {}}
            with pytest.raises(TooMany, match="More than 2 payouts"):
                hand.start("cancel", *named, **more)
            with pytest.raises(TooMany):
                hand.preview("cancel", *named, **more)

        assert not BulkItem.objects.exists()
        monkeypatch.setattr(bulk, "BULK_MAX", 3)
        assert hand.start("cancel", *rows).total == 3

    @pytest.mark.parametrize("verb", sorted(bulk.VERB_PERMISSIONS))
    def test_each_verb_demands_its_permission(self, queued: Any, hand: Hand, verb: str) -> None:
        rows = queued(1)
        others = set(bulk.VERB_PERMISSIONS.values()) - {bulk.VERB_PERMISSIONS[verb]}
        options = {"max_retries": 1} if verb == "change_limit" else {}

        for call in (hand.start, hand.preview):
            with pytest.raises(NotAllowed, match=bulk.VERB_PERMISSIONS[verb]):
                call(verb, *rows, caller=amina(None, *others), options=options)
            call(verb, *rows, caller=amina(None, bulk.VERB_PERMISSIONS[verb]), options=options)


class TestPartnersApart:
    def test_another_partners_payouts_are_not_found(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        mine = queued(2)
        other = add_partner(name="Baraka Example Ltd", actor="test", at=moved())

        with pytest.raises(NothingSelected):
            hand.start("cancel", *mine, caller=amina([other.pk]))
        with pytest.raises(NothingSelected):
            hand.start("cancel", selection={}, caller=amina([other.pk]))
        seen = hand.preview("cancel", *mine, caller=amina([other.pk]))

        assert (seen.count, seen.skipped) == (0, {by_hand.NOT_FOUND: 2})

    def test_named_beside_ones_own_they_are_skipped_as_not_found(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        rows = queued(2)
        mine = amina([rows[0].partner_id])

        done = hand.does("cancel", ids=[rows[0].pk, uuid4()], caller=mine)

        run = BulkRun.objects.get()
        assert done == {"": 1, by_hand.NOT_FOUND: 1}
        assert (run.total, run.done, run.skipped, run.status) == (2, 1, 1, "finished")

    def test_another_partners_run_is_not_stopped(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        run = hand.start("cancel", *queued(1))
        other = add_partner(name="Baraka Example Ltd", actor="test", at=moved())

        with pytest.raises(bulk.NoSuchRun):
            bulk.stop(run_id=run.pk, reason=REASON, caller=amina([other.pk]), at=moved())
