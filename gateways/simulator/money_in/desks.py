"""The addresses of the collecting side: path -> (desk, status and code of an invalid token)."""

from datetime import datetime

from gateways.simulator.money_in import payments, prompts, pull, standing
from gateways.simulator.wire import Body, Reply
from gateways.simulator.world import World


def register_v1(world: World, body: Body, *, at: datetime) -> Reply:  # noqa: ARG001
    """Numbers are hashed in what is told."""
    return payments.register(world, body, version=1)


def register_v2(world: World, body: Body, *, at: datetime) -> Reply:  # noqa: ARG001
    """Numbers are masked in what is told."""
    return payments.register(world, body, version=2)


MONEY_IN_DESKS = {
    "/mpesa/stkpush/v1/processrequest": (prompts.request_prompt, (404, "404.001.03")),
    "/mpesa/stkpushquery/v1/query": (standing.request_standing, (404, "404.001.03")),
    "/mpesa/c2b/v1/registerurl": (register_v1, (400, "400.003.01")),
    "/mpesa/c2b/v2/registerurl": (register_v2, (400, "400.003.01")),
    "/pulltransactions/v1/register": (pull.register_pull, (401, "401.001")),
    "/pulltransactions/v1/query": (pull.pull, (401, "401.001")),
}
