"""POST /api/auth/token: who gets a token, and how often a wrong password may be tried."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.http import HttpResponse
from django.test import Client

from tests.people import PASSWORD, a_person
from tests.wire import MovedClock
from vault.models import Partner, SignInCount
from vault.operations.add_partner import add_partner
from vault.operations.sign_in import forget_old_counts
from vault.rules.sign_in import TRIES_OF_A_NAME_MAX, TRIES_OF_AN_ADDRESS_MAX

pytestmark = pytest.mark.django_db


def sign_in(
    username: Any, password: Any = PASSWORD, *, address: str = "198.51.100.7", **more: Any
) -> HttpResponse:
    body = {"username": username, "password": password, **more}
    return Client(raise_request_exception=False).post(
        "/api/auth/token", json.dumps(body), content_type="application/json", REMOTE_ADDR=address
    )


@pytest.fixture(autouse=True)
def standing(moved: MovedClock) -> MovedClock:
    return moved


class TestToken:
    def test_it_opens_the_api_for_fifteen_minutes(self, moved: MovedClock) -> None:
        user = a_person("disbursements.view_disbursementrequest", first_name="Amina")

        answer = sign_in(user.username).json()
        headers = {"Authorization": f"Bearer {answer['token']}"}
        in_time = Client().get("/api/disburse", headers=headers)
        moved.forward(minutes=15)
        too_late = Client().get("/api/disburse", headers=headers)

        assert answer["success"] is True
        assert answer["expiresAt"] == "2026-11-21T11:15:00+03:00"
        assert answer["user"] == {"username": user.username, "name": "Amina", "partner": None}
        assert answer["permissions"] == ["disbursements.view_disbursementrequest"]
        assert in_time.status_code == 200
        assert (too_late.status_code, too_late.json()["code"]) == (401, "token_expired")

    def test_it_is_kept_by_nobody_on_the_way(self) -> None:
        answer = sign_in(a_person().username)

        assert answer["Cache-Control"] == "no-store"

    def test_a_partners_own_staff_are_told_whose_they_are(self, moved: MovedClock) -> None:
        partner: Partner = add_partner(name="Umoja Example Ltd", actor="test", at=moved())
        user = a_person(partner=partner)

        assert sign_in(user.username).json()["user"]["partner"] == str(partner.pk)


class TestRefused:
    def test_unknown_wrong_inactive_and_not_staff_look_alike(self) -> None:
        answers = [
            sign_in("nobody"),
            sign_in(a_person().username, "wrong"),
            sign_in(a_person(is_active=False).username),
            sign_in(a_person(is_staff=False).username),
        ]

        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].json()["code"] == "sign_in_wrong"
        assert answers[0]["WWW-Authenticate"].startswith("Bearer")

    def test_an_unknown_name_costs_as_many_hashes_as_a_wrong_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str] = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher, "encode",
            lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
        )  # fmt: skip
        user = a_person()

        hashed.clear()
        sign_in(user.username, "wrong")
        of_the_known = len(hashed)
        hashed.clear()
        sign_in("nobody", "wrong")

        assert len(hashed) == of_the_known == 1

    @pytest.mark.parametrize(
        ("body", "fields"),
        [({"password": None}, {"password"}), ({"username": 7}, {"username"}),
         ({"username": ""}, {"username"}), ({"username": "x" * 151}, {"username"}),
         ({"password": "x" * 1001}, {"password"}), ({"password": ["x"]}, {"password"}),
         ({"otp": "1", "password": True}, {"otp", "password"})],
    )  # fmt: skip
    def test_a_wrong_field_is_400_and_named(self, body: dict, fields: set[str]) -> None:
        answer = sign_in(**({"username": "amina", "password": "x"} | body))

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == fields
        assert not SignInCount.objects.exists()

    def test_a_body_of_another_kind_is_refused(self) -> None:
        client = Client(raise_request_exception=False)

        form = client.post("/api/auth/token", {"username": "a", "password": "b"})
        empty = client.post("/api/auth/token", "", content_type="application/json")
        read = client.get("/api/auth/token")

        assert (form.status_code, empty.status_code, read.status_code) == (415, 400, 405)


class TestThrottled:
    def test_after_too_many_failures_the_right_password_does_not_help(
        self, moved: MovedClock
    ) -> None:
        user = a_person()
        for _ in range(TRIES_OF_A_NAME_MAX):
            sign_in(user.username, "wrong")

        moved.forward(minutes=5)
        throttled = sign_in(user.username)
        moved.forward(minutes=10)
        afterwards = sign_in(user.username)

        assert (throttled.status_code, throttled.json()["code"]) == (429, "throttled")
        assert throttled["Retry-After"] == "600"
        assert "Try again in 10 minutes" in throttled.json()["error"]
        assert afterwards.status_code == 200

    def test_a_name_is_counted_from_all_addresses_and_however_it_is_written(self) -> None:
        user = a_person()
        for number in range(TRIES_OF_A_NAME_MAX):
            sign_in(user.username.upper() if number % 2 else user.username, "wrong",
                    address=f"198.51.100.{number}")  # fmt: skip

        assert sign_in(user.username, address="192.0.2.1").status_code == 429
        assert sign_in(a_person().username, address="198.51.100.1").status_code == 200

    def test_an_address_is_counted_over_all_names(self) -> None:
        for number in range(TRIES_OF_AN_ADDRESS_MAX):
            sign_in(f"nobody{number}", "wrong", address="2001:db8::1")
        user = a_person()

        assert sign_in(user.username, address="2001:db8::ffff").status_code == 429
        assert sign_in(user.username, address="2001:db8:0:1::1").status_code == 200

    def test_an_address_that_is_throttled_throttles_no_name(self) -> None:
        user = a_person()
        for number in range(TRIES_OF_AN_ADDRESS_MAX):
            sign_in(f"nobody{number}", "wrong", address="192.0.2.9")
        for _ in range(TRIES_OF_A_NAME_MAX + 5):
            sign_in(user.username, "wrong", address="192.0.2.9")

        assert sign_in(user.username).status_code == 200

    def test_what_was_right_is_no_failure(self) -> None:
        user = a_person()
        for _ in range(TRIES_OF_A_NAME_MAX * 2):
            assert sign_in(user.username).status_code == 200

        assert set(SignInCount.objects.values_list("count", flat=True)) == {0}

    def test_a_name_is_kept_as_a_digest(self) -> None:
        sign_in("my-secret-password", "wrong")

        assert not SignInCount.objects.filter(key__contains="my-secret").exists()

    def test_old_counts_are_forgotten(self, moved: MovedClock) -> None:
        sign_in("nobody", "wrong")
        moved.forward(hours=25)
        sign_in("nobody", "wrong")

        forgotten = forget_old_counts(at=moved())

        assert (forgotten, SignInCount.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_guesses_that_arrive_together_are_all_counted(
        self, together: Callable[..., list[Any]], moved: MovedClock
    ) -> None:
        user = a_person()
        for _ in range(TRIES_OF_A_NAME_MAX - 2):
            sign_in(user.username, "wrong")

        answers = together(*[lambda: sign_in(user.username, "wrong").status_code] * 6)

        assert sorted(answers) == [401, 401, 429, 429, 429, 429]


class TestAdminPage:
    def log_in(self, username: str, password: str) -> HttpResponse:
        return Client().post("/admin/login/", {"username": username, "password": password})

    def test_it_counts_with_the_api(self, moved: MovedClock) -> None:
        user = a_person()
        for number in range(TRIES_OF_A_NAME_MAX):
            if number % 2:
                self.log_in(user.username, "wrong")
            else:
                sign_in(user.username, "wrong")

        page, token = self.log_in(user.username, PASSWORD), sign_in(user.username)

        assert page.status_code == 200
        assert b"Too many sign-ins failed. Try again in 15 minutes." in page.content
        assert token.status_code == 429

    def test_who_is_right_gets_in_and_costs_nothing(self) -> None:
        user = a_person()

        answers = {self.log_in(user.username, PASSWORD).status_code for _ in range(12)}

        assert answers == {302}

    def test_a_wrong_password_says_so_as_before(self) -> None:
        page = self.log_in(a_person().username, "wrong")

        assert b"Please enter the correct username and password" in page.content


def test_windows_end_on_time(moved: MovedClock) -> None:
    from vault.rules.sign_in import wait_s, window_at

    at = datetime.fromisoformat("2026-11-21T11:14:59.5+03:00")

    assert window_at(at) == datetime.fromisoformat("2026-11-21T11:00+03:00")
    assert wait_s(at) == 1
