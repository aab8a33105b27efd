"""A request that was let in: who asks which tenant for what."""

from dataclasses import dataclass, field
from datetime import date, datetime

from gateways.simulator.fineract.days import since, today
from gateways.simulator.fineract.refusals import not_found, not_permitted
from gateways.simulator.fineract.state import State
from gateways.simulator.journal import Record

ALL = "ALL_FUNCTIONS"
ALL_READS = "ALL_FUNCTIONS_READ"
HEAD_OFFICE = 1


@dataclass(kw_only=True)
class Request:
    """`path` is what follows /api/v1; `text` the body as it came, `body` the object in it."""

    state: State
    tenant: Record
    user: Record
    method: str
    path: str
    at: datetime
    query: dict[str, str] = field(default_factory=dict)
    text: str = ""
    body: Record = field(default_factory=dict)
    key: str = ""

    @property
    def name(self) -> str:
        """The tenant's."""
        return str(self.tenant["name"])

    @property
    def today(self) -> date:
        """The day the server books on."""
        return today(self.tenant, self.at)

    def since(self, version: str) -> bool:
        """Whether the server is this version or a later one."""
        return since(self.tenant, version)

    def may(self, permission: str) -> bool:
        """Whether the user holds the permission, or one that covers it."""
        held = set(self.user["permissions"])
        reads = permission.startswith("READ_") and ALL_READS in held
        return permission in held or ALL in held or reads

    def demand(self, permission: str) -> None:
        """Raises Refusal: 403 without the permission."""
        if self.may(permission):
            return
        action, _, entity = permission.partition("_")
        told = f"view {entity.lower()}s" if action == "READ" else f": {permission}"
        raise not_permitted(f"User has no authority to {told}")

    def sees(self, office_id: int) -> bool:
        """Whether the office is the user's own or below it; the head office is above all."""
        return self.user["officeId"] in (HEAD_OFFICE, office_id)

    def rows(self, table: str) -> list[Record]:
        """The tenant's records."""
        return self.state.rows(table, self.name)

    def find(self, table: str, identifier: object) -> Record | None:
        """The tenant's record of this id."""
        return self.state.find(table, self.name, identifier)

    def loan(self, identifier: object) -> Record:
        """The loan, if the user sees it. Raises Refusal: 404."""
        found = self.find("loan", identifier)
        if found is None or not self.sees(found["officeId"]):
            raise not_found(
                "error.msg.loan.id.invalid",
                f"Loan with identifier {identifier} does not exist", identifier,
            )  # fmt: skip
        return found

    def client(self, identifier: object) -> Record:
        """The client, if the user sees it. Raises Refusal: 404."""
        found = self.find("client", identifier)
        if found is None or not self.sees(found["officeId"]):
            raise not_found(
                "error.msg.client.id.invalid",
                f"Client with identifier {identifier} does not exist", identifier,
            )  # fmt: skip
        return found
