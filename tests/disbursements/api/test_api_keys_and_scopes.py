"""Who may ask: keys, scopes, and what refusals look like."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from disbursements.models import DisbursementRequest
from vault.models import ApiKey, Partner
from vault.operations.add_api_key import add_api_key, revoke_api_key
from vault.rules import api_key

pytestmark = pytest.mark.django_db


class TestKeys:
    @pytest.mark.parametrize(
        "header",
        [None, "", "Bearer", "Bearer ", "Bearer pv_short", "Basic dXNlcjpwYXNz", "pv_" + "a" * 43,
         "Bearer " + "x" * 8000, "Bearer pv_" + "a" * 44, "Bearer pv_" + "\u00e9" * 43,
         "Token pv_" + "a" * 43],
    )  # fmt: skip
    def test_without_a_key_it_is_401_with_a_sentence(
        self, nobody: Any, body: dict, header: str | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header}

        answer = nobody.post(body, headers=headers)

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert "Authorization: Bearer pv_" in answer.json()["error"]
        assert not DisbursementRequest.objects.exists()

    def test_an_unknown_key_is_401(self, nobody: Any, body: dict) -> None:
        answer = nobody.post(body, headers={"Authorization": f"Bearer {api_key.new_key()}"})

        assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")

    def test_a_revoked_key_is_401(self, api: Any, body: dict) -> None:
        revoke_api_key(key=api.key, actor="test", at=clock.now())

        answer = api.post(body)

        assert (answer.status_code, answer.json()["code"]) == (401, "key_revoked")
        assert not DisbursementRequest.objects.exists()

    def test_a_key_of_an_inactive_partner_is_401(
        self, api: Any, partner: Partner, body: dict
    ) -> None:
        Partner.objects.filter(pk=partner.pk).update(is_active=False)

        answer = api.post(body)

        assert (answer.status_code, answer.json()["code"]) == (401, "partner_inactive")

    def test_the_scheme_is_case_blind(self, api: Any, nobody: Any) -> None:
        answer = nobody.client.get("/api/disburse", headers={"Authorization": f"bearer {api.key}"})

        assert answer.status_code == 200

    def test_its_use_is_noted_once_a_minute(self, api: Any) -> None:
        started_at = clock.now()
        with clock.reading_from(lambda: started_at):
            api.get()
        with (
            clock.reading_from(lambda: started_at + timedelta(seconds=59)),
            CaptureQueriesContext(connection) as queries,
        ):
            api.get()
        within = ApiKey.objects.get().last_used_at
        with clock.reading_from(lambda: started_at + timedelta(seconds=61)):
            api.get()

        assert within == started_at
        assert not any(query["sql"].startswith("UPDATE") for query in queries)
        assert ApiKey.objects.get().last_used_at == started_at + timedelta(seconds=61)


class TestScopes:
    def test_reading_needs_its_scope(self, partner: Partner, api: Any) -> None:
        api.key = add_api_key(
            partner_id=partner.pk, scopes=[api_key.WRITE], actor="test", at=clock.now()
        ).key

        answer = api.get()

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert "disburse:read" in answer.json()["error"]

    def test_instructing_needs_its_scope(self, partner: Partner, api: Any, body: dict) -> None:
        api.key = add_api_key(
            partner_id=partner.pk, scopes=[api_key.READ], actor="test", at=clock.now()
        ).key

        answer = api.post(body)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
        assert not DisbursementRequest.objects.exists()
