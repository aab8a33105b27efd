"""Staff tokens at every address: who is let in, and what they may see and do there."""

from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from django.contrib.auth.models import User

from disbursements.models import DisbursementRequest
from tests.disbursements.api.conftest import Caller, add_caller
from tests.people import a_person, token_of
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

ADD, VIEW = "disbursements.add_disbursementrequest", "disbursements.view_disbursementrequest"
PHONES = "disbursements.see_phones"
ONE = f"/api/disburse/{UUID(int=7)}"
RUN = f"/api/disburse/bulk-runs/{UUID(int=7)}"
GETS = [
    "/api/disburse", ONE, "/api/disburse/retry", "/api/disburse/retry/statistics",
    "/api/disburse/export", "/api/disburse/bulk-runs", RUN,
]  # fmt: skip
POSTS = [
    "/api/disburse", "/api/disburse/retry", f"{RUN}/stop",
    *[f"{ONE}/{verb}" for verb in ("cancel", "bring-forward", "stop-retrying", "max-retries",
                                   "ask")],
]  # fmt: skip
CALLS = [("get", path) for path in GETS] + [("post", path) for path in POSTS]


def call(caller: Caller, method: str, path: str) -> Any:
    return caller.get(path) if method == "get" else caller.post({}, path=path)


@pytest.fixture
def user(engine_db: None) -> User:
    """Somebody who may do everything."""
    return a_person(is_superuser=True)


@pytest.mark.parametrize(("method", "path"), CALLS)
class TestEveryAddress:
    def test_nobody_is_let_in_without_a_token_that_holds(
        self, user: User, moved: MovedClock, method: str, path: str
    ) -> None:
        good = token_of(user, at=moved())
        header, content, signature = good.split(".")
        claims = jwt.decode(good, options={"verify_signature": False})
        expired = token_of(user, at=moved())
        moved.forward(minutes=15)
        bad = {
            "": "key_missing",
            expired: "token_expired",
            jwt.encode(claims, "k" * 32, algorithm="HS256"): "token_invalid",
            f"eyJhbGciOiJub25lIn0.{content}.": "token_invalid",
            f"{header}.{content}.{signature[::-1]}": "token_invalid",
        }

        codes = {token: call(Caller(token), method, path) for token in bad}

        assert {answer.status_code for answer in codes.values()} == {401}
        assert {token: answer.json()["code"] for token, answer in codes.items()} == bad

    def test_nobody_is_let_in_whose_account_or_password_changed(
        self, user: User, moved: MovedClock, method: str, path: str
    ) -> None:
        caller = Caller(token_of(user, at=moved()))
        User.objects.filter(pk=user.pk).update(is_active=False)
        inactive = call(caller, method, path)
        user.is_active = True
        user.set_password("another one")
        user.save()
        changed = call(caller, method, path)

        assert (inactive.status_code, inactive.json()["code"]) == (401, "token_ended")
        assert (changed.status_code, changed.json()["code"]) == (401, "token_ended")

    def test_a_person_without_permissions_is_refused(
        self, person: Any, method: str, path: str
    ) -> None:
        answer = call(person(), method, path)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
        assert "disbursements." in answer.json()["error"]

    def test_a_person_who_may_is_let_in(
        self, user: User, moved: MovedClock, method: str, path: str
    ) -> None:
        answer = call(Caller(token_of(user, at=moved())), method, path)

        assert answer.status_code in ({200, 404} if method == "get" else {400, 404})


class TestInstructing:
    def test_a_person_of_all_partners_names_the_partner(
        self, person: Any, a_shortcode: Shortcode, body: dict
    ) -> None:
        staff, partner_id = person(ADD), str(a_shortcode.partner_id)

        unnamed = staff.post(body)
        named = staff.post(body | {"partner": partner_id})
        again = staff.post(body | {"partner": partner_id})

        assert (unnamed.status_code, list(unnamed.json()["fields"])) == (400, ["partner"])
        assert (named.status_code, again.status_code) == (201, 201)
        assert again["Idempotent-Replayed"] == "true"
        row = DisbursementRequest.objects.get()
        assert (row.partner_id, row.origin) == (a_shortcode.partner_id, "api")
        assert row.created_by.startswith("member")

    def test_a_partners_own_staff_need_not_and_may_not_name_another(
        self, person: Any, a_shortcode: Shortcode, a_partner: Partner, body: dict
    ) -> None:
        staff = person(ADD, partner=a_partner)
        another = add_caller("Another Example", "600222")[0]

        other = staff.post(body | {"partner": str(another.pk)})
        none_at_all = staff.post(body | {"partner": str(uuid4())})
        own = staff.post(body)

        assert (other.status_code, list(other.json()["fields"])) == (400, ["partner"])
        assert other.content == none_at_all.content
        assert own.status_code == 201

    def test_a_key_may_name_its_own_partner_only(
        self, api: Caller, partner: Partner, body: dict
    ) -> None:
        other = api.post(body | {"partner": str(uuid4())})
        own = api.post(body | {"partner": str(partner.pk)})

        assert (other.status_code, own.status_code) == (400, 201)

    def test_a_partner_that_does_not_exist_is_refused(
        self, person: Any, a_shortcode: Shortcode, body: dict
    ) -> None:
        answer = person(ADD).post(body | {"partner": str(uuid4())})

        assert answer.status_code == 400
        assert "does not exist" in answer.json()["error"]

    @pytest.mark.parametrize("value", ["x", 7, None, True, [], {"id": 1}])
    def test_what_is_no_id_is_named(self, api: Caller, body: dict, value: Any) -> None:
        answer = api.post(body | {"partner": value})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["partner"])

    def test_an_unknown_field_is_told_with_all_that_is_wrong(
        self, api: Caller, body: dict
    ) -> None:
        del body["clientReference"]

        answer = api.post(body | {"amount": 5, "msisdn": "12", "maxRetries": "3", "colour": "red"})

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {
            "clientReference", "amount", "msisdn", "maxRetries", "colour"
        }  # fmt: skip
        assert not DisbursementRequest.objects.exists()


class TestReading:
    def test_all_partners_or_ones_own_with_their_names(
        self, person: Any, pay: Any, a_partner: Partner
    ) -> None:
        pay("00001")
        another, api = add_caller("Another Example", "600222")
        api.post({"clientReference": "B-1", "msisdn": "0700000001", "amount": 99})

        seen = person(VIEW, PHONES).get().json()["disbursements"]
        one = person(VIEW, PHONES).get(partner=str(another.pk)).json()["disbursements"]
        own = person(VIEW, PHONES, partner=a_partner).get().json()["disbursements"]
        none = person(VIEW, partner=a_partner).get(partner=str(another.pk)).json()

        assert {each["partner"]["name"] for each in seen} == {
            "Umoja Example Ltd", "Another Example"
        }  # fmt: skip
        assert [each["clientReference"] for each in one] == ["B-1"]
        assert [each["clientReference"] for each in own] == ["REF-00001"]
        assert none["disbursements"] == []

    def test_one_of_another_partner_is_404(self, person: Any, pay: Any) -> None:
        row = pay("00001")
        another = add_caller("Another Example", "600222")[0]

        assert person(VIEW).get(f"/api/disburse/{row.pk}").status_code == 200
        answer = person(VIEW, partner=another).get(f"/api/disburse/{row.pk}")
        assert answer.status_code == 404

    def test_phones_are_masked_for_those_who_may_not_see_them(
        self, person: Any, sent: Any
    ) -> None:
        row = sent("00001", remarks="for 0700100001")

        one = person(VIEW).get(f"/api/disburse/{row.pk}")
        many = person(VIEW).get()

        assert one.json()["disbursement"]["msisdn"] == "+254 700 ••• 001"
        assert one.json()["disbursement"]["id"] == str(row.pk)
        assert "700100001" not in one.content.decode() + many.content.decode()
