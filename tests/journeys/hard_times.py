"""Winners who are each hit by one thing that a lesser design pays twice for, or never."""

from contextlib import suppress

from disbursements.models import PayoutJob
from disbursements.operations.ask import CannotAsk, ask_now
from tests.journeys.judging import demand
from tests.journeys.season import Season
from tests.striping import open_account, script, set_balance, top_up
from tests.transfer_oracle import wrong
from tests.winners import a_payout_job, account_of, an_account, payout

FAULTS = ("transfer_lost", "transfer_drop", "transfer_conflict", "transfer_error",
          "transfer_error_paid", "transfer_too_many")  # fmt: skip
ENOUGH = 100_000_000
HUNG_S = 20
ATTEMPTS_MAX = 4


class Silent(Season):
    """No notice ever arrives: what was lost, only a look-up finds."""

    def mail(self) -> int:
        self.wire.drop()
        return 0


def befall(season: Season) -> None:
    """All of them, one after the other, and then to the end. Raises Broken."""
    set_balance(season.wire, ENOUGH)
    plain = [_won(season, fault.replace("_", "-"), fault) for fault in FAULTS]
    hung = _won(season, "hung", "transfer_hang")
    waits = _won(season, "waits", transfers="inactive")
    season.sweep()
    _asked_while_it_runs(season, hung)
    season.work(hours=3)
    demand(payout(waits).attempts_made == 0, "tried, though the account cannot receive")
    refused = _refused_for_the_balance(season)
    forgotten = _off_for_a_day(season)
    open_account(season.wire, account_of("waits"), transfers="active")
    season.come_to_rest()
    for job in [*plain, hung, waits, refused, forgotten]:
        row = payout(job)
        demand(row.status == "completed", f"{row.payee_user} is {row.status}")
        demand(row.attempts_made <= ATTEMPTS_MAX, f"{row.payee_user}: {row.attempts_made} tries")
    found = wrong(season.wire)
    demand(not found, f"does not fit: {found}")


def _won(season: Season, user_id: str, *faults: str, transfers: str = "active") -> PayoutJob:
    open_account(season.wire, account_of(user_id), transfers=transfers)
    an_account(season.partner, user_id, transfers=transfers)
    script(season.wire, account_of(user_id), *faults)
    return a_payout_job(season.partner, {user_id: 1000})


def _asked_while_it_runs(season: Season, job: PayoutJob) -> None:
    """The list does not show it yet, and the key is in use: that proves nothing."""
    season.clock.forward(seconds=HUNG_S)
    season.wire.simulator.change_faults("transfer_list_lag=1")
    with suppress(CannotAsk):
        ask_now(disbursement_id=payout(job).pk, actor="amina", at=season.clock())
    season.sweep()
    season.calm()


def _refused_for_the_balance(season: Season) -> PayoutJob:
    """The refusal is kept with the key: after the top-up only another one pays."""
    set_balance(season.wire, 0)
    job = _won(season, "refused")
    season.sweep()
    demand(payout(job).status == "parked", "not parked, though the balance is empty")
    top_up(season.wire, ENOUGH)
    season.clock.forward(minutes=1)
    season.work(hours=2)
    demand(payout(job).status == "completed", "not paid soon after the top-up")
    return job


def _off_for_a_day(season: Season) -> PayoutJob:
    """It was paid and nobody has heard of it; its key no longer says so."""
    job = _won(season, "forgotten", "transfer_lost")
    season.sweep()
    season.clock.forward(hours=25)
    season.work(hours=1)
    return job
