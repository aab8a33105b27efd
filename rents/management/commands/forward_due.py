"""manage.py forward_due [--payment ID … --reason TEXT] [--dry-run]"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from core import clock, money
from core.command import BadUsage, VaultCommand, an_id
from rents.operations import reach
from rents.operations.forward import forward_due, forward_payments
from rents.queries import due
from rents.queries.due import Group


class Command(VaultCommand):
    help = (
        "Forward collected rent to its owners: what is due by their plans, or with --payment "
        "these payments now, whatever plan and minimum say."
    )
    permission = reach.PERMISSION

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--payment", type=an_id, action="append", dest="payments", metavar="ID",
            help="this payment, now; may be given several times",
        )  # fmt: skip
        parser.add_argument("--reason", default="", help="why, with --payment")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be forwarded, change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        payments: list[UUID] = options["payments"] or []
        if options["reason"] and not payments:
            raise BadUsage("--reason goes with --payment: what is due needs none")
        self._demand_known(payments)
        at = clock.database_now()
        if options["dry_run"]:
            self._tell(due.groups_of(payments) if payments else due.groups_due(at=at))
            return
        if payments:
            made = len(
                forward_payments(
                    payment_ids=payments, caller=self.caller, at=at,
                    reason=options["reason"] or "forwarded from the command line",
                )
            )  # fmt: skip
        else:
            made = forward_due(at=at)
        noun = "transfer was" if made == 1 else "transfers were"
        self.answer({"transfers": made}, f"{made} {noun} handed to the payouts.")

    def _demand_known(self, payments: list[UUID]) -> None:
        known = set(
            reach.visible(self.caller).filter(pk__in=payments).values_list("pk", flat=True)
        )
        for payment_id in payments:
            if payment_id not in known:
                raise reach.NoSuchPayment(f"there is no payment {payment_id}", field="payment")

    def _tell(self, groups: list[Group]) -> None:
        lines = [
            f"{each.owner_name}: {each.count} {'rent' if each.count == 1 else 'rents'}, "
            f"{money.shown(each.amount_minor, each.receiving.currency)}"
            + (" (below the minimum: waits for more)" if each.waits_for_more else "")
            for each in groups
        ]
        values = [
            {
                "owner": each.owner_name, "payments": each.count,
                "amount": money.plain(each.amount_minor, each.receiving.currency),
                "currency": each.receiving.currency, "waitsForMore": each.waits_for_more,
            }
            for each in groups
        ]  # fmt: skip
        self.answer(
            {"dryRun": True, "groups": values},
            "\n".join(lines) or "Nothing is due to be forwarded.",
        )
