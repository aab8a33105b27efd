"""Caller: who asks, through whichever door, whose rows they may touch and what they may do."""

from dataclasses import dataclass
from uuid import UUID

from core.refusals import Refused


class NotAllowed(Refused):
    """The caller lacks the permission; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`actor` is the name in the trail: the same for one person at the page, the API and here.

    `partners` None: of all partners. `permissions` None: everything, as the operator of the
    machine may; otherwise such as `disbursements.retry_disbursementrequest`. An owner or a tenant
    who asks for themselves is named by id, has no partners and no permissions.
    """

    actor: str
    origin: str
    partners: frozenset[UUID] | None
    permissions: frozenset[str] | None
    owner_id: UUID | None = None
    tenant_id: UUID | None = None

    def may(self, permission: str) -> bool:
        """Whether the permission is theirs."""
        return self.permissions is None or permission in self.permissions

    def may_touch(self, partner_id: UUID) -> bool:
        """Whether rows of this partner are within their reach."""
        return self.partners is None or partner_id in self.partners

    def demand(self, permission: str) -> None:
        """Raises NotAllowed naming the permission that is missing."""
        if not self.may(permission):
            raise NotAllowed(f"{self.actor} lacks the permission {permission}")
