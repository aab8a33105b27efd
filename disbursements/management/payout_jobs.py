"""What the commands about payout jobs share: naming one, showing it, one verb to its winners."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from core import clock, money
from core.admin.shown import absolute
from core.callers import Caller
from core.command import BadUsage
from core.refusals import Refused
from disbursements.management.bulk import BulkCommand
from disbursements.management.reasons import add_reason
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.operations import bulk, job_verbs
from disbursements.operations.follow_jobs import follow_jobs
from disbursements.queries import payout_jobs
from disbursements.queries.payout_jobs import JobFigures
from disbursements.rules.receiving import SAID
from disbursements.states import PAYOUT_JOB_MEANINGS

NAMED_MAX = 5
EXAMPLE = "SET-2026-11-0001"


def add_job(parser: CommandParser) -> None:
    """JOB: its id or its settlement's."""
    parser.add_argument("job", metavar="JOB", help=f"its id, or the settlement's, as {EXAMPLE}")


def job_named(text: str, *, caller: Caller) -> PayoutJob:
    """The caller's job of this id or settlement. Raises Refused."""
    try:
        return job_verbs.job_of(job_id=UUID(text), caller=caller)
    except ValueError:
        pass
    rows = PayoutJob.objects.select_related("partner", "shortcode").filter(settlement_id=text)
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    found = list(rows[:NAMED_MAX])
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(
            f"{text[:60]!r} is neither a job's id nor a settlement: an example is {EXAMPLE}",
            field="job",
        )
    named = ", ".join(f"{row.pk} of {row.partner}" for row in found)
    raise Refused(f"{text[:60]!r} is a settlement of several partners: {named}", field="job")


def as_json(job: PayoutJob, figures: JobFigures) -> dict[str, Any]:
    """One job for scripts, under the names of the API."""
    return {
        "id": str(job.pk), "partner": str(job.partner_id), "settlementId": job.settlement_id,
        "contestId": job.contest_id, "status": job.status, "currency": job.currency,
        "pool": money.plain(job.pool_minor, job.currency),
        "total": money.plain(job.total_minor, job.currency),
        "winnersCount": job.winners_count, "maxAttempts": job.max_attempts,
        "shortcode": job.shortcode.number,
        "transfers": {
            str(state): {
                "count": share.count, "amount": money.plain(share.amount_minor, job.currency)
            }
            for state, share in figures.states.items()
        },
        "skipped": dict(figures.skipped),
        "returnedAmount": money.plain(figures.returned_minor, job.currency),
        "createdAt": job.created_at.isoformat(),
        "completedAt": job.completed_at.isoformat() if job.completed_at else None,
    }  # fmt: skip


def in_number(count: int) -> str:
    """`1 winner`, `1,000 winners`."""
    return f"{count:,} winner{'' if count == 1 else 's'}"


def in_a_line(job: PayoutJob, figures: JobFigures) -> str:
    """One job in a list."""
    return (
        f"{job.pk}  {job.settlement_id}  {job.status}: {figures.paid.count:,} of "
        f"{in_number(job.winners_count)} paid, "
        f"{money.shown(figures.paid.amount_minor, job.currency)} of "
        f"{money.shown(job.total_minor, job.currency)}; came {absolute(job.created_at)}"
    )


def in_lines(job: PayoutJob, figures: JobFigures) -> list[str]:
    """One job for people."""
    total, pool = (money.shown(minor, job.currency) for minor in (job.total_minor, job.pool_minor))
    lines = [
        f"Payout job {job.pk} of {job.partner}, paid from {job.shortcode.number}",
        f"Settlement {job.settlement_id} of contest {job.contest_id}",
        f"{job.status.capitalize()}: {PAYOUT_JOB_MEANINGS[job.status]}",
        f"To be paid: {in_number(job.winners_count)}, {total} of a pool of {pool}",
    ]
    lines += [
        f"  {state.replace('_', ' '):<16} {share.count:>6,}  "
        f"{money.shown(share.amount_minor, job.currency)}"
        for state, share in figures.states.items()
    ]
    lines += [
        f"  {in_number(count)} waiting: {SAID.get(code, code)}"
        for code, count in figures.skipped.items()
    ]
    if figures.returned_minor:
        lines.append(f"  {money.shown(figures.returned_minor, job.currency)} came back")
    return lines


class JobVerbCommand(BulkCommand):
    """One verb over the winners of a job: all for whom it is, or those named."""

    job_permission = ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which job, which winners, why, and how."""
        add_job(parser)
        parser.add_argument(
            "--winner", metavar="USER", action="append", help="only this one; may be repeated"
        )
        self.add_options(parser)
        add_reason(parser, required=False)
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")
        parser.add_argument(
            "--background", action="store_true", help="leave the work to the workers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or freeze the winners' ids and work them off."""
        job = job_named(options["job"], caller=self.caller)
        verb, at = self.verb_of(options), clock.database_now()
        named = _ids(job, options["winner"])
        ids = job_verbs.meant(job_id=job.pk, named=named, verb=verb, caller=self.caller)
        if options["dry_run"]:
            self.caller.demand(self.job_permission)
            self._tell_what_would_be(bulk.preview(verb=verb, caller=self.caller, at=at, ids=ids))
            return
        if not options["reason"]:
            raise BadUsage("Say why with --reason, such as --reason 'their bank was changed'")
        run = self.start(
            options, job_id=job.pk, reason=options["reason"], caller=self.caller, at=at,
            transfer_ids=ids,
        )  # fmt: skip
        if not options["background"]:
            self._work(run)
            follow_jobs(job_id=job.pk)
        self._tell(run)

    def start(self, options: dict[str, Any], **asked: Any) -> Any:
        """Begin the run."""
        raise NotImplementedError


def _ids(job: PayoutJob, users: list[str] | None) -> list[UUID] | None:
    """The transfers of these users; None: of all. Raises Refused."""
    if not users:
        return None
    rows = PayoutTransfer.objects.filter(job=job, user_id__in=users)
    found = dict(rows.values_list("user_id", "pk"))
    for user in users:
        if user not in found:
            raise Refused(
                f"{user[:60]!r} is no winner of {job.settlement_id}: manage.py payout_job "
                f"{job.settlement_id} names them",
                field="winner",
            )
    return list(found.values())


def figures_of(job: PayoutJob) -> JobFigures:
    """How its winners stand."""
    return payout_jobs.figures([job.pk])[job.pk]
