"""Count into a sync run what became of its loans. In memory: who opened the run saves it."""

from loans.models import LoanSyncRun

ERRORS_MAX = 100


def skip(run: LoanSyncRun, code: str, count: int = 1) -> None:
    """Loans that were left as they are, and why."""
    if count:
        run.skipped[code] = run.skipped.get(code, 0) + count


def held(run: LoanSyncRun, code: str) -> None:
    """A loan that is held from now on, by the code of rules/holds.py."""
    run.held[code] = run.held.get(code, 0) + 1


def trouble(run: LoanSyncRun, *, step: str, loan_id: int | None, code: str, text: str) -> None:
    """Something that did not work, in plain words; `loan_id` in Mifos X, None: of all."""
    if len(run.errors) < ERRORS_MAX:
        run.errors.append({"step": step, "loan_id": loan_id, "code": code, "text": text})
