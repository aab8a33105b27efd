"""POST …?command=disburse with its mishaps: what is done, what the key keeps, what is said."""

from collections.abc import Callable
from datetime import datetime

from gateways.simulator.agenda import Action
from gateways.simulator.fineract import commands, mishaps, refusals
from gateways.simulator.fineract.names import BOOKINGS
from gateways.simulator.fineract.refusals import Refusal
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.work import Work
from gateways.simulator.journal import Record
from gateways.simulator.wire import NoAnswer, Reply, Response

BEFORE: dict[str, Callable[[Record], Refusal]] = {
    "book_401": lambda _loan: refusals.page(401),
    "book_403_permission": lambda _loan: refusals.not_permitted(
        "User has no authority to: DISBURSE_LOAN"
    ),
    "book_409_locked": lambda loan: refusals.locked(loan["id"]),
    "book_425": lambda _loan: refusals.in_progress(),
    "book_503": lambda _loan: refusals.job_running(),
}
KEPT: dict[str, Callable[[], Refusal]] = {
    "book_403_rule": lambda: refusals.rule(
        "error.msg.loan.application.disbursement.date.on.holiday", "It is a holiday."
    ),
    "book_403_integrity": refusals.integrity,
    "book_409_conflict": refusals.conflict,
    "book_500_not_done": refusals.broken,
}


def book(request: Request, work: Work, loan: Record) -> Reply:
    """Disburse the loan, or not, and answer as the mishap wants it. Raises Refusal."""
    name, executed = mishaps.of_booking(request.state, request.name, loan["id"])
    if name in BEFORE:
        raise BEFORE[name](loan)
    if name in KEPT:
        refusal = KEPT[name]()
        commands.keep_refusal(request, work, loan, refusal)
        raise refusal
    if name.startswith("book_checker"):
        work.prepare(request, loan)
        return _checked(request, work, loan, name)
    if not executed:
        return _not_now(request, work, loan, name)
    answer = commands.execute(request, work, loan)
    if name and BOOKINGS[name].stuck:
        commands.keep(request, work, loan, commands.RUNNING)
        return NoAnswer(reason="dropped", accepted=True)
    return _said(request, name, answer)


def _said(request: Request, name: str, answer: Response) -> Reply:
    if name == "book_500_done":
        return refusals.broken().response()
    if name == "book_html_502":
        return refusals.page(502).response()
    if name == "book_empty_200":
        return mishaps.empty()
    return mishaps.spoilt(request.state, name, answer)


def _not_now(request: Request, work: Work, loan: Record, name: str) -> Reply:
    if name == "book_html_200":
        return mishaps.proxy_page()
    if name == "book_html_502":
        return refusals.page(502).response()
    if BOOKINGS[name].later_s:
        commands.keep(request, work, loan, commands.RUNNING)
        _later(request, name, lambda at: _execute_late(request, work, loan["id"], at))
    return NoAnswer(reason="dropped", accepted=False)


def _execute_late(request: Request, work: Work, loan_id: int, at: datetime) -> None:
    request.at = at
    try:
        commands.execute(request, work, request.loan(loan_id))
    except Refusal:
        return


def _checked(request: Request, work: Work, loan: Record, name: str) -> Reply:
    answer = commands.wait_for_checker(request, work, loan)
    command_id = str(answer.json()["commandId"])
    verdict = "reject" if name == "book_checker_rejected" else "approve"

    def check(at: datetime) -> None:
        checker = Request(
            state=request.state, tenant=request.tenant, user=officer(request), method="POST",
            path=f"/makercheckers/{command_id}", at=at, query={"command": verdict},
        )  # fmt: skip
        try:
            commands.decide(checker, command_id, work, checker.loan(loan["id"]))
        except Refusal:
            return

    _later(request, "book_checker", check)
    return answer


def _later(request: Request, name: str, act: Action) -> None:
    world = request.state.world
    world.agenda.at(request.at + world.wait(BOOKINGS[name].later_s), act)


def officer(request: Request) -> Record:
    """The lender's own user, who may everything."""
    return request.find("user", "officer") or request.user
