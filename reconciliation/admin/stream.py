"""The running stream: each check as one line that opens, the same as the socket tells it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from core.admin import shown
from reconciliation.admin import words
from reconciliation.models import ReconciliationRun
from reconciliation.queries import runs
from reconciliation.states import RESULT_MEANINGS, CheckResult

LINES_MAX = 60
RUN = "admin:reconciliation_reconciliationrun_change"
NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One check in words. `at`: when it was made."""

    id: str
    url: str
    word: str
    tone: str
    meaning: str
    kind: str
    what: str
    amount: str
    at: datetime
    time_text: str
    facts: Sequence[tuple[str, str]]
    issues: Sequence[tuple[str, str, str]]

    @property
    def when(self) -> str:
        """`21 Nov 2026, 14:32 EAT`."""
        return shown.absolute(self.at)


def latest(selection: Mapping[str, str], *, partners: Collection[UUID] | None) -> list[Line]:
    """The newest checks of a selection. Raises BadSelection."""
    return lines(list(runs.rows(selection, partners=partners)[:LINES_MAX]))


def lines(made: Sequence[ReconciliationRun]) -> list[Line]:
    """Each as a line, all with one query."""
    told = runs.as_results(made)
    return [_line(run, result) for run, result in zip(made, told, strict=True)]


def vocabulary() -> dict[str, Any]:
    """What the page's script says in the same words."""
    return {
        "results": {
            each.value: [each.value.capitalize(), words.RESULT_TONES[each], RESULT_MEANINGS[each]]
            for each in CheckResult
        },
        "severities": {
            name: [name.capitalize(), tone] for name, (tone, _) in words.SEVERITIES.items()
        },
        "kinds": {name: words.subject_kind(name) for name in words.PAGES},
        "triggers": dict(words.TRIGGERS),
        "byAccount": list(words.BY_ACCOUNT),
        "page": reverse(RUN, args=[NOBODY]),
        "nobody": NOBODY,
        "linesMax": LINES_MAX,
    }


def _line(run: ReconciliationRun, told: Mapping[str, Any]) -> Line:
    details, result = told["sessionDetails"], run.result
    return Line(
        id=str(run.pk),
        url=words.page_of(run),
        word=result.capitalize(),
        tone=words.RESULT_TONES[result],
        meaning=RESULT_MEANINGS[result],
        kind=words.subject_kind(run.subject_kind),
        what=words.known_by(run.subject_kind, details, or_else=run.subject_id),
        amount=words.told_amount(details),
        at=run.started_at,
        time_text=words.clock_text(run.started_at),
        facts=[(name, value) for name, value in _facts(run, details) if value],
        issues=[
            (words.SEVERITIES[issue["severity"]][0], issue["severity"].capitalize(),
             shown.free_text(issue["message"]))
            for issue in told["issues"]
        ],
    )  # fmt: skip


def _facts(run: ReconciliationRun, details: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("Client", shown.free_text(str(details.get("client") or ""))),
        ("Served by", shown.free_text(str(details.get("psychologist") or ""))),
        ("Receipt", shown.free_text(str(details.get("transactionId") or ""))),
        ("Started by", words.trigger(run.trigger)),
        ("In the name of", run.actor),
        ("Took", words.took(run.duration_ms)),
        ("Waited", words.took(run.waited_ms) if run.waited_ms else ""),
        ("Provider", "asked anew" if run.asked else ""),
        ("Problem", shown.free_text(run.problem)),
    ]
