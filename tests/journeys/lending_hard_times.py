"""Loans that are each hit by one thing that a lesser design pays twice for, or books wrongly."""

from dataclasses import replace

from loans.operations import by_hand
from loans.states import LoanStatus
from tests.journeys.judging import demand
from tests.journeys.lending_plot import REASON, approved_anew, booked_times
from tests.journeys.lending_season import Loan, LoanSeason, person
from tests.lending import act, change_client, script
from tests.loan_oracle import moves_of_loans, wrong

TENANT = "umoja"
FAULTS = (
    "book_lost", "book_drop", "book_late", "book_stuck", "book_500_done", "book_500_not_done",
    "book_empty_200", "book_html_200", "book_409_conflict", "book_503", "book_checker",
)  # fmt: skip
# The first try at M-Pesa fails and another is planned: docs/simulator.md.
TRIED_TWICE = "99101"


def befall(season: LoanSeason) -> None:
    """All of them, one after the other, and then to the end. Raises Broken."""
    hit = [_hit(season, number, fault) for number, fault in enumerate(FAULTS, start=1)]
    again, parts, undone = len(FAULTS) + 1, len(FAULTS) + 2, len(FAULTS) + 3
    retried = season.approve(TENANT, again, digits=TRIED_TWICE)
    in_parts = _in_parts(season, parts)
    taken_back = season.approve(TENANT, undone, digits="10098")
    tomorrow = (season.clock().date()).replace(day=22).isoformat()
    moved_on = season.approve(TENANT, undone + 1, digits="10099", expectedOn=tomorrow)
    season.sweep()
    season.clock.forward(minutes=1)
    season.sweep()
    approved_anew(season, retried, less=100)
    _other_phone(season, moved_on)
    _released(season, in_parts)
    season.work(hours=4, step_minutes=15)
    _demand_it_fits(season, at_rest=False)
    demand(booked_times(season, taken_back) == 1, f"{taken_back.key} is not booked")
    act(season.wire, TENANT, taken_back.key.loan_id, "undodisbursal")
    season.work(hours=24, step_minutes=180)
    season.come_to_rest()
    _demand_it_fits(season, at_rest=True)
    _each_once(season, [*hit, in_parts])
    _waits(season, retried, moves=0)
    _waits(season, moved_on, moves=0)
    _waits(season, taken_back, moves=1)


def _demand_it_fits(season: LoanSeason, *, at_rest: bool) -> None:
    found = wrong(season.wire, season.truths, at_rest=at_rest)
    demand(not found, f"does not fit: {'; '.join(found)}")


def _hit(season: LoanSeason, number: int, fault: str) -> Loan:
    loan = season.approve(TENANT, number, digits=f"100{number:02}")
    script(season.wire, TENANT, fault, loan_id=loan.key.loan_id)
    return loan


def _in_parts(season: LoanSeason, number: int) -> Loan:
    """Mifos X would book its first part twice, for the second is not drawn yet."""
    whole = season.approve(
        TENANT, number, digits="10097", charge=0, productId=2, tranches=[600, 400 + 100 * number]
    )
    loan = replace(whole, net=600, gross=600)
    script(season.wire, TENANT, "book_lost", loan_id=loan.key.loan_id)
    return loan


def _released(season: LoanSeason, loan: Loan) -> None:
    """A person agrees to its first part, of what is then so."""
    row = season.tracked(loan)
    demand(row is not None and row.held_code == "several_disbursals", f"{loan.key} is {row}")
    season.now_true(loan)
    by_hand.release(
        loan_id=row.pk if row else None, reason=REASON, caller=person("amina"), at=season.clock()
    )


def _other_phone(season: LoanSeason, loan: Loan) -> None:
    loan.msisdn = loan.msisdn.replace("2547001", "2547002")
    change_client(season.wire, TENANT, loan.key.loan_id, phone="0" + loan.msisdn[3:])


def _each_once(season: LoanSeason, loans: list[Loan]) -> None:
    moves = moves_of_loans(season.wire)
    for loan in loans:
        row = season.tracked(loan)
        demand(len(moves.get(loan.key, [])) == 1, f"{loan.key} was not paid: {row}")
        demand(booked_times(season, loan) == 1, f"{loan.key} is not booked")


def _waits(season: LoanSeason, loan: Loan, *, moves: int) -> None:
    row = season.tracked(loan)
    made = moves_of_loans(season.wire).get(loan.key, [])
    demand(len(made) == moves, f"{loan.key} was paid {len(made)} times, a person must decide")
    held = row is not None and row.status == LoanStatus.HELD
    demand(held, f"{loan.key} waits for nobody: {row.status if row else 'not tracked'}")
