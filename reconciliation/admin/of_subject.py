"""On the pages of payments, prompts, payouts, transfers and loans: how they compare, and a way
to check them now."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest

from core.admin import shown
from core.admin.also import ALSO, Added
from core.admin.record import Button, Facts
from disbursements.rules.rail_words import is_stripe
from reconciliation.admin import words
from reconciliation.admin.checking import check_url
from reconciliation.models import Finding, ReconciliationRun, SubjectKind
from reconciliation.queries import findings
from reconciliation.states import FindingStatus

TITLE = "Compared with the provider"
Subject = tuple[str, str]


def added(request: HttpRequest, row: Any, *, subject_of: Callable[[Any], Subject]) -> Added:
    """The latest check, what differs, and the button."""
    if not request.user.has_perm(words.VIEW):
        return Added()
    kind, subject_id = subject_of(row)
    latest = ReconciliationRun.objects.filter(subject_id=subject_id, subject_kind=kind)
    run = latest.order_by("-started_at", "-id").first()
    if kind == SubjectKind.STRANGER and run is None:
        return Added()  # nearly every callback is of something that we know
    is_open = findings.of_subject(kind, subject_id).filter(status=FindingStatus.OPEN)
    return Added(
        buttons=_buttons(request, kind, subject_id),
        sections=[Facts(title=TITLE, rows=_rows(request, run, list(is_open), subject_id))],
    )


def _buttons(request: HttpRequest, kind: str, subject_id: str) -> list[Button]:
    if not request.user.has_perm(words.CHECK):
        return []
    return [
        Button(
            label="Check now…", url=check_url(kind=kind, subject_id=subject_id),
            explanation="Compares it with the provider and the books at once. Moves no money.",
        )
    ]  # fmt: skip


def _rows(
    request: HttpRequest, run: ReconciliationRun | None, differences: Sequence[Finding],
    subject_id: str,
) -> list[tuple[str, object]]:  # fmt: skip
    if run is None:
        return [("Latest check", "Not checked yet")]
    rows: list[tuple[str, object]] = [
        ("Latest check", shown.two_lines(words.result(run), shown.moment(run.started_at)))
    ]
    if request.user.has_perm("reconciliation.view_finding"):
        rows += [
            (
                f"Open difference, {each.severity}",
                shown.two_lines(
                    shown.link(words.page_of(each), words.finding_kind(each.kind)),
                    shown.free_text(each.text),
                ),
            )
            for each in differences
        ]
    checks = f"{words.list_url(words.RUNS)}?id={subject_id}"
    return [*rows, ("All its checks", shown.link(checks, "Show them"))]


def _payout(row: Any) -> Subject:
    kind = SubjectKind.PAYOUT_TRANSFER if is_stripe(row.rail) else SubjectKind.DISBURSEMENT
    return kind, str(row.pk)


def _of(kind: str, attribute: str = "pk") -> Callable[[Any], Subject]:
    return lambda row: (kind, str(getattr(row, attribute)))


SUBJECTS: dict[str, Callable[[Any], Subject]] = {
    "disbursements.disbursementrequest": _payout,
    "vault.payment": _of(SubjectKind.PAYMENT),
    "vault.prompt": _of(SubjectKind.PROMPT),
    "loans.loantracking": _of(SubjectKind.LOAN),
    "loans.loanbooking": _of(SubjectKind.LOAN, "loan_id"),
    "rents.forward": _of(SubjectKind.DISBURSEMENT, "disbursement_id"),
    "gateways.callback": _of(SubjectKind.STRANGER),
}
for _label, _subject_of in SUBJECTS.items():
    ALSO[_label] = partial(added, subject_of=_subject_of)
