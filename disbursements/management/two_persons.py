"""What the commands share by which one person proposes and another decides."""

from django.core.management.base import CommandParser

from core.callers import Caller
from core.command import BadUsage, an_id
from disbursements.management.dry_run import add_dry_run
from disbursements.management.reasons import add_reason


def demand_name(caller: Caller, *, signs: str) -> None:
    """Raises BadUsage unless --as says who it is; `signs` what, such as `A reversal`."""
    if caller.permissions is None:
        raise BadUsage(f"{signs} is signed by a person: say who you are with --as USERNAME")


def add_decision(parser: CommandParser, *, listed_by: str, approve: str, reject: str) -> None:
    """ID, --approve or --reject, --reason and --dry-run; what approving and rejecting does."""
    parser.add_argument("id", metavar="ID", type=an_id, help=f"as `{listed_by}` shows it")
    decision = parser.add_mutually_exclusive_group(required=True)
    decision.add_argument("--approve", action="store_true", help=approve)
    decision.add_argument("--reject", action="store_true", help=reject)
    add_reason(parser)
    add_dry_run(parser)
