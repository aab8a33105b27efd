"""What may be said of a loan product: how much is paid by itself, and how much a day."""

from collections.abc import Iterable
from dataclasses import dataclass

from core import money
from disbursements.rules.intake import AMOUNT_UNITS_MAX, AMOUNT_UNITS_MIN
from vault.rules.names import problem_of

Problems = list[tuple[str, str]]

CURRENCY = "KES"
PRODUCT_ID_MAX = 2**63 - 1
DAILY_COUNT_MAX = 100_000
DAILY_UNITS_MAX = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class ProductValues:
    """Amounts in minor units, of what clients receive. None: no limit of the day."""

    min_amount_minor: int
    max_amount_minor: int
    enabled: bool = False
    auto_approve: bool = False
    product_name: str = ""
    currency: str = CURRENCY
    daily_count_max: int | None = None
    daily_amount_max_minor: int | None = None


def problems_of(product_id: int, values: ProductValues) -> Problems:
    """Each problem as (field, sentence)."""
    return [*_named(product_id, values), *_amounts(values), *_days(values)]


def _named(product_id: int, values: ProductValues) -> Iterable[tuple[str, str]]:
    if not 1 <= product_id <= PRODUCT_ID_MAX:
        yield "product_id", "write the product's id in Mifos X, such as 1"
    if values.product_name:
        wrong = problem_of(values.product_name, length_max=100, example="'Business loan'")
        if wrong:
            yield "product_name", wrong
    if values.currency != CURRENCY:
        yield "currency", f"write {CURRENCY}: M-Pesa pays nothing else"


def _amounts(values: ProductValues) -> Iterable[tuple[str, str]]:
    for name in ("min_amount_minor", "max_amount_minor"):
        try:
            units = money.whole_units(getattr(values, name), CURRENCY)
        except money.BadAmount as error:
            yield name, str(error)
            continue
        if not AMOUNT_UNITS_MIN <= units <= AMOUNT_UNITS_MAX:
            yield (
                name,
                (
                    f"write {AMOUNT_UNITS_MIN} to {AMOUNT_UNITS_MAX:,} shillings, which is what "
                    "M-Pesa pays at a time, such as 5,000"
                ),
            )
    if values.max_amount_minor < values.min_amount_minor:
        yield "max_amount_minor", "is less than the minimum: write more, such as 50,000"


def _days(values: ProductValues) -> Iterable[tuple[str, str]]:
    count, amount_minor = values.daily_count_max, values.daily_amount_max_minor
    if count is not None and not 0 <= count <= DAILY_COUNT_MAX:
        yield "daily_count_max", f"write 0 to {DAILY_COUNT_MAX:,} loans a day, such as 50"
    if amount_minor is not None and not 0 <= amount_minor <= DAILY_UNITS_MAX * 100:
        yield (
            "daily_amount_max_minor",
            (f"write 0 to {DAILY_UNITS_MAX:,} shillings a day, such as 500,000"),
        )
