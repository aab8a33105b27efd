"""Members of staff who decide about bookings."""

from uuid import UUID

from core.callers import Caller

REASON = "the client brought the money back"
ALL = ("book_loantracking", "propose_loanproposal", "approve_loanproposal")


def person(name: str, *permissions: str, partners: frozenset[UUID] | None = None) -> Caller:
    """A caller with these permissions of loans, all of them unless told otherwise."""
    held = frozenset(f"loans.{each}" for each in permissions or ALL)
    return Caller(actor=name, origin="admin", partners=partners, permissions=held)


AMINA = person("amina.example")
BRIAN = person("brian.example")
