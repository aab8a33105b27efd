"""Fill the result-code table with the documented rows; what staff edited stays as it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from disbursements.models import ResultCodeRule
from disbursements.rules.classify import FALLBACK_RANGES
from gateways import registry

Key = tuple[str, str, int | None, str]

TEXTS = ("meaning", "meaning_sw", "whose_side", "what_to_do", "what_to_do_sw")


def install_rules(*, at: datetime, table: type[ResultCodeRule] = ResultCodeRule) -> int:
    """Add the rows that are missing; returns how many.

    `table` may be a migration's own model, which lacks the columns that came later. A code that
    does not fit it yet is left to the next call.
    """
    known = set(table.objects.values_list("api", "code", "code_from", "text_pattern"))
    longest = table._meta.get_field("code").max_length or 0
    columns = {field.name for field in table._meta.get_fields()}
    rows = [
        table(
            **{name: value for name, value in values.items() if name in columns},
            is_default=True,
            updated_at=at,
        )
        for values in _documented()
        if _key(values) not in known and len(values.get("code", "")) <= longest
    ]
    table.objects.bulk_create(rows)
    return len(rows)


def fill_texts(*, table: type[ResultCodeRule] = ResultCodeRule) -> int:
    """Write the documented texts into the rows that are as shipped; returns how many."""
    documented = {_key(values): values for values in _documented()}
    rows = []
    for row in table.objects.filter(is_default=True):
        values = documented.get((row.api, row.code, row.code_from, row.text_pattern))
        if values is not None:
            for name in TEXTS:
                setattr(row, name, values[name])
            rows.append(row)
    table.objects.bulk_update(rows, TEXTS)
    return len(rows)


def _documented() -> Iterator[dict[str, Any]]:
    """The columns of every row, as documented by the provider or by us."""
    for row in registry.code_defaults():
        yield {
            "api": row.api, "code": row.code, "text_pattern": row.text_pattern,
            "outcome": row.outcome, "next": row.next, "scope": row.scope, **_texts(row),
        }  # fmt: skip
    for rule in FALLBACK_RANGES:
        yield {
            "api": rule.api, "code_from": rule.code_from, "code_to": rule.code_to,
            "outcome": rule.outcome, "next": rule.next_step, "scope": rule.scope, **_texts(rule),
        }  # fmt: skip


def _texts(row: Any) -> dict[str, str]:
    return {name: getattr(row, name) for name in TEXTS}


def _key(values: dict[str, Any]) -> Key:
    return (
        values["api"], values.get("code", ""), values.get("code_from"),
        values.get("text_pattern", ""),
    )  # fmt: skip
