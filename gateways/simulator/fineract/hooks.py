"""Web hooks (fineract.md 6.1): unsigned, once, also for commands that failed or wait."""

import json

from gateways.simulator.fineract.request import Request
from gateways.simulator.fineract.shapes import encode
from gateways.simulator.fineract.work import Work
from gateways.simulator.journal import Record

KIND = "fineract"
DELAY_S = 1.0


def tell(request: Request, work: Work, row: Record, reply: Record | None) -> None:
    """Want the event delivered to each address that asked for it; `reply` None: it failed or
    waits, and the payload says nothing of a loan.
    """
    event = f"{work.entity} {work.action}"
    world = request.state.world
    for hook in request.rows("hook"):
        if hook["events"] and event not in hook["events"]:
            continue
        if world.plan.hits("loan_hook_lost", request.name, row["id"], hook["id"]):
            continue
        world.agenda.call_back(
            request.at + world.wait(DELAY_S), kind=KIND, reference=str(row["subject"]),
            url=hook["url"], body=_body(request, work, reply).encode(),
            headers={
                "Content-Type": "application/json; charset=UTF-8",
                "X-Fineract-Entity": work.entity, "X-Fineract-Action": work.action,
                "Fineract-Platform-TenantId": request.name,
                "X-Fineract-Endpoint": "https://mifos.example/fineract-provider",
            },
        )  # fmt: skip


def _body(request: Request, work: Work, reply: Record | None) -> str:
    told: Record = {
        "entityName": work.entity, "actionName": work.action,
        "createdBy": request.user["number"], "createdByName": request.user["id"],
        "createdByFullName": request.user["id"], "request": json.loads(request.text or "{}"),
        "timestamp": request.at.isoformat(),
    }  # fmt: skip
    if reply is not None:
        told |= {
            "response": reply,
            "officeId": reply.get("officeId"),
            "clientId": reply.get("clientId"),
        }
    elif not request.since("1.9.0"):
        told["status"] = "Exception"
    return encode(told)
