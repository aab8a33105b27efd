"""Which codes of a provider mean that it was not paid, by the result-code table, read once."""

from functools import cached_property

from disbursements import queries
from disbursements.models import ResultCodeRule
from disbursements.rules.classify import Rule, judge

FAILED = "failed"


class Verdicts:
    """The table as it was when it was first needed; one for each batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], bool] = {}

    def is_failure(self, *, api: str, code: str, text: str) -> bool:
        """Whether this final result proves a failure; some codes leave it open."""
        key = (api, code, text)
        if key not in self._known:
            verdict = judge(api=api, code=code, text=text, rules=self._rules)
            self._known[key] = verdict.outcome == FAILED
        return self._known[key]

    @cached_property
    def _rules(self) -> list[Rule]:
        return [queries.as_rule(row) for row in ResultCodeRule.objects.all()]
