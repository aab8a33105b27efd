"""What befalls a season of loans: lenders change their minds, servers fail, people put right."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from core.refusals import Refused
from disbursements.queries import active_pauses
from loans.models import LoanBooking, LoanTracking
from loans.operations import by_hand, proposals
from loans.operations.book_again import book_again
from loans.rules.holds import HOLDS
from loans.states import BookingStatus, LoanStatus
from tests.journeys.judging import demand
from tests.journeys.lending_season import (
    AMOUNT,
    ANEW,
    CLOSED,
    ELSEWHERE,
    GROUP,
    LOCKED,
    PHONE,
    UNDONE,
    Loan,
    LoanSeason,
    person,
)
from tests.lending import (
    PASSWORD,
    USERNAME,
    act,
    change_client,
    change_loan,
    disburse_by_hand,
    lent,
    tell,
    there,
)
from tests.loan_oracle import moves_of_loans, wrong

REASON = "put right at noon, with the branch"
ROUNDS = 4


def play(season: LoanSeason) -> None:
    """Everything but the end: a storm, with all that lenders and their servers do in it."""
    season.storm()
    _hinder(season)
    season.work(hours=1.5, step_minutes=10)
    _demand_nothing_wrong(season)
    _change_their_minds(season)
    season.work(hours=1, step_minutes=10)
    _servers_fail(season)
    season.work(hours=1.5, step_minutes=10)
    _servers_are_back(season)
    season.work(hours=20, step_minutes=120)
    _demand_nothing_wrong(season)
    _undo(season)
    season.work(hours=4, step_minutes=60)
    _resume(season)
    season.work(hours=2)


def end(season: LoanSeason) -> None:
    """No more faults; then people work off what waits for them. Raises Broken."""
    _unhinder(season)
    season.come_to_rest()
    _demand_nothing_wrong(season, at_rest=True)
    for _ in range(ROUNDS):
        _resume(season)
        _release(season)
        _retry(season)
        _book(season)
        season.come_to_rest()
    _demand_nothing_wrong(season, at_rest=True)


def everybody_once(season: LoanSeason) -> None:
    """Each loan that was to be paid is paid once and booked once. Raises Broken."""
    moves = moves_of_loans(season.wire)
    for loan in season.loans.values():
        row = season.tracked(loan)
        if loan.kind in (GROUP, ELSEWHERE) or (row and _doubtful(row)):
            continue
        demand(len(moves.get(loan.key, [])) == 1, f"{loan.key} ({loan.kind}) was not paid: {row}")
        demand(
            booked_times(season, loan) == 1,
            f"{loan.key} ({loan.kind}) is not booked: {_said(row)}",
        )
        demand(row is not None and row.status == LoanStatus.DISBURSED, f"{loan.key} is {row}")


def booked_times(season: LoanSeason, loan: Loan) -> int:
    """How many disbursals of ours Mifos X has of it, that are not undone."""
    return sum(
        not row["reversed"]
        and row["by"] == USERNAME
        and (row["tenant"], row["loanId"]) == loan.key
        for row in lent(season.wire)["disbursals"]
    )


def _said(row: LoanTracking | None) -> str:
    found = LoanBooking.objects.filter(loan=row).order_by("-cycle").first()
    return f"{found.status} {found.code} {found.text}" if found else "no booking"


def _doubtful(row: LoanTracking) -> bool:
    """M-Pesa never told what became of it: a statement will."""
    return bool(row.disbursement and row.disbursement.person_needed_at)


def _demand_nothing_wrong(season: LoanSeason, *, at_rest: bool = False) -> None:
    found = wrong(season.wire, season.truths, at_rest=at_rest)
    demand(not found, "; ".join(found))


def _hinder(season: LoanSeason) -> None:
    """Close-of-business holds some loans; clients are closed while their money is on its way."""
    for loan in season.of_kind(LOCKED):
        change_loan(season.wire, loan.key.tenant, loan.key.loan_id, locked=True)
    for tenant in season.tenants:
        tell(season.wire, tenant, "tenant", holidays=[], makerChecker=False)


def _unhinder(season: LoanSeason) -> None:
    for loan in season.of_kind(LOCKED):
        change_loan(season.wire, loan.key.tenant, loan.key.loan_id, locked=False)
    for loan in season.of_kind(CLOSED):
        change_client(season.wire, loan.key.tenant, loan.key.loan_id, active=True)


def _change_their_minds(season: LoanSeason) -> None:
    """Of what is planned for tomorrow; and of clients whose money may have left already."""
    for loan in season.of_kind(PHONE):
        loan.msisdn = loan.msisdn.replace("2547001", "2547002")
        phone = "0" + loan.msisdn[3:]
        change_client(season.wire, loan.key.tenant, loan.key.loan_id, phone=phone)
        season.now_true(loan)
    for loan in season.of_kind(AMOUNT):
        approved_anew(season, loan, less=200)
    for loan in season.of_kind(ANEW):
        approved_anew(season, loan, less=0)
    for loan in season.of_kind(ELSEWHERE):
        disburse_by_hand(season.wire, season.tenant(loan), loan.key.loan_id)
        season.now_true(loan, payable=False)
    for loan in season.of_kind(CLOSED):
        change_client(season.wire, loan.key.tenant, loan.key.loan_id, active=False)


def approved_anew(season: LoanSeason, loan: Loan, *, less: int) -> None:
    """The approval is undone, and the loan approved once more."""
    _act(season, loan, "undoapproval")
    season.now_true(loan, payable=False)
    loan.gross, loan.net = loan.gross - less, loan.net - less
    _act(season, loan, "approve", approvedLoanAmount=str(loan.gross), locale="en")
    season.now_true(loan)


def _servers_fail(season: LoanSeason) -> None:
    """One only reads for a while; the other's password was changed without a word."""
    tell(season.wire, "umoja", "tenant", readOnly=True)
    tell(season.wire, "tumaini", "user", username=USERNAME, password="another")


def _servers_are_back(season: LoanSeason) -> None:
    tell(season.wire, "umoja", "tenant", readOnly=False, makerChecker=True)
    tell(season.wire, "tumaini", "user", username=USERNAME, password=PASSWORD)


def _undo(season: LoanSeason) -> None:
    """Checkers decide, and disbursals that we booked are undone."""
    tell(season.wire, "umoja", "tenant", makerChecker=False)
    for row in LoanBooking.objects.filter(status=BookingStatus.WAITS_FOR_CHECKER):
        with suppress(AssertionError):  # its own checker was quicker
            tell(
                season.wire, "umoja", "act", path=f"/makercheckers/{row.command_id}",
                command="approve",
            )  # fmt: skip
            season.events["checked"] += 1
    for loan in season.of_kind(UNDONE):
        if there(season.wire, loan.key.tenant, loan.key.loan_id)["state"] == 300:
            _act(season, loan, "undodisbursal")
            season.events["undone"] += 1


def _act(season: LoanSeason, loan: Loan, command: str, **body: object) -> None:
    act(season.wire, season.tenant(loan), loan.key.loan_id, command, **body)


def _resume(season: LoanSeason) -> None:
    season.events["resumed"] += len(active_pauses())
    season.resume_all()


def _release(season: LoanSeason) -> None:
    releasable = [code for code, hold in HOLDS.items() if hold.releasable]
    for row in LoanTracking.objects.filter(status=LoanStatus.HELD, held_code__in=releasable):
        _try(season, "released", by_hand.release, loan_id=row.pk)


def _retry(season: LoanSeason) -> None:
    for row in LoanTracking.objects.filter(status=LoanStatus.FAILED):
        _try(season, "retried", by_hand.retry_payment, loan_id=row.pk)


def _book(season: LoanSeason) -> None:
    """What Mifos X refused is booked again; what others disbursed, two persons give up."""
    again = (BookingStatus.REFUSED, BookingStatus.UNDONE)
    for row in LoanBooking.objects.filter(status__in=again):
        season.events[f"refused: {row.code}"] += 1
        if row.code == "disbursed_elsewhere":
            _give_up(season, row)
        else:
            _try(season, "booked again", book_again, booking_id=row.pk)


def _give_up(season: LoanSeason, row: LoanBooking) -> None:
    at = season.clock()
    proposal = proposals.propose(
        loan_id=row.loan_id, kind="give_up_booking", reason=REASON, caller=person("amina"), at=at
    )
    proposals.approve(
        proposal_id=proposal.pk, reason=REASON, caller=person("baraka"),
        at=at + timedelta(minutes=1),
    )  # fmt: skip
    season.events["given up"] += 1


def _try(season: LoanSeason, name: str, verb: Callable[..., object], **about: object) -> None:
    try:
        verb(reason=REASON, caller=person("amina"), at=season.clock(), **about)
        season.events[name] += 1
    except Refused as error:
        season.events[f"{name}: {type(error).__name__}"] += 1
