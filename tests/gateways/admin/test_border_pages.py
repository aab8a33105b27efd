"""Callbacks and calls at the desk: as they arrived, escaped, secrets out; and replaying them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from gateways.models import Call, Callback
from tests.staff import REASON, at_the_desk, superuser

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LIST = "admin:gateways_callback_changelist"
MANY = "admin:gateways_callback_replay-many"
CONFIRMED = {"confirmed": "yes", "reason": REASON}


@pytest.fixture
def desk(db: None) -> Client:
    return superuser()


def arrived(body: bytes = b'{"Result": {}}', **more: Any) -> Callback:
    facts = {"outcome": "applied", "processed_at": AT, "tries": 1} | more
    return Callback.objects.create(
        provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=body,
        source_listed=True, **facts,
    )  # fmt: skip


def page(row: Callback) -> str:
    return reverse("admin:gateways_callback_change", args=[row.pk])


class TestPages:
    @pytest.mark.parametrize(
        ("body", "shown"),
        [
            (b'{"a": "</pre><script>alert(1)</script>"}', "&lt;script&gt;alert(1)"),
            (b'{"access_token": "very-secret"}', "[removed]"),
            (b"\xff\xfe not text \x00", "not text"),
            (b"[" * 5_000, "[[["),
            (b"", "(empty)"),
            (b'{"n": 1e400, "l": "\\ud800"}', "Infinity"),
        ],
    )
    def test_any_body_can_be_looked_at(self, desk: Client, body: bytes, shown: str) -> None:
        row = arrived(body)

        text = desk.get(page(row)).content.decode(errors="replace")

        assert shown in text
        assert "<script>alert" not in text
        assert "very-secret" not in text

    def test_a_call_shows_what_was_sent_and_answered_without_secrets(self, desk: Client) -> None:
        call = Call.objects.create(
            provider="daraja", kind="payout", method="POST",
            url="https://api.example/payment",
            request_body='{"SecurityCredential": "very-secret", "ResultURL": '
            '"https://vault.example/callbacks/daraja/payout/path-secret/"}',
            response_body="<html>busy</html>", http_status=503, started_at=AT, duration_ms=42,
        )  # fmt: skip

        text = desk.get(reverse("admin:gateways_call_change", args=[call.pk])).content.decode()

        assert "&lt;html&gt;busy" in text
        assert "HTTP 503" in text
        assert "very-secret" not in text
        assert "path-secret" not in text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"outcome": "malformed"}, 1), ({"outcome": "unread"}, 1), ({"q": "subject-1"}, 0),
            ({"source": "unlisted"}, 0), ({}, 3),
        ],
    )  # fmt: skip
    def test_filters_and_search(self, desk: Client, query: dict[str, str], found: int) -> None:
        arrived(subject_id="subject-1")
        arrived(outcome="malformed")
        arrived(outcome="", processed_at=None)

        answer = desk.get(reverse(LIST), query)

        if "q" in query:
            assert answer.status_code == 302
        else:
            assert answer.context["cl"].result_count == found

    def test_a_part_of_the_body_is_found(self, desk: Client) -> None:
        row = arrived(b'{"ConversationID": "AG_20261121_77"}')
        arrived()

        answer = desk.get(reverse(LIST), {"q": "AG_20261121_77"})

        assert answer.headers["Location"] == page(row)


class TestReplaying:
    def test_one_is_read_again_and_the_reason_is_kept(self, desk: Client) -> None:
        row = arrived()

        desk.post(reverse("admin:gateways_callback_replay", args=[row.pk]), CONFIRMED)

        row.refresh_from_db()
        assert row.processed_at is None
        assert Step.objects.filter(subject_type="Callback", because__contains=REASON).count() == 1

    def test_ticked_rows_are_only_listed_until_confirmed(self, desk: Client) -> None:
        rows = [arrived(), arrived()]
        ids = [str(row.pk) for row in rows]

        answer = desk.post(
            reverse(LIST), {"action": "replay_selected", "_selected_action": ids, "index": 0}
        )

        assert "Replay 2 callbacks" in answer.content.decode()
        assert answer.context["hidden"] == [("ids", each) for each in ids[::-1]]
        assert not Callback.objects.filter(processed_at=None).exists()

    def test_confirmed_ids_are_replayed_and_no_others(self, desk: Client) -> None:
        chosen, other = arrived(), arrived()

        desk.post(reverse(MANY), {**CONFIRMED, "ids": [str(chosen.pk)]})

        chosen.refresh_from_db()
        other.refresh_from_db()
        assert chosen.processed_at is None
        assert other.processed_at == AT

    def test_above_the_limit_nothing_is_changed(
        self, desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.admin.confirm.ROWS_MAX", 2)
        ids = [str(arrived().pk) for _ in range(3)]

        answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": ids})

        assert "select 2 at the most" in answer.content.decode()
        assert not Callback.objects.filter(processed_at=None).exists()

    def test_ids_that_are_none_change_nothing(self, desk: Client) -> None:
        for ids in ([], ["x"], ["999999999"], ["1; DROP TABLE"]):
            answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": ids})

            assert answer.status_code == 200

    def test_those_who_only_look_have_no_such_action(self, db: None) -> None:
        viewer = at_the_desk("gateways.view_callback")
        row = arrived()

        viewer.post(
            reverse(LIST), {"action": "replay_selected", "_selected_action": [str(row.pk)]}
        )

        assert "Replay the selected" not in viewer.get(reverse(LIST)).content.decode()
        row.refresh_from_db()
        assert row.processed_at == AT


class TestThoseWhoMayNotSeePhones:
    @pytest.fixture
    def viewer(self, db: None) -> Client:
        return at_the_desk("gateways.view_callback")

    @pytest.mark.parametrize("term", ["2547", "254700", "254700100001", "AG_20261121_77"])
    def test_no_part_of_a_body_is_found(self, viewer: Client, term: str) -> None:
        arrived(b'{"ConversationID": "AG_20261121_77", "to": "254700100001 - Amina"}')

        answer = viewer.get(reverse(LIST), {"q": term})

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0
        assert "searched only for those" in answer.content.decode()

    def test_a_whole_id_is_found(self, viewer: Client) -> None:
        row = arrived(subject_id="subject-1")

        answer = viewer.get(reverse(LIST), {"q": "subject-1"})

        assert answer.headers["Location"] == page(row)

    def test_a_note_shows_no_whole_phone(self, viewer: Client) -> None:
        row = arrived(note="254700100001 is not known")

        texts = [viewer.get(each).content.decode() for each in (reverse(LIST), page(row))]

        assert all("254700•••001 is not known" in text for text in texts)
        assert not any("254700100001" in text for text in texts)
