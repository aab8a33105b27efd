"""Fill the result-code table with the documented rows; what staff edited stays as it is."""

from datetime import datetime

from disbursements.models import ResultCodeRule
from disbursements.rules.classify import FALLBACK_RANGES
from gateways import registry


def install_rules(*, at: datetime, table: type[ResultCodeRule] = ResultCodeRule) -> int:
    """Add the rows that are missing; returns how many. `table` is the migration's own model."""
    known = set(table.objects.values_list("api", "code", "code_from", "text_pattern"))
    rows = [
        table(
            api=row.api, code=row.code, text_pattern=row.text_pattern, meaning=row.meaning,
            outcome=row.outcome, next=row.next, scope=row.scope, is_default=True, updated_at=at,
        )
        for row in registry.code_defaults()
        if (row.api, row.code, None, row.text_pattern) not in known
    ]  # fmt: skip
    rows += [
        table(
            api=rule.api, code_from=rule.code_from, code_to=rule.code_to, meaning=rule.meaning,
            outcome=rule.outcome, next=rule.next_step, scope=rule.scope, is_default=True,
            updated_at=at,
        )
        for rule in FALLBACK_RANGES
        if (rule.api, "", rule.code_from, "") not in known
    ]  # fmt: skip
    table.objects.bulk_create(rows)
    return len(rows)
