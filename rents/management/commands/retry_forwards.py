"""manage.py retry_forwards [--payment ID …] [--reason TEXT] [--dry-run]"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from core import clock
from core.command import VaultCommand, an_id
from core.refusals import Refused
from rents.operations import reach
from rents.operations.forward import forward_payment
from rents.operations.retry_forwards import (
    Results,
    RetryError,
    demand_may_retry_all,
    failed_of,
    retry_failed,
)


class Command(VaultCommand):
    help = (
        "Try failed transfers of rent again: all of them, or with --payment those of these "
        "payments. What may have been paid is never sent again."
    )
    permission = reach.PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--payment", type=an_id, action="append", dest="payments", metavar="ID",
            help="the transfer of this payment; may be given several times",
        )  # fmt: skip
        parser.add_argument("--reason", default="", help="why")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many have failed, change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.database_now()
        payments: list[UUID] | None = options["payments"]
        if not payments:
            demand_may_retry_all(self.caller)
        if options["dry_run"]:
            count = len(payments) if payments else len(failed_of(self.caller))
            self.answer({"dryRun": True, "transfers": count}, f"{count} would be tried again.")
            return
        if payments:
            results = self._retry(payments, options["reason"], at)
        else:
            results = retry_failed(caller=self.caller, at=at, reason=options["reason"])
        self.answer(
            {
                "total": results.total, "successful": results.successful,
                "failed": results.failed,
                "errors": [
                    {"paymentId": str(each.payment_id), "error": each.error}
                    for each in results.errors
                ],
            },
            "\n".join(
                [
                    f"{results.successful} of {results.total} rents are on their way again.",
                    *(f"{each.payment_id}: {each.error}" for each in results.errors),
                ]
            ),
        )  # fmt: skip

    def _retry(self, payments: list[UUID], reason: str, at: Any) -> Results:
        errors = []
        for payment_id in payments:
            try:
                forward_payment(payment_id=payment_id, caller=self.caller, at=at, reason=reason)
            except Refused as error:
                errors.append(RetryError(payment_id=payment_id, error=str(error)))
        total = len(payments)
        return Results(
            total=total, successful=total - len(errors), failed=len(errors), errors=errors
        )
