"""Keys and tokens that are wrong, over, forged or not enough: at every address of these calls."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from core import clock
from reconciliation.models import CheckRequest, ReconciliationRun
from tests.disbursements.api.conftest import Caller
from tests.people import a_person, token_of
from tests.reconciliation.api.conftest import CHECK, PATH, VIEW, Staff
from tests.watching import TableSource
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_api_key import add_api_key, revoke_api_key

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
GETS = ("stats", "active", "history", "runs", "findings", f"findings/{NOBODY}", f"bulk/{NOBODY}",
        "alerts")  # fmt: skip
POSTS = (f"session/{NOBODY}", f"queue/{NOBODY}", "bulk", f"findings/{NOBODY}/dismiss",
         "alerts/1/acknowledge", "alerts/1/assign", "alerts/1/close")  # fmt: skip


def everywhere(caller: Caller) -> set[tuple[int, str]]:
    """The status and the code of each address."""
    answers = [caller.get(f"{PATH}/{name}") for name in GETS]
    answers += [caller.post({}, path=f"{PATH}/{name}") for name in POSTS]
    return {(answer.status_code, answer.json().get("code", "")) for answer in answers}


class TestAddresses:
    def test_these_are_all_there_are(self) -> None:
        routes = [
            str(each.pattern)
            for pattern in get_resolver().url_patterns
            if str(pattern.pattern) == "api/"
            for each in getattr(pattern, "url_patterns", [])
            if str(each.pattern).startswith("real-time-reconciliation")
        ]

        assert len(routes) == 2 * len(GETS + POSTS)
        assert len([route for route in routes if route.endswith("/")]) == len(GETS + POSTS)


class TestRefused:
    def test_nobody(self, engine_db: None) -> None:
        assert everywhere(Caller()) == {(401, "key_missing")}

    def test_a_token_that_is_over(self, staff: Staff, moved: MovedClock) -> None:
        caller = staff()
        moved.forward(minutes=16)

        assert everywhere(caller) == {(401, "token_expired")}

    def test_a_forged_token(self, staff: Staff) -> None:
        caller = staff()
        head, claims, signature = caller.key.split(".")
        caller.key = f"{head}.{claims}.{signature[::-1]}"

        assert everywhere(caller) == {(401, "token_invalid")}

    def test_a_token_of_nobodys_making(self, engine_db: None) -> None:
        unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."

        assert {status for status, _ in everywhere(Caller(unsigned))} == {401}

    def test_a_revoked_key(self, key: Caller) -> None:
        revoke_api_key(key=key.key, actor="test", at=clock.now())

        assert everywhere(key) == {(401, "key_revoked")}

    @pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
    def test_an_account_that_is_lost(
        self, engine_db: None, moved: MovedClock, change: dict[str, bool]
    ) -> None:
        user = a_person(VIEW, CHECK)
        caller = Caller(token_of(user, at=moved()))
        User.objects.filter(pk=user.pk).update(**change)

        assert everywhere(caller) == {(401, "token_ended")}

    def test_a_key_that_only_writes_sees_nothing(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        made = add_api_key(
            partner_id=a_partner.pk, actor="test", at=moved(), scopes=["disburse:write"]
        )

        assert {status for status, _ in everywhere(Caller(made.key))} == {403}


class TestRightsThatAreLost:
    def test_they_are_read_anew_at_every_call(
        self, source: TableSource, moved: MovedClock
    ) -> None:
        source.say("1")
        user = a_person(VIEW, CHECK)
        caller = Caller(token_of(user, at=moved()))

        def asked() -> list[Any]:
            return [
                caller.get(f"{PATH}/stats"),
                caller.post({}, path=f"{PATH}/session/1"),
                caller.post({}, path=f"{PATH}/queue/1"),
                caller.post({"sessionIds": ["1"]}, path=f"{PATH}/bulk"),
            ]

        before = [answer.status_code for answer in asked()]
        rows = (ReconciliationRun.objects.count(), CheckRequest.objects.count())
        user.user_permissions.clear()
        after = asked()

        assert before == [200, 200, 202, 202]
        assert {(answer.status_code, answer.json()["code"]) for answer in after} == {
            (403, "permission_missing")
        }
        assert (ReconciliationRun.objects.count(), CheckRequest.objects.count()) == rows


class TestOthers:
    def test_a_session_of_the_desk_is_no_key(self, engine_db: None) -> None:
        client = Client()
        client.force_login(a_person(VIEW, CHECK))

        answers = [client.get(f"{PATH}/stats"), client.post(f"{PATH}/session/1")]

        assert {answer.status_code for answer in answers} == {401}
