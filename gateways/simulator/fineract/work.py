"""A command in two halves: what checks it, and what does it."""

from collections.abc import Callable
from dataclasses import dataclass

from gateways.simulator.fineract.request import Request
from gateways.simulator.journal import Record

Act = Callable[[], Record]


@dataclass(frozen=True, kw_only=True)
class Work:
    """`prepare` checks a request about a subject and raises Refusal; what it gives back does it
    and answers with the reply. Permission and trail go by `action` and `entity`.
    """

    action: str
    entity: str
    prepare: Callable[[Request, Record], Act]

    @property
    def permission(self) -> str:
        """Such as DISBURSE_LOAN."""
        return f"{self.action}_{self.entity}"
