"""What the platform kept: fees of a period by month, owner and property, from the ledger.

A month's fees are what was booked in it; taking an allocation back lowers the month in which
that was done. Owner and property of a rent are those it has now.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from rents.rules.period import Period
from vault.models import Owner, Property

RENTS = """
    SELECT date_trunc('month', entry.at AT TIME ZONE 'Africa/Nairobi')::date AS month,
           payment.owner_id, payment.property_id,
           count(DISTINCT entry.id) FILTER (WHERE entry.kind = 'posting')
             - count(DISTINCT entry.id) FILTER (WHERE entry.kind = 'reversal') AS rents,
           coalesce(sum(line.credit_minor - line.debit_minor)
             FILTER (WHERE account.code LIKE 'partner:%%:fees:%%'), 0)::bigint AS fee_minor,
           coalesce(sum(line.credit_minor - line.debit_minor)
             FILTER (WHERE account.code LIKE 'owner:%%'), 0)::bigint AS owed_minor
      FROM ledger_entry entry
      JOIN vault_payment payment ON payment.id = split_part(entry.reference, ':', 2)::uuid
      JOIN ledger_line line ON line.entry_id = entry.id
      JOIN ledger_account account ON account.id = line.account_id
     WHERE entry.at >= %(starts_at)s AND entry.at < %(ends_at)s
       AND entry.reference LIKE 'payment:%%:allocated%%'
       AND line.currency = %(currency)s
       AND (%(partners)s::uuid[] IS NULL OR payment.partner_id = ANY(%(partners)s))
     GROUP BY 1, 2, 3
"""
TRANSFERS = """
    SELECT date_trunc('month', entry.at AT TIME ZONE 'Africa/Nairobi')::date AS month,
           forward.owner_id, sum(line.debit_minor - line.credit_minor)::bigint AS forwarded_minor
      FROM ledger_entry entry
      JOIN rents_forward forward ON forward.id = split_part(entry.reference, ':', 2)::uuid
      JOIN ledger_line line ON line.entry_id = entry.id
      JOIN ledger_account account ON account.id = line.account_id
     WHERE entry.at >= %(starts_at)s AND entry.at < %(ends_at)s
       AND entry.reference LIKE 'forward:%%:paid%%' AND account.code LIKE 'owner:%%:forwarding:%%'
       AND line.currency = %(currency)s
       AND (%(partners)s::uuid[] IS NULL OR forward.partner_id = ANY(%(partners)s))
     GROUP BY 1, 2
"""
CHARGES = """
    SELECT date_trunc('month', entry.at AT TIME ZONE 'Africa/Nairobi')::date AS month,
           forward.owner_id, sum(line.debit_minor - line.credit_minor)::bigint AS charges_minor
      FROM ledger_account account
      JOIN ledger_line line ON line.account_id = account.id
      JOIN ledger_entry entry ON entry.id = line.entry_id
      JOIN disbursement_retry_logs log ON log.id = split_part(entry.reference, ':', 2)::uuid
      JOIN disbursement_requests payout ON payout.id = log.disbursement_id
      JOIN rents_forward forward ON forward.id::text = payout.origin_id
     WHERE account.code LIKE 'charges:%%' AND account.currency = %(currency)s
       AND entry.at >= %(starts_at)s AND entry.at < %(ends_at)s
       AND entry.reference LIKE 'attempt:%%'
       AND (%(partners)s::uuid[] IS NULL OR forward.partner_id = ANY(%(partners)s))
     GROUP BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Sums of minor units: received = fee + owed. `name` is a month, an owner or a property."""

    name: str
    beside: str = ""
    rents: int = 0
    fee_minor: int = 0
    owed_minor: int = 0
    forwarded_minor: int = 0
    charges_minor: int = 0

    @property
    def received_minor(self) -> int:
        """What tenants paid."""
        return self.fee_minor + self.owed_minor

    @property
    def is_something(self) -> bool:
        """Whether anything is left of it: what was allocated and taken back is nothing."""
        moved = (self.fee_minor, self.owed_minor, self.forwarded_minor, self.charges_minor)
        return self.rents != 0 or any(moved)


@dataclass(frozen=True, kw_only=True)
class Revenue:
    """Of the days, in `currency`. Transfers and their charges are told by month and owner."""

    period: Period
    currency: str
    total: Share
    months: Sequence[Share]
    owners: Sequence[Share]
    properties: Sequence[Share]


def revenue(
    *, partners: Collection[UUID] | None, period: Period, currency: str = "KES"
) -> Revenue:
    """Of these partners (None: all)."""
    scope = {
        "starts_at": period.starts_at, "ends_at": period.ends_at, "currency": currency,
        "partners": None if partners is None else list(partners),
    }  # fmt: skip
    rents, transfers = _rows(RENTS, scope), _rows(TRANSFERS, scope)
    transfers += _rows(CHARGES, scope)
    rows = [*rents, *transfers]
    owners = Owner.objects.in_bulk({row["owner_id"] for row in rents + transfers} - {None})
    places = Property.objects.select_related("owner").in_bulk(
        {row["property_id"] for row in rents} - {None}
    )
    gone = "Taken back since"
    return Revenue(
        period=period,
        currency=currency,
        total=_share("Total", rows),
        months=_shares(rows, key=lambda row: row["month"], name=_month_name),
        owners=_by_fee(
            _shares(
                rents + transfers,
                key=lambda row: str(row["owner_id"] or ""),
                name=lambda key: owners[UUID(key)].name if key else gone,
            )
        ),
        properties=_by_fee(
            _shares(
                rents,
                key=lambda row: str(row["property_id"] or ""),
                name=lambda key: places[UUID(key)].name if key else gone,
                beside=lambda key: places[UUID(key)].owner.name if key else "",
            )
        ),
    )


def _rows(sql: str, scope: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, scope)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _shares(
    rows: Sequence[dict[str, Any]],
    *,
    key: Callable[[dict[str, Any]], Any],
    name: Callable[[Any], str],
    beside: Callable[[Any], str] = lambda _key: "",
) -> list[Share]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    shares = [
        _share(name(each), found, beside=beside(each)) for each, found in sorted(groups.items())
    ]
    return [share for share in shares if share.is_something]


def _share(name: str, rows: Sequence[dict[str, Any]], *, beside: str = "") -> Share:
    columns = ("rents", "fee_minor", "owed_minor", "forwarded_minor", "charges_minor")
    sums = {column: sum(int(row.get(column) or 0) for row in rows) for column in columns}
    return Share(name=name, beside=beside, **sums)


def _by_fee(shares: list[Share]) -> list[Share]:
    return sorted(shares, key=lambda share: (-share.fee_minor, share.name))


def _month_name(month: date) -> str:
    return f"{month:%B %Y}"
