"""save_account, refresh_accounts, connected_accounts."""

from uuid import uuid4

import pytest

from disbursements.models import ConnectedAccount
from disbursements.rules.receiving import SAID
from tests.commands import answer_of, refusal_of, said
from tests.people import PASSWORD, a_person
from tests.striping import open_account
from tests.winners import an_account
from tests.wire import Wire
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

WHY = "the user opened a new account"


@pytest.fixture
def partner_id(platform: Shortcode) -> str:
    return str(platform.partner_id)


class TestSaveAccount:
    def test_it_saves_and_says_how_it_stands(self, partner_id: str) -> None:
        words = said("save_account", "user-1", "acct_user1", "--partner", partner_id)

        assert words == (
            "user-1 acct_user1: Stripe was not asked yet whether this account may receive\n"
        )
        assert ConnectedAccount.objects.get().created_by.startswith("command")

    def test_another_one_needs_a_reason(self, partner_id: str) -> None:
        said("save_account", "user-1", "acct_user1", "--partner", partner_id)
        other = ("save_account", "user-1", "acct_other", "--partner", partner_id)

        refusal = refusal_of(*other)
        answer = answer_of(*other, "--reason", WHY)

        assert str(refusal).startswith("reason: write 8 to 500 characters")
        assert answer["account"]["accountId"] == "acct_other"

    def test_no_such_partner(self, platform: Shortcode) -> None:
        refusal = refusal_of("save_account", "user-1", "acct_1", "--partner", str(uuid4()))

        assert str(refusal).startswith("partner: there is no partner")

    def test_who_may_only_add_may_not_change(
        self, partner_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_STAFF_PASSWORD", PASSWORD)
        person = a_person("disbursements.add_connectedaccount")
        as_them = ("--partner", partner_id, "--reason", WHY, "--as", person.username)

        said("save_account", "user-1", "acct_user1", *as_them)
        refusal = refusal_of("save_account", "user-1", "acct_other", *as_them)

        assert "disbursements.change_connectedaccount" in str(refusal)
        assert ConnectedAccount.objects.get().account_id == "acct_user1"


class TestRefreshAccounts:
    def test_it_asks_about_a_named_user_and_shows_them(self, wire: Wire, save, partner_id) -> None:
        open_account(wire, "acct_user1")
        save()

        words = said("refresh_accounts", "--partner", partner_id, "--user", "user-1")

        assert words == (
            "Stripe answered for 1 accounts; 0 have no answer.\nuser-1 acct_user1: may receive\n"
        )

    def test_one_partners_staff_ask_about_their_own_alone(
        self, wire: Wire, save, platform: Shortcode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_STAFF_PASSWORD", PASSWORD)
        other = add_partner(name="Jirani Example Ltd", actor="test", at=wire.clock())
        person = a_person("disbursements.change_connectedaccount", partner=other)
        open_account(wire, "acct_user1")
        save()

        answer = answer_of("refresh_accounts", "--as", person.username)
        refusal = refusal_of(
            "refresh_accounts", "--partner", str(platform.partner_id), "--as", person.username
        )

        assert (answer["answered"], wire.paths) == (0, [])
        assert "there is no partner" in str(refusal)


class TestConnectedAccounts:
    @pytest.fixture(autouse=True)
    def accounts(self, a_partner: Partner) -> None:
        an_account(a_partner, "user-1")
        an_account(a_partner, "user-2", transfers="inactive")

    def test_they_are_listed_the_newest_first(self) -> None:
        words = said("connected_accounts")

        assert words.splitlines() == [
            f"user-2 acct_user2: {SAID['transfers_inactive']}",
            "user-1 acct_user1: may receive",
        ]

    def test_they_are_narrowed(self) -> None:
        answer = answer_of("connected_accounts", "--state", "receives", "--search", "user")

        assert [each["userId"] for each in answer["accounts"]] == ["user-1"]

    def test_an_unknown_state_is_refused(self) -> None:
        assert str(refusal_of("connected_accounts", "--state", "fine")).startswith(
            "state: use one or more of receives,"
        )

    def test_the_rest_is_counted(self) -> None:
        assert said("connected_accounts", "--limit", "1").endswith(
            "… 1 more: narrow it, or raise --limit\n"
        )
