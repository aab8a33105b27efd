"""Commands: permission, idempotency table, maker-checker, trail and hooks (fineract.md 4, 5)."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from gateways.simulator.fineract.hooks import tell
from gateways.simulator.fineract.refusals import (
    JSON_TYPE,
    Refusal,
    in_progress,
    integrity,
    job_running,
    locked,
    not_found,
    not_permitted,
    read_only,
)
from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import encode
from gateways.simulator.fineract.work import Work
from gateways.simulator.journal import Record
from gateways.simulator.wire import Response

PROCESSED, AWAITING, REJECTED, RUNNING, FAILED = 1, 2, 3, 4, 5
KEY_MAX = 50
KEPT = timedelta(days=30)
FROM_CACHE = {"x-served-from-cache": "true"}
BYPASS = "BYPASS_LOAN_WRITE_PROTECTION"


def admit(request: Request, work: Work, subject: Record) -> Response | None:
    """What stands before a command: read-only, locks, jobs, permission, then the key's own
    answer if it was used before. Raises Refusal; nothing of it is kept under the key.
    """
    if request.tenant["readOnly"]:
        raise read_only()
    held = subject.get("locked") and request.since("1.9.0") and not request.may(BYPASS)
    if work.entity == "LOAN" and held:
        raise locked(subject["id"])
    request.demand(work.permission)
    if request.tenant["jobRunning"]:
        raise job_running()
    return _replayed(request, work)


def execute(request: Request, work: Work, subject: Record) -> Response:
    """Do it, or have it wait for a checker, and keep the answer under the key. Raises Refusal."""
    try:
        act = work.prepare(request, subject)
    except Refusal as refusal:
        keep_refusal(request, work, subject, refusal)
        raise
    if _waits(request, work):
        return wait_for_checker(request, work, subject)
    reply = act()
    text = encode(reply)
    row = keep(request, work, subject, PROCESSED, answer=(200, text))
    tell(request, work, row, reply)
    return said(text)


def wait_for_checker(request: Request, work: Work, subject: Record) -> Response:
    """Keep the command for a second person; the loan is as before."""
    row = keep(request, work, subject, AWAITING)
    tell(request, work, row, None)
    return said(
        encode({"commandId": row["id"], "resourceId": subject["id"], "rollbackTransaction": True})
    )


def keep_refusal(request: Request, work: Work, subject: Record, refusal: Refusal) -> None:
    """Errors stay under the key as well, and hooks fire for them."""
    answer = (refusal.status_code, refusal.body)
    row = keep(request, work, subject, FAILED, answer=answer)
    tell(request, work, row, None)


def keep(
    request: Request, work: Work, subject: Record, state: int, *,
    answer: tuple[int, str] = (0, ""),
) -> Record:  # fmt: skip
    """A row of the trail; without a key of the caller's it has one that nobody knows."""
    row = _row(request, work)
    fields = {
        "action": work.action, "entity": work.entity, "idempotencyKey": _key(request),
        "state": state, "answer": list(answer), "subject": subject.get("id"),
        "loanId": subject.get("id") if "drawn" in subject else None, "path": request.path,
        "text": request.text, "by": request.user["id"], "at": request.at.isoformat(),
        "checker": "",
    }  # fmt: skip
    if row is not None:
        return request.state.change("command", row, **fields)
    return request.state.add("command", request.name, **fields)


def decide(request: Request, identifier: str, work: Work | None, subject: Record) -> Response:
    """POST /makercheckers/{id}?command=approve|reject, by another user than the maker."""
    row = request.find("command", identifier)
    if row is None or row["state"] != AWAITING or work is None:
        raise not_found("error.msg.makerchecker.id.invalid", f"No command {identifier}")
    request.demand(f"{work.permission}_CHECKER")
    same = row["by"] == request.user["id"] and not request.tenant["sameMakerChecker"]
    if same and not request.may("CHECKER_SUPER_USER"):
        raise not_permitted("Maker and checker must be different persons")
    if request.query.get("command") == "reject":
        request.state.change("command", row, state=REJECTED, checker=request.user["id"])
        return said(encode({"commandId": row["id"], "resourceId": row["subject"]}))
    maker = request.find("user", row["by"]) or request.user
    body = json.loads(row["text"] or "{}")
    made = replace(request, user=maker, text=row["text"], body=body, key="")
    reply = work.prepare(made, subject)()
    text = encode(reply)
    changed = request.state.change(
        "command", row, state=PROCESSED, answer=[200, text], checker=request.user["id"]
    )
    tell(made, work, changed, reply)
    return said(text)


def said(text: str, status_code: int = 200, **more: str) -> Response:
    """An answer in JSON."""
    headers = {"Content-Type": JSON_TYPE, **more}
    return Response(status=status_code, body=text.encode(), headers=headers)


def _key(request: Request) -> str:
    return request.key if request.since("1.9.0") else ""


def _row(request: Request, work: Work) -> Record | None:
    key = _key(request)
    wanted = (work.action, work.entity, key)
    for row in request.rows("command") if key else []:
        if (row["action"], row["entity"], row["idempotencyKey"]) != wanted:
            continue
        if datetime.fromisoformat(row["at"]) + KEPT > request.at:
            return row
    return None


def _replayed(request: Request, work: Work) -> Response | None:
    if len(_key(request)) > KEY_MAX:
        raise integrity()
    row = _row(request, work)
    if row is None or (row["state"] == FAILED and request.since("1.17.0")):
        return None
    if row["state"] in (RUNNING, AWAITING, REJECTED):
        raise in_progress()
    status_code, text = row["answer"]
    return said(text, status_code, **FROM_CACHE)


def _waits(request: Request, work: Work) -> bool:
    tenant = request.tenant
    return bool(tenant["makerChecker"]) and work.permission in tenant["checkedPermissions"]
