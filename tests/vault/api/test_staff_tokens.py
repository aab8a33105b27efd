"""Staff tokens: what ends them, and what was never one."""

import base64
import json
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.people import a_person, token_of
from tests.wire import MovedClock
from vault.operations import staff_tokens

pytestmark = pytest.mark.django_db
VIEW = "disbursements.view_disbursementrequest"


@pytest.fixture
def user() -> User:
    return a_person(VIEW)


@pytest.fixture
def token(user: User, moved: MovedClock) -> str:
    return token_of(user, at=moved())


def asked(token: str) -> tuple[int, str]:
    answer = Client().get("/api/disburse", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("code", "")


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


class TestEnded:
    def test_by_a_changed_password(self, user: User, token: str) -> None:
        user.set_password("another one")
        user.save()

        assert asked(token) == (401, "token_ended")

    @pytest.mark.parametrize("lost", ["is_active", "is_staff"])
    def test_by_a_lost_account(self, user: User, token: str, lost: str) -> None:
        User.objects.filter(pk=user.pk).update(**{lost: False})

        assert asked(token) == (401, "token_ended")

    def test_by_an_account_that_is_gone(self, user: User, token: str) -> None:
        user.delete()

        assert asked(token) == (401, "token_ended")

    def test_a_permission_that_is_taken_away_is_gone_at_once(self, user: User, token: str) -> None:
        before = asked(token)
        user.user_permissions.clear()

        assert before == (200, "")
        assert asked(token) == (403, "permission_missing")


class TestKeys:
    def test_a_token_of_the_key_before_is_good_while_it_is_a_fallback(
        self, token: str, settings: Any
    ) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
        as_fallback = asked(token)
        settings.SECRET_KEY_FALLBACKS = []

        assert as_fallback == (200, "")
        assert asked(token) == (401, "token_invalid")

    def test_the_secret_key_itself_signs_nothing(self, token: str) -> None:
        forged = jwt.encode(claims_of(token), settings.SECRET_KEY, algorithm="HS256")

        assert asked(forged) == (401, "token_invalid")


class TestForged:
    def test_another_signature_is_invalid(self, token: str) -> None:
        forged = jwt.encode(claims_of(token), "k" * 32, algorithm="HS256")

        assert asked(forged) == (401, "token_invalid")

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256", ""])
    def test_another_algorithm_is_invalid(self, token: str, algorithm: str) -> None:
        _, content, signature = token.split(".")
        header = part({"alg": algorithm, "typ": "JWT"})

        assert asked(f"{header}.{content}.{signature}") == (401, "token_invalid")
        assert asked(f"{header}.{content}.") == (401, "token_invalid")

    def test_our_key_with_another_algorithm_is_invalid(self, token: str) -> None:
        key = staff_tokens._key(settings.SECRET_KEY)
        with pytest.warns(jwt.InsecureKeyLengthWarning):
            forged = jwt.encode(claims_of(token), key, algorithm="HS512")

        assert asked(forged) == (401, "token_invalid")

    def test_another_persons_name_under_the_same_signature_is_invalid(self, token: str) -> None:
        header, _, signature = token.split(".")
        other = part(claims_of(token) | {"sub": str(a_person(is_superuser=True).pk)})

        assert asked(f"{header}.{other}.{signature}") == (401, "token_invalid")

    @pytest.mark.parametrize("claim", ["sub", "iat", "exp", "jti", "pwd"])
    def test_a_claim_that_is_missing_makes_it_invalid(self, token: str, claim: str) -> None:
        claims = claims_of(token)
        del claims[claim]
        key = staff_tokens._key(settings.SECRET_KEY)

        assert asked(jwt.encode(claims, key, algorithm="HS256")) == (401, "token_invalid")

    @pytest.mark.parametrize(
        "claims", [{"sub": "x"}, {"exp": "soon"}, {"exp": 1e30}, {"iat": None}, {"sub": ""}]
    )
    def test_a_claim_of_another_kind_makes_it_invalid(self, token: str, claims: dict) -> None:
        key = staff_tokens._key(settings.SECRET_KEY)
        forged = jwt.encode(claims_of(token) | claims, key, algorithm="HS256")

        assert asked(forged) == (401, "token_invalid")

    @pytest.mark.parametrize("text", ["..", "a.b.c", "x" * 3000 + ".y.z", "é.é.é", "a.b"])
    def test_what_is_no_token_is_401(self, text: str) -> None:
        assert asked(text)[0] == 401
