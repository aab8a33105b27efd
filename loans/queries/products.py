"""Reads: the settings of loan products."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core import money
from core.callers import Caller
from core.refusals import Refused
from loans.models import LoanProductAutoDisbursalConfig
from loans.rules.product_values import ProductValues


class NoSuchProduct(Refused):
    """It has no settings, or they are not theirs to see."""


def visible(caller: Caller) -> QuerySet[LoanProductAutoDisbursalConfig]:
    """Those of the caller's partners, by partner and product."""
    rows = LoanProductAutoDisbursalConfig.objects.select_related("partner")
    rows = rows.order_by("partner__name", "product_id")
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def of_partner(
    partner_id: UUID, product_id: int, caller: Caller
) -> LoanProductAutoDisbursalConfig:
    """The settings of one product. Raises NoSuchProduct."""
    row = visible(caller).filter(partner_id=partner_id, product_id=product_id).first()
    if row is None:
        raise NoSuchProduct(
            f"product {product_id} has no settings: no loan of it is paid by itself",
            field="product_id",
        )
    return row


def values_of(row: LoanProductAutoDisbursalConfig) -> ProductValues:
    """As it is set now."""
    return ProductValues(
        min_amount_minor=row.min_amount_minor, max_amount_minor=row.max_amount_minor,
        enabled=row.enabled, auto_approve=row.auto_approve, product_name=row.product_name,
        currency=row.currency, daily_count_max=row.daily_count_max,
        daily_amount_max_minor=row.daily_amount_max_minor,
    )  # fmt: skip


def as_told(row: LoanProductAutoDisbursalConfig) -> dict[str, Any]:
    """For answers in JSON. Amounts are decimals of `currency`; null is no limit."""
    a_day = row.daily_amount_max_minor
    return {
        "partnerId": str(row.partner_id),
        "productId": row.product_id,
        "productName": row.product_name,
        "currency": row.currency,
        "enabled": row.enabled,
        "minAmount": money.plain(row.min_amount_minor, row.currency),
        "maxAmount": money.plain(row.max_amount_minor, row.currency),
        "autoApprove": row.auto_approve,
        "dailyCountMax": row.daily_count_max,
        "dailyAmountMax": None if a_day is None else money.plain(a_day, row.currency),
    }


def in_words(row: LoanProductAutoDisbursalConfig) -> str:
    """`KES 1,000.00 to KES 50,000.00, each by itself, at most 20 a day`."""
    low, high = (
        money.shown(each, row.currency) for each in (row.min_amount_minor, row.max_amount_minor)
    )
    parts = [
        f"{low} to {high}",
        "each by itself" if row.auto_approve else "each waits for a person",
    ]
    if row.daily_count_max is not None:
        parts.append(f"at most {row.daily_count_max} a day")
    if row.daily_amount_max_minor is not None:
        parts.append(f"at most {money.shown(row.daily_amount_max_minor, row.currency)} a day")
    return ", ".join(parts if row.enabled else ["off", *parts])
