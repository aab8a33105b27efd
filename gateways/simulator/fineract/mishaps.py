"""What goes wrong with a request, by a script for its loan or tenant, or by the fault plan."""

from collections.abc import Collection
from dataclasses import replace

from gateways.simulator.fineract.names import BOOKINGS, LISTS, READS
from gateways.simulator.fineract.refusals import JSON_TYPE, broken, page
from gateways.simulator.fineract.state import State
from gateways.simulator.wire import NoAnswer, Reply, Response

SLOW_S = 60.0


def of_booking(state: State, tenant: str, loan_id: int) -> tuple[str, bool]:
    """The mishap of this booking, "" for none, and whether the loan is disbursed all the same.

    It hangs on the loan and on which of its bookings this is.
    """
    number = state.next_try("book", tenant, loan_id)
    subject = (tenant, loan_id, number)
    name = _scripted(state, tenant, loan_id, BOOKINGS) or _drawn(state, BOOKINGS, *subject)
    if not name:
        return "", True
    executed = BOOKINGS[name].executed
    if executed is None:
        executed = bool(state.world.draw("executed", *subject).getrandbits(1))
    return name, executed


def of_list(state: State, tenant: str) -> str:
    """The mishap of this list, "" for none."""
    number = state.next_try("list", tenant)
    return _scripted(state, tenant, 0, LISTS) or _drawn(state, LISTS, "list", tenant, number)


def of_read(state: State, tenant: str, path: str) -> str:
    """The mishap of this read, "" for none."""
    number = state.next_try("read", tenant, path)
    return _scripted(state, tenant, 0, READS) or _drawn(state, READS, path, tenant, number)


def spoilt(state: State, name: str, answer: Response) -> Reply:
    """The answer of a list, a read or a booking as the caller gets it."""
    manner = name.rpartition("_")[2]
    if manner in ("drop", "lost"):
        return NoAnswer(reason="dropped", accepted=manner == "lost")
    if manner == "500":
        return broken().response()
    if manner == "401":
        return page(401).response()
    if manner == "slow":
        return replace(answer, delay_s=state.world.wait(SLOW_S).total_seconds())
    if manner == "cut":
        headers = answer.headers | {
            "Content-Length": str(len(answer.body)), "Connection": "close",
        }  # fmt: skip
        return replace(answer, body=answer.body[: len(answer.body) // 2], headers=headers)
    return answer


def spoilt_rows(name: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows of a page, with one missing, one twice, or one that makes no sense."""
    if not rows:
        return rows
    if name == "loan_list_partial":
        return rows[:-1]
    if name == "loan_list_duplicate":
        return [rows[0], *rows]
    if name == "loan_list_unreadable":
        return [{"id": rows[0]["id"], "status": "approved"}, *rows[1:]]
    return rows


def proxy_page() -> Response:
    """A proxy's page that calls itself a success."""
    return replace(page(200).response(), status=200)


def empty() -> Response:
    """An object that says nothing."""
    return Response(status=200, body=b"{}", headers={"Content-Type": JSON_TYPE})


def _scripted(state: State, tenant: str, loan_id: int, names: Collection[str]) -> str:
    for subject in ((tenant, loan_id), (tenant, 0)):
        waiting = state.scripts[subject]
        for name in waiting:
            if name in names:
                waiting.remove(name)
                return name
    return ""


def _drawn(state: State, names: Collection[str], *subject: object) -> str:
    return state.world.plan.first_of(dict.fromkeys(names), *subject) or ""
