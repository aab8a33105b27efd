"""manage.py allocate_payment RECEIPT [--property ID] [--tenant ID] [--remember] --reason WHY …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import BadUsage, VaultCommand, an_id
from vault.management.rental_options import add_rehearsal, rehearsed
from vault.models import Payment
from vault.operations.allocate_by_hand import PERMISSION, allocate_by_hand
from vault.operations.reach import NoSuchPayment
from vault.operations.take_back import take_back
from vault.queries.candidates import Candidate, candidates
from vault.states import PaymentStatus


class Command(VaultCommand):
    help = (
        "Say whose rent a payment is. Without --property it shows who it might be from. "
        "--remember has the same account mean the same from now on; --take-back makes it nobody's "
        "again, while nothing of it was forwarded."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """RECEIPT, whose it is, and why."""
        parser.add_argument("receipt", metavar="RECEIPT", help="such as UKL1A2B3C4")
        parser.add_argument("--property", metavar="ID", type=an_id)
        parser.add_argument("--tenant", metavar="ID", type=an_id)
        parser.add_argument("--remember", action="store_true")
        parser.add_argument("--take-back", action="store_true")
        parser.add_argument("--reason", metavar="WHY", default="", help="8 to 500 characters")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One payment."""
        payment = self._payment(options["receipt"])
        if options["take_back"] and options["property"]:
            raise BadUsage("Give --property or --take-back, not both")
        if not options["take_back"] and options["property"] is None:
            self._show(payment)
            return
        with rehearsed(dry_run=options["dry_run"]):
            do = self._take_back if options["take_back"] else self._allocate
            done = do(payment, options)
        self._answer(done, dry_run=options["dry_run"])

    def _payment(self, receipt: str) -> Payment:
        payment = Payment.objects.filter(receipt=receipt).first()
        if payment is None or not self.caller.may_touch(payment.partner_id):
            raise NoSuchPayment(f"there is no payment {receipt[:30]}", field="receipt")
        return payment

    def _allocate(self, payment: Payment, options: dict[str, Any]) -> Payment:
        return allocate_by_hand(
            payment_id=payment.pk, property_id=options["property"], tenant_id=options["tenant"],
            remember=options["remember"], reason=options["reason"], caller=self.caller,
            at=clock.database_now(),
        )  # fmt: skip

    def _take_back(self, payment: Payment, options: dict[str, Any]) -> Payment:
        return take_back(
            payment_id=payment.pk, reason=options["reason"], caller=self.caller,
            at=clock.database_now(),
        )  # fmt: skip

    def _answer(self, payment: Payment, *, dry_run: bool) -> None:
        amount = money.shown(payment.amount_minor, payment.currency)
        text = f"{payment.receipt}, {amount}, is nobody's again"
        if payment.status == PaymentStatus.ALLOCATED:
            fee = money.shown(payment.fee_minor or 0, payment.currency)
            owed = money.shown(payment.owed_minor or 0, payment.currency)
            text = f"{payment.receipt}: {amount} for {payment.property}, fee {fee}, owed {owed}"
        self.answer(
            {
                "id": str(payment.pk), "receipt": payment.receipt, "status": payment.status,
                "property": payment.property_id and str(payment.property_id),
                "tenant": payment.tenant_id and str(payment.tenant_id), "dryRun": dry_run,
            },
            f"{text}. Nothing was changed." if dry_run else text,
        )  # fmt: skip

    def _show(self, payment: Payment) -> None:
        found = candidates(payment)
        typed = payment.account_typed or "nothing"
        lines = [f"{payment.receipt} is {payment.status}; typed as account: {typed}"]
        lines += [_line(each) for each in found]
        self.answer(
            {
                "id": str(payment.pk), "receipt": payment.receipt, "status": payment.status,
                "accountTyped": payment.account_typed,
                "candidates": [
                    {
                        "property": str(each.property.pk), "score": each.score, "why": each.why,
                        "tenant": str(each.tenant.pk) if each.tenant else None,
                    }
                    for each in found
                ],
            },
            "\n".join(lines),
        )  # fmt: skip


def _line(candidate: Candidate) -> str:
    tenant = f" --tenant {candidate.tenant.pk} ({candidate.tenant})" if candidate.tenant else ""
    return f"--property {candidate.property.pk} ({candidate.property}){tenant}: {candidate.why}"
