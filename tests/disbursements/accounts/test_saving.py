"""Saving whose connected account is which."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from core.callers import Caller, NotAllowed
from core.models import Step
from core.refusals import Refused
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import ADD, CHANGE, save_account
from tests.striping import open_account, script, transfers
from tests.winners import a_payout_job, payout
from tests.wire import Wire
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

WHY = "the user opened a new account"


def steps_of(row: ConnectedAccount) -> list[Step]:
    steps = Step.objects.filter(subject_type="ConnectedAccount", subject_id=str(row.pk))
    return list(steps.order_by("id"))


class TestANewAccount:
    def test_it_is_kept_and_due_to_be_asked_about(self, save, moved) -> None:
        row = save("user-1", " acct_user1 ")

        assert (row.account_id, row.standing_at, row.refresh_at) == ("acct_user1", None, moved())
        assert [step.because for step in steps_of(row)] == ["added"]

    def test_the_same_again_changes_nothing(self, save, moved) -> None:
        first = save()
        moved.forward(minutes=5)

        again = save()

        assert (again.pk, again.refresh_at) == (first.pk, first.refresh_at)
        assert len(steps_of(first)) == 1

    @pytest.mark.parametrize(
        ("user_id", "account_id", "field"),
        [
            ("", "acct_1", "user_id"),
            ("u" * 101, "acct_1", "user_id"),
            ("amina\u200b", "acct_1", "user_id"),
            ("user-1", "ca_1", "account_id"),
            ("user-1", "acct_1\nx", "account_id"),
            ("user-1", "acct_" + "1" * 201, "account_id"),
        ],
    )
    def test_what_is_no_id_is_refused_by_name(self, platform, moved, user_id, account_id, field):
        with pytest.raises(Refused) as refusal:
            save_account(
                partner_id=platform.partner_id, user_id=user_id, account_id=account_id,
                actor="test", at=moved(),
            )  # fmt: skip

        assert refusal.value.field == field
        assert "such as" in refusal.value.message
        assert not ConnectedAccount.objects.exists()

    def test_the_account_of_another_user_is_refused_and_names_them(self, save) -> None:
        save("user-1", "acct_shared")

        with pytest.raises(Refused, match="acct_shared is the account of user user-1 already"):
            save("user-2", "acct_shared")

    def test_two_partners_may_have_the_same_account(self, save, moved) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=moved())

        mine, theirs = save(), save(partner_id=other.pk)

        assert mine.pk != theirs.pk

    def test_two_at_once_make_one(self, save, together) -> None:
        answers = together(*[partial(save, "user-1", "acct_user1")] * 3)

        assert len({row.pk for row in answers}) == 1
        assert ConnectedAccount.objects.count() == 1

    def test_two_users_at_once_with_one_account_make_one(self, save, together) -> None:
        answers = together(partial(save, "user-1", "acct_x"), partial(save, "user-2", "acct_x"))

        refused = [each for each in answers if isinstance(each, Refused)]
        assert len(refused) == 1
        assert ConnectedAccount.objects.count() == 1


class TestAnotherAccount:
    def test_it_needs_a_reason(self, save) -> None:
        save()

        with pytest.raises(Refused, match="reason: write 8 to 500 characters"):
            save("user-1", "acct_other")

        assert ConnectedAccount.objects.get().account_id == "acct_user1"

    def test_it_is_unknown_again_and_the_trail_has_old_and_new(self, wire: Wire, save) -> None:
        open_account(wire, "acct_user1")
        save()
        wire.run(also=["accounts"])
        before = ConnectedAccount.objects.get()

        row = save("user-1", "acct_other", reason=WHY)

        assert (before.transfers, before.country) == ("active", "US")
        assert (row.transfers, row.country, row.standing_at) == ("unrequested", "", None)
        step = steps_of(row)[-1]
        assert step.because == f"changed: {WHY}"
        assert step.details == {"old": {"account": "acct_user1"}, "new": {"account": "acct_other"}}

    def test_a_payout_under_way_keeps_the_account_that_it_began_with(
        self, wire: Wire, save, a_partner: Partner
    ) -> None:
        open_account(wire, "acct_user1")
        open_account(wire, "acct_other")
        save()
        wire.run(also=["accounts"])
        job = a_payout_job(a_partner)
        _in_the_middle(wire, partial(save, "user-1", "acct_other", reason=WHY))
        script(wire, "acct_user1", "transfer_lost")

        wire.run(also=["accounts"])

        assert payout(job).status == "completed"
        assert [each["destination"] for each in transfers(wire)] == ["acct_user1"]
        assert ConnectedAccount.objects.get().account_id == "acct_other"


class TestWhoMaySave:
    def test_a_partner_out_of_reach_is_refused(self, platform: Shortcode, moved) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=moved())
        caller = a_caller(ADD, CHANGE, partner=other)

        with pytest.raises(Refused, match="partner: there is no partner"):
            _save_as(caller, platform, moved())

        assert not ConnectedAccount.objects.exists()

    def test_adding_and_changing_need_a_permission_each(self, platform: Shortcode, moved) -> None:
        adder, changer = a_caller(ADD), a_caller(CHANGE)

        with pytest.raises(NotAllowed):
            _save_as(changer, platform, moved())
        _save_as(adder, platform, moved())
        with pytest.raises(NotAllowed):
            _save_as(adder, platform, moved(), account_id="acct_other")
        changed = _save_as(changer, platform, moved(), account_id="acct_other")

        assert changed.account_id == "acct_other"


def a_caller(*permissions: str, partner: Partner | None = None) -> Caller:
    partners = frozenset([partner.pk]) if partner else None
    return Caller(
        actor="member", origin="test", partners=partners, permissions=frozenset(permissions)
    )


def _save_as(caller: Caller, platform: Shortcode, at, account_id: str = "acct_user1"):
    return save_account(
        partner_id=platform.partner_id, user_id="user-1", account_id=account_id, actor="member",
        at=at, reason=WHY, caller=caller,
    )  # fmt: skip


def _in_the_middle(wire: Wire, act: Callable[[], Any]) -> None:
    """Do this once, when the transfer has been written down and is about to leave."""

    def before(path: str) -> None:
        if path == "/v1/transfers":
            wire.before_call = None
            act()
            connection.close()  # it is a sender's thread, whose session nobody else ends

    wire.before_call = before
