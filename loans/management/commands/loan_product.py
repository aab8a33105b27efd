"""manage.py loan_product PARTNER [ID --min SHILLINGS --max SHILLINGS --enabled yes …]"""

from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from loans.management.setting_up import YES_NO, a_product_id, add_partner_name, add_reason
from loans.models import LoanProductAutoDisbursalConfig
from loans.operations.products import save_product
from loans.queries import connections, products
from loans.rules.product_values import ProductValues
from vault.management.rental_options import add_rehearsal, rehearsed, shillings
from vault.models import Partner

NO_LIMIT = "none"
AMOUNTS = {
    "min": "min_amount_minor", "max": "max_amount_minor",
    "daily_amount": "daily_amount_max_minor",
}  # fmt: skip


class Command(VaultCommand):
    help = (
        "Show which loan products of a partner are paid by themselves, or set one: only what is "
        "given changes."
    )
    permission = "loans.view_loanproductautodisbursalconfig"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose product, and its limits."""
        add_partner_name(parser)
        parser.add_argument("product_id", metavar="ID", nargs="?", type=a_product_id,
                            help="of the product in Mifos X")  # fmt: skip
        parser.add_argument("--name", metavar="TEXT")
        parser.add_argument("--min", metavar="SHILLINGS", help="what a client receives at least")
        parser.add_argument("--max", metavar="SHILLINGS", help="and at most")
        parser.add_argument("--enabled", choices=YES_NO)
        parser.add_argument("--auto-approve", choices=YES_NO, help="no: each waits for a person")
        parser.add_argument("--daily-count", metavar="N", help=f"loans a day, or {NO_LIMIT}")
        parser.add_argument("--daily-amount", metavar="SHILLINGS", help=f"a day, or {NO_LIMIT}")
        add_reason(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One product, or all of the partner's."""
        partner = connections.partner_named(options["partner"], self.caller)
        given = _given(options)
        if options["product_id"] is None:
            if given:
                raise BadUsage("Name the product by its id in Mifos X, such as 1")
            self._list(partner)
        elif given:
            self._save(partner, options["product_id"], given, options)
        else:
            row = products.of_partner(partner.pk, options["product_id"], self.caller)
            self.answer(products.as_told(row), _line(row))

    def _save(
        self, partner: Partner, product_id: int, given: dict[str, Any], options: dict[str, Any]
    ) -> None:
        row = products.visible(self.caller).filter(
            partner=partner, product_id=product_id
        ).first()  # fmt: skip
        if row is None and not {"min_amount_minor", "max_amount_minor"} <= set(given):
            raise BadUsage("A new product needs --min and --max, such as --min 1000 --max 50000")
        now = products.values_of(row) if row else ProductValues(
            min_amount_minor=0, max_amount_minor=0
        )  # fmt: skip
        with rehearsed(dry_run=options["dry_run"]):
            row = save_product(
                partner_id=partner.pk, product_id=product_id, values=replace(now, **given),
                reason=options["reason"], caller=self.caller, at=clock.now(),
            )  # fmt: skip
        dry = "would be: " if options["dry_run"] else ""
        self.answer(products.as_told(row) | {"dryRun": options["dry_run"]}, f"{dry}{_line(row)}")

    def _list(self, partner: Partner) -> None:
        rows = list(products.visible(self.caller).filter(partner=partner))
        self.answer(
            {"products": [products.as_told(row) for row in rows]},
            "\n".join(_line(row) for row in rows) or "No product yet: no loan is paid by itself",
        )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if options["name"] is not None:
        given["product_name"] = options["name"]
    for option in ("enabled", "auto_approve"):
        if options[option] is not None:
            given[option] = YES_NO[options[option]]
    for option, column in AMOUNTS.items():
        text = options[option]
        if text is not None:
            is_none = option == "daily_amount" and text == NO_LIMIT
            given[column] = None if is_none else shillings(text, field=option)
    if options["daily_count"] is not None:
        given["daily_count_max"] = _count(options["daily_count"])
    return given


def _count(text: str) -> int | None:
    if text == NO_LIMIT:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadUsage(f"--daily-count: {text[:20]!r} is no number of loans: write 20 or none")
    return int(text)


def _line(row: LoanProductAutoDisbursalConfig) -> str:
    named = f"{row.product_id} {row.product_name}".strip()
    return f"{named}: {products.in_words(row)}"
