"""Nobody edits by form, GET changes nothing, a POST needs its token (attacks 20, 21, 29)."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django_q.models import Schedule

from core.admin.base import ReadOnlyAdmin
from core.models import Step
from disbursements.models import DisbursementRequest, Pause, ResultCodeRule
from disbursements.operations.pause import pause
from gateways.models import Callback
from ledger.models import Entry
from tests.staff import REASON, at_the_desk, superuser
from tests.wire import MovedClock
from vault.models import ApiKey

PEOPLE = {User, Group}
MODELS = [model for model in admin.site._registry if model not in PEOPLE]


def named(model: Any, page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


def rows_of_everything(moved: MovedClock) -> None:
    pause(scope="everything", reason=REASON, actor="test", at=moved())
    Callback.objects.create(
        provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=b"{}",
        source_listed=True,
    )  # fmt: skip


class TestNobodyEdits:
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
    def test_every_page_of_ours_is_read_only(self, model: Any) -> None:
        assert isinstance(admin.site._registry[model], ReadOnlyAdmin)

    def test_adding_by_form_is_refused(self, desk: Client) -> None:
        adds = [reverse(named(model, "add")) for model in MODELS]

        statuses = {desk.post(url, {"status": "completed"}).status_code for url in adds}

        assert statuses == {403}

    def test_changing_and_deleting_by_form_is_refused(
        self, desk: Client, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)
        for model in (DisbursementRequest, ResultCodeRule, Pause, Callback, Step, Entry):
            row = model._default_manager.first()
            forged = {"status": "completed", "amount_minor": "1", "reason": "x", "post": "yes"}

            for page in ("change", "delete"):
                answer = desk.post(reverse(named(model, page), args=[row.pk]), forged)
                assert answer.status_code == 403, (model, page)

        accepted.refresh_from_db()
        assert (accepted.status, accepted.amount_minor) == ("accepted", 125_000)

    def test_deleting_by_list_action_is_refused(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        desk.post(
            reverse(named(DisbursementRequest, "changelist")),
            {"action": "delete_selected", "_selected_action": [str(accepted.pk)], "post": "yes"},
        )

        assert DisbursementRequest.objects.filter(pk=accepted.pk).exists()

    def test_a_schedule_cannot_be_added_even_with_the_permission(self, engine_db: None) -> None:
        person = at_the_desk("django_q.add_schedule", "django_q.change_schedule")

        answer = person.post(
            "/admin/django_q/schedule/add/", {"func": "os.system", "args": "'true'"}
        )

        assert answer.status_code == 404
        assert not Schedule.objects.filter(func="os.system").exists()


class TestReading:
    def test_no_page_changes_anything_by_get(
        self, desk: Client, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)
        before = everything()

        statuses = [desk.get(url).status_code for url in every_page(accepted)]

        assert statuses == [200] * len(statuses)
        assert everything() == before

    def test_strangers_are_sent_to_the_login(
        self, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)

        answers = [Client().get(url) for url in every_page(accepted)]

        assert {answer.status_code for answer in answers} == {302}
        assert all("/admin/login/" in answer.headers["Location"] for answer in answers)

    def test_staff_without_permissions_see_no_rows(
        self, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)
        person = at_the_desk()

        statuses = {person.get(url).status_code for url in every_page(accepted)[1:]}

        assert statuses == {403}


class TestActing:
    def test_looking_is_not_acting(self, accepted: DisbursementRequest, moved: MovedClock) -> None:
        rows_of_everything(moved)
        viewer = at_the_desk(
            "disbursements.view_disbursementrequest", "disbursements.view_pause",
            "disbursements.view_resultcoderule", "gateways.view_callback",
        )  # fmt: skip
        before = everything()

        answers = [
            viewer.post(url, {"confirmed": "yes", "reason": REASON, "covers": "everything"})
            for url in confirmations(accepted)
        ]

        assert {answer.status_code for answer in answers} == {403}
        assert everything() == before
        assert (
            "Ask M-Pesa…"
            not in viewer.get(
                reverse(named(DisbursementRequest, "change"), args=[accepted.pk])
            ).content.decode()
        )

    def test_a_post_without_its_token_is_refused(
        self, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)
        person = at_the_desk(is_superuser=True, csrf=True)
        before = everything()

        answers = [
            person.post(url, {"confirmed": "yes", "reason": REASON, "covers": "everything"})
            for url in confirmations(accepted)
        ]

        assert {answer.status_code for answer in answers} == {403}
        assert everything() == before

    def test_a_short_reason_is_refused_and_what_was_typed_stays(
        self, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        rows_of_everything(moved)
        person, before = superuser(), everything()

        for url in confirmations(accepted):
            answer = person.post(url, {"confirmed": "yes", "reason": "short"})
            assert answer.status_code in {200, 422}

        ask = person.post(confirmations(accepted)[0], {"confirmed": "yes", "reason": "short"})
        assert "at least 8 characters" in ask.content.decode()
        assert "short</textarea>" in ask.content.decode()
        assert everything() == before


def confirmations(row: DisbursementRequest) -> list[str]:
    """Every page that asks before it changes something."""
    return [
        reverse(named(DisbursementRequest, "ask"), args=[row.pk]),
        reverse(named(Pause, "start")),
        reverse(named(Pause, "resume"), args=[Pause.objects.latest("pk").pk]),
        reverse(named(ResultCodeRule, "edit"), args=[ResultCodeRule.objects.latest("pk").pk]),
        reverse(named(ResultCodeRule, "classify")),
        reverse(named(Callback, "replay"), args=[Callback.objects.latest("pk").pk]),
        reverse(named(DisbursementRequest, "upload")),
    ]


def every_page(row: DisbursementRequest) -> list[str]:
    """Home, every list, one detail page of each kind that has a row, every confirmation."""
    lists = [reverse(named(model, "changelist")) for model in MODELS]
    firsts = [(model, model._default_manager.first()) for model in MODELS]
    details = [reverse(named(model, "change"), args=[one.pk]) for model, one in firsts if one]
    return [reverse("admin:index"), *lists, *details, *confirmations(row)]


def everything() -> list[Any]:
    """What no reading may change."""
    return [
        Step.objects.count(), Entry.objects.count(), ApiKey.objects.count(),
        list(DisbursementRequest.objects.values_list("pk", "status", "ask_at", "due_at")),
        list(Pause.objects.values_list("pk", "ended_at")),
        list(ResultCodeRule.objects.order_by("pk").values_list("pk", "meaning", "updated_at")),
        list(Callback.objects.values_list("pk", "processed_at", "tries")),
    ]  # fmt: skip
