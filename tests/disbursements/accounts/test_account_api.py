"""PUT and GET /api/payouts/accounts."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from disbursements.models import ConnectedAccount
from tests.disbursements.api.conftest import Caller
from tests.people import a_person, token_of
from tests.winners import a_payout_job, an_account
from tests.wire import Wire
from vault.models import Partner, Shortcode
from vault.operations.add_api_key import add_api_key
from vault.operations.add_partner import add_partner

LIST = "/api/payouts/accounts"
WHY = "the user opened a new account"


class Client(Caller):
    """Calls the API; also with PUT."""

    def put(self, user_id: str, body: Any) -> HttpResponse:
        return self.client.put(
            f"{LIST}/{user_id}", json.dumps(body), content_type="application/json",
            headers=self.headers(None),
        )  # fmt: skip


@pytest.fixture
def api(platform: Shortcode, moved) -> Client:
    """The partner's program."""
    return Client(add_api_key(partner_id=platform.partner_id, actor="test", at=moved()).key)


@pytest.fixture
def stranger(wire: Wire, moved) -> Client:
    """Another partner's program."""
    other = add_partner(name="Jirani Example Ltd", actor="test", at=moved())
    return Client(add_api_key(partner_id=other.pk, actor="test", at=moved()).key)


class TestSaving:
    def test_a_new_account_is_kept_and_answered(self, api: Client) -> None:
        answer = api.put("user-1", {"accountId": "acct_user1"})

        account = answer.json()["account"]
        assert answer.status_code == 200
        assert (account["userId"], account["accountId"]) == ("user-1", "acct_user1")
        assert (account["state"], account["mayReceive"]) == ("account_not_checked", False)
        assert ConnectedAccount.objects.get().created_by.startswith("api:")

    def test_the_same_again_answers_the_same(self, api: Client) -> None:
        first = api.put("user-1", {"accountId": "acct_user1"})

        again = api.put("user-1", {"accountId": "acct_user1"})

        assert again.json() == first.json()

    def test_another_one_needs_a_reason(self, api: Client) -> None:
        api.put("user-1", {"accountId": "acct_user1"})

        refused = api.put("user-1", {"accountId": "acct_other"})
        changed = api.put("user-1", {"accountId": "acct_other", "reason": WHY})

        assert refused.status_code == 400
        assert list(refused.json()["fields"]) == ["reason"]
        assert changed.json()["account"]["accountId"] == "acct_other"

    @pytest.mark.parametrize(
        ("user_id", "body", "field"),
        [
            ("user-1", {}, "accountId"),
            ("user-1", {"accountId": "acc_1"}, "accountId"),
            ("user-1", {"accountId": 7}, "accountId"),
            ("user-1", {"accountId": "acct_1", "account": "acct_1"}, "account"),
            ("user%00", {"accountId": "acct_1"}, "userId"),
            ("%20", {"accountId": "acct_1"}, "userId"),
            ("user-1", {"accountId": "acct_1", "partner": "x"}, "partner"),
        ],
    )
    def test_what_is_wrong_is_named(self, api: Client, user_id, body, field) -> None:
        answer = api.put(user_id, body)

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert not ConnectedAccount.objects.exists()

    def test_an_account_that_is_another_users_is_refused(self, api: Client) -> None:
        api.put("user-1", {"accountId": "acct_user1"})

        answer = api.put("user-2", {"accountId": "acct_user1"})

        assert answer.status_code == 400
        assert "is the account of user user-1 already" in answer.json()["error"]


class TestReading:
    def test_one_tells_why_it_does_not_receive_and_who_waits(
        self, wire: Wire, api: Client, a_partner: Partner
    ) -> None:
        an_account(a_partner, "user-1", transfers="inactive")
        a_payout_job(a_partner)
        wire.run()

        account = api.get(f"{LIST}/user-1").json()["account"]

        assert account["state"] == "transfers_inactive"
        assert account["why"].endswith("the user must finish verification")
        assert account["winnersWaiting"] == 1

    def test_pages_go_on_where_the_one_before_ended(self, api: Client, a_partner: Partner) -> None:
        for number in range(5):
            an_account(a_partner, f"user-{number}")

        first = api.get(LIST, limit=3).json()
        second = api.get(LIST, limit=3, cursor=first["nextCursor"]).json()

        users = [each["userId"] for page in (first, second) for each in page["accounts"]]
        assert users == ["user-4", "user-3", "user-2", "user-1", "user-0"]
        assert second["nextCursor"] is None

    def test_it_is_narrowed(self, api: Client, a_partner: Partner) -> None:
        an_account(a_partner, "user-1")
        an_account(a_partner, "user-2", transfers="pending")

        found = api.get(LIST, state="transfers_pending", search="acct_").json()["accounts"]

        assert [each["userId"] for each in found] == ["user-2"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("state", "fine"), ("cursor", "x"), ("cursor", "W10"), ("limit", "0"), ("waiting", "1"),
         ("nothing", "1"), ("userId", ""), ("partner", "x"), ("search", "\x00")],
    )  # fmt: skip
    def test_a_wrong_parameter_is_named(self, api: Client, name: str, value: str) -> None:
        answer = api.get(LIST, **{name: value})

        assert answer.status_code == 400
        assert len(answer.json()["fields"]) == 1

    @pytest.mark.parametrize("user_id", ["nobody", "user%00", "a%2Fb"])
    def test_one_that_is_not_there(self, api: Client, user_id: str) -> None:
        assert api.get(f"{LIST}/{user_id}").status_code == 404

    def test_the_number_of_queries_does_not_grow_with_the_page(
        self, api: Client, a_partner: Partner, django_assert_max_num_queries
    ) -> None:
        for number in range(20):
            an_account(a_partner, f"user-{number}")
        api.get(LIST)

        with django_assert_max_num_queries(6):
            api.get(LIST)


class TestPartnersApart:
    def test_another_partner_sees_and_changes_nothing(self, api: Client, stranger: Client) -> None:
        api.put("user-1", {"accountId": "acct_user1"})

        listed = stranger.get(LIST).json()["accounts"]
        one = stranger.get(f"{LIST}/user-1")
        stranger.put("user-1", {"accountId": "acct_theirs"})

        assert (listed, one.status_code) == ([], 404)
        assert api.get(f"{LIST}/user-1").json()["account"]["accountId"] == "acct_user1"

    def test_naming_another_partner_is_refused(
        self, stranger: Client, platform: Shortcode
    ) -> None:
        body = {"accountId": "acct_user1", "partner": str(platform.partner_id)}

        assert stranger.put("user-1", body).status_code == 400
        assert stranger.get(f"{LIST}/user-1", partner=str(platform.partner_id)).status_code == 400
        assert not ConnectedAccount.objects.exists()


class TestWhoMay:
    def test_a_key_that_may_only_read_may_not_save(self, platform: Shortcode, moved) -> None:
        key = add_api_key(
            partner_id=platform.partner_id, actor="test", at=moved(), scopes=["disburse:read"]
        ).key

        answer = Client(key).put("user-1", {"accountId": "acct_user1"})

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")

    def test_a_person_names_the_partner_and_may_only_do_what_they_may(
        self, platform: Shortcode, moved
    ) -> None:
        person = Client(token_of(a_person("disbursements.add_connectedaccount"), at=moved()))
        body = {"accountId": "acct_user1", "partner": str(platform.partner_id)}

        without = person.put("user-1", {"accountId": "acct_user1"})
        added = person.put("user-1", body)
        changed = person.put("user-1", {**body, "accountId": "acct_other", "reason": WHY})
        read = person.get(f"{LIST}/user-1")

        assert list(without.json()["fields"]) == ["partner"]
        assert added.status_code == 200
        assert (changed.status_code, read.status_code) == (403, 403)

    def test_nobody(self, platform: Shortcode) -> None:
        assert Client().get(LIST).status_code == 401
