"""A file of accounts: all of it, or nothing; the same again changes nothing."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from core.callers import Caller, NotAllowed
from core.models import Step
from core.refusals import Refused
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import ADD
from disbursements.operations.import_accounts import AccountImport, import_accounts
from disbursements.rules.account_file import BadFile
from tests.commands import answer_of, refusal_of, said
from tests.wire import Wire
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

GOOD = "user_id,account_id\nuser-1,acct_user1\n'0042,acct_user42\n"
WHY = "all users were moved to the new platform"
OPERATOR = Caller(actor="test", origin="test", partners=None, permissions=None)
TakeIn = Callable[..., AccountImport]


@pytest.fixture
def take_in(platform: Shortcode, wire: Wire) -> TakeIn:
    def take(text: str, *, caller: Caller = OPERATOR, **more: object) -> AccountImport:
        values = {"partner_id": platform.partner_id, "at": wire.clock(), **more}
        return import_accounts(source=BytesIO(text.encode()), caller=caller, **values)

    return take


def kept() -> dict[str, str]:
    return dict(ConnectedAccount.objects.values_list("user_id", "account_id"))


class TestGoodFiles:
    def test_each_row_is_an_account_due_to_be_asked_about(self, take_in: TakeIn, moved) -> None:
        report = take_in(GOOD)

        assert (report.rows, report.added, report.wrong) == (2, 2, 0)
        assert kept() == {"user-1": "acct_user1", "0042": "acct_user42"}
        assert set(ConnectedAccount.objects.values_list("refresh_at", flat=True)) == {moved()}
        assert Step.objects.filter(subject_type="ConnectedAccount", because="added").count() == 2

    def test_the_same_again_changes_nothing(self, take_in: TakeIn) -> None:
        take_in(GOOD)

        again = take_in(GOOD)

        assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
        assert Step.objects.filter(subject_type="ConnectedAccount").count() == 2

    def test_a_rehearsal_changes_nothing_and_counts_the_same(self, take_in: TakeIn) -> None:
        report = take_in(GOOD, dry_run=True)

        assert (report.added, report.dry_run, kept()) == (2, True, {})

    def test_columns_and_separators_in_any_order(self, take_in: TakeIn) -> None:
        take_in("\ufeffaccount_id;user_id\nacct_user1;user-1\n\n")

        assert kept() == {"user-1": "acct_user1"}

    def test_another_account_needs_a_reason_for_the_file(self, take_in: TakeIn) -> None:
        take_in(GOOD)
        changed = GOOD.replace("acct_user1", "acct_new") + "user-3,acct_user3\n"

        with pytest.raises(Refused, match="reason: write 8 to 500 characters"):
            take_in(changed)
        before = kept()
        report = take_in(changed, reason=WHY)

        assert before == {"user-1": "acct_user1", "0042": "acct_user42"}
        assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
        assert kept()["user-1"] == "acct_new"
        assert Step.objects.filter(because=f"changed: {WHY}").count() == 1

    def test_thousands_are_taken_in_with_few_queries(
        self, take_in: TakeIn, django_assert_max_num_queries
    ) -> None:
        rows = "".join(f"user-{number},acct_user{number}\n" for number in range(3000))

        with django_assert_max_num_queries(30):
            report = take_in(f"user_id,account_id\n{rows}")

        assert report.added == 3000


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("rows", "line", "column", "problem"),
        [
            ("user-1,acc_1", 2, "account_id", "is not Stripe's id of a connected account"),
            (",acct_1", 2, "user_id", "write 1 to 100"),
            ("a,acct_1\na,acct_2", 3, "user_id", "stands in line 2 already"),
            ("a,acct_1\nb,acct_1", 3, "account_id", "is the account of a in this file"),
            ("a", 2, "", "has 1 cells where the first line has 2"),
        ],
    )
    def test_each_wrong_row_is_named_and_nothing_is_kept(
        self, take_in: TakeIn, rows: str, line: int, column: str, problem: str
    ) -> None:
        report = take_in(f"user_id,account_id\n{rows}\nuser-9,acct_user9\n")

        (bad,) = report.problems
        assert (bad.line, bad.column) == (line, column)
        assert problem in bad.problem
        assert bad.what_to_do
        assert kept() == {}

    def test_an_account_that_is_another_users_is_named(self, take_in: TakeIn, save) -> None:
        save("user-7", "acct_user1")

        report = take_in(GOOD)

        assert [bad.problem for bad in report.problems] == [
            "is the account of user user-7 already"
        ]
        assert kept() == {"user-7": "acct_user1"}

    @pytest.mark.parametrize("text", ["", "user_id,name\na,b\n", "PK\x03\x04", "user_id\na\n"])
    def test_what_is_no_such_file_is_refused(self, take_in: TakeIn, text: str) -> None:
        with pytest.raises(BadFile):
            take_in(text)

    def test_another_partners_rows_are_not_looked_at(self, take_in: TakeIn, save, moved) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=moved())
        save("user-1", "acct_user1", partner_id=other.pk)

        report = take_in(GOOD)

        assert report.added == 2
        assert ConnectedAccount.objects.filter(partner=other).count() == 1


class TestWhoMay:
    def test_changing_needs_more_than_adding(self, take_in: TakeIn) -> None:
        adder = Caller(actor="adder", origin="test", partners=None, permissions=frozenset({ADD}))
        take_in(GOOD, caller=adder)

        with pytest.raises(NotAllowed):
            take_in(GOOD.replace("acct_user1", "acct_new"), caller=adder, reason=WHY)

        assert kept()["user-1"] == "acct_user1"

    def test_a_partner_out_of_reach_is_refused(self, take_in: TakeIn, moved) -> None:
        other = add_partner(name="Jirani Example Ltd", actor="test", at=moved())
        theirs = Caller(
            actor="them", origin="test", partners=frozenset([other.pk]), permissions=None
        )

        with pytest.raises(Refused, match="partner: there is no partner"):
            take_in(GOOD, caller=theirs)


class TestTheCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "accounts.csv"
        path.write_text(GOOD)
        return path

    def test_it_says_what_it_did(self, platform: Shortcode, a_partner: Partner, file: Path):
        first = said("import_accounts", str(file), "--partner", str(a_partner.pk))
        again = answer_of("import_accounts", str(file), "--partner", str(a_partner.pk))

        assert first == "2 rows: 2 added, 0 changed, 0 there already\n"
        assert (again["added"], again["unchanged"]) == (0, 2)

    def test_wrong_rows_end_with_1(self, platform: Shortcode, a_partner: Partner, file: Path):
        file.write_text("user_id,account_id\nuser-1,acc_1\n")

        with pytest.raises(SystemExit) as ended:
            said("import_accounts", str(file), "--partner", str(a_partner.pk))

        assert ended.value.code == 1

    def test_no_such_file(self, platform: Shortcode, a_partner: Partner) -> None:
        refusal = refusal_of("import_accounts", "/nowhere.csv", "--partner", str(a_partner.pk))

        assert str(refusal) == "file: /nowhere.csv cannot be read: No such file or directory"
