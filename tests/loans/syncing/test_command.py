"""manage.py sync_loans: now, fetch only, dry run; in words and in JSON."""

import json

import pytest
from django.core.management import CommandError, call_command

from loans.models import LoanSyncRun, LoanTracking, MifosConnection
from tests.lending import act, an_approved_loan, script
from tests.lending import sync as sync_now


@pytest.fixture
def told(capsys):
    """What the command answers with --json."""

    def run(*words):
        call_command("sync_loans", *words, "--json")
        return json.loads(capsys.readouterr().out)

    return run


class TestSync:
    def test_all_partners_at_once(self, wire, a_partner, lending, told):
        an_approved_loan(wire)

        answer = told()

        [partner] = answer["partners"]
        assert (partner["partner"], partner["new"], partner["instructed"]) == (
            str(a_partner),
            1,
            1,
        )
        run = LoanSyncRun.objects.get()
        assert (run.trigger, str(run.pk)) == ("command", partner["run"])

    def test_fetch_only_in_words(self, wire, a_partner, lending, capsys):
        an_approved_loan(wire)

        call_command("sync_loans", "--partner", a_partner.name, "--fetch-only")

        assert capsys.readouterr().out == f"{a_partner}: 1 new.\n"
        assert LoanTracking.objects.get().status == "pending_disbursement"

    def test_fetch_only_reads_while_paying_is_switched_off(self, wire, lending, told):
        an_approved_loan(wire)
        MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)

        [partner] = told("--fetch-only")["partners"]

        assert (partner["new"], partner["instructed"]) == (1, 0)
        assert LoanTracking.objects.get().status == "pending_disbursement"

    def test_a_server_that_refuses_us_is_exit_code_1_and_a_sentence(
        self, wire, a_partner, tenant, lending, capsys
    ):
        script(wire, tenant, "loan_list_401")

        with pytest.raises(CommandError, match=str(a_partner)) as error:
            call_command("sync_loans")

        assert error.value.returncode == 1
        assert "Fetch approved loans: " in capsys.readouterr().out

    def test_a_partner_without_mifos_is_a_sentence(self, wire, a_partner):
        with pytest.raises(CommandError, match="Not synced"):
            call_command("sync_loans", "--partner", a_partner.name)


class TestDryRun:
    def test_it_says_what_would_be_done_and_does_nothing(
        self, wire, a_partner, tenant, lending, told
    ):
        paid, held = an_approved_loan(wire), an_approved_loan(wire, phone="")
        later = an_approved_loan(wire, phone="0700100003", expectedOn="2026-12-24")
        known = an_approved_loan(wire, phone="0700100004")
        sync_now(wire, a_partner, "fetch")
        LoanTracking.objects.get(loan_id=known)
        fresh = an_approved_loan(wire, phone="0700100005")
        act(wire, tenant, known, "undoapproval")
        before = list(LoanTracking.objects.order_by("loan_id").values())
        runs = LoanSyncRun.objects.count()

        answer = told("--partner", a_partner.name, "--dry-run")

        assert {each["loanId"]: (each["would"], each["code"]) for each in answer["loans"]} == {
            paid: ("pay", ""), held: ("hold", "no_phone"), later: ("wait", "not_due_yet"),
            known: ("hold", "not_approved"), fresh: ("pay", ""),
        }  # fmt: skip
        assert list(LoanTracking.objects.order_by("loan_id").values()) == before
        assert LoanSyncRun.objects.count() == runs

    def test_while_paying_is_switched_off_it_says_so_and_reads_all_the_same(
        self, wire, a_partner, lending, told, capsys
    ):
        number = an_approved_loan(wire)
        MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)

        answer = told("--partner", a_partner.name, "--dry-run")
        call_command("sync_loans", "--partner", a_partner.name, "--dry-run")

        assert [(each["loanId"], each["would"]) for each in answer["loans"]] == [(number, "pay")]
        assert "is switched off" in answer["notPaidBecause"]
        assert "Nothing is fetched or paid by itself now: Mifos X of" in capsys.readouterr().out

    def test_it_is_of_one_partner(self, wire, lending):
        with pytest.raises(CommandError, match="--partner") as error:
            call_command("sync_loans", "--dry-run")

        assert error.value.returncode == 2
