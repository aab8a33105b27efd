"""Job -> how often: the one table. The worker's schedules and `manage.py sweep` both read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

import disbursements.jobs
import loans.jobs
import reconciliation.jobs
import rents.jobs
import vault.jobs
from config import job_runs
from config.deliveries import deliver_due
from core import clock, jobs
from core.seal import seal_steps
from disbursements import queries
from disbursements.queries import payout_jobs
from disbursements.queries import reversals as reversals_due
from gateways import inbox
from loans.queries import moments as loans_due
from reconciliation.operations.request_check import JOB as RECONCILE
from reconciliation.queries import moments as checks_due
from reconciliation.queries import untold
from rents.queries import due as rents_due
from rents.queries.payouts import with_news
from vault.operations.balances import ask_balances
from vault.operations.sign_in import forget_old_counts
from vault.operations.stripe_balances import ask_stripe_balances
from vault.queries import notices, prompts

SEAL_BATCH = 10_000
FINISHED_TASKS_KEPT = timedelta(days=1)


def seal() -> int:
    """Seal the steps that are not sealed yet."""
    return seal_steps(at=clock.database_now(), limit=SEAL_BATCH)


def balances() -> int:
    """Ask what the wallets hold, except with credentials that are known to be broken."""
    at, but = clock.database_now(), queries.shortcodes_not_to_ask()
    return ask_balances(at=at, but=but) + ask_stripe_balances(at=at, but=but)


def prune() -> int:
    """Delete the queue's finished tasks, old sign-in counts and old checks."""
    from django_q.models import Task

    old = Task.objects.filter(stopped__lt=clock.now() - FINISHED_TASKS_KEPT)
    gone = old.delete()[0] + forget_old_counts(at=clock.now())
    return gone + reconciliation.jobs.prune()


def watch() -> int:
    """Tell of late schedules and the like, and close what has passed."""
    from config.watch import tell_health

    job_runs.note_listed(SWEEPS, at=clock.now())
    return tell_health(at=clock.now())


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A job: what it runs, how often, and (where it has due times) when it is next due.

    `once`: running it again at once would find the same to do, so `--until-idle` does not.
    `says` tells staff in one sentence what it does; every row of the table has it.
    """

    run: Callable[[], int]
    every_minutes: int
    job: str = ""
    once: bool = False
    says: str = ""

    def next_moment(self, *, at: datetime) -> datetime | None:
        """When something falls due without a person; None: never, or it has no due times."""
        if self.job in MOMENTS:
            return MOMENTS[self.job](at)
        return queries.next_moment(job=self.job, at=at) if self.job else None


# When the jobs of others than payouts fall due, at a moment.
MOMENTS: dict[str, Callable[[datetime], datetime | None]] = {
    "deliver": lambda at: at if inbox.anything_unread() else None,
    "prompts": lambda at: prompts.next_moment(),  # noqa: ARG005
    "forward": lambda at: rents_due.next_moment(),  # noqa: ARG005
    "follow": lambda at: at if with_news().exists() else None,
    "notices": lambda at: notices.next_moment(),  # noqa: ARG005
    "payouts": lambda at: payout_jobs.next_moment(at=at),
    "reversals": lambda at: reversals_due.next_moment(),  # noqa: ARG005
    "sync_loans": lambda at: loans_due.next_sync(at=at),
    "loans": lambda at: loans_due.next_of_loans(at=at),
    RECONCILE: lambda at: checks_due.next_check(at=at),
    "alerts": lambda at: untold.next_moment(),  # noqa: ARG005
}
SWEEPS: dict[str, Sweep] = {
    "deliver": Sweep(run=deliver_due, every_minutes=1, job="deliver",
                     says="Reads what providers sent us (callbacks) and settles the "
                     "payouts and payments they tell of."),
    "recover": Sweep(run=disbursements.jobs.recover, every_minutes=1, job="recover",
                     says="Finds payouts that a dead worker left in the middle of sending, "
                     "and has them asked about."),
    "send": Sweep(run=disbursements.jobs.send, every_minutes=1, job="send",
                  says="Sends the payouts that are queued and due."),
    "retry": Sweep(run=disbursements.jobs.retry, every_minutes=5, job="retry",
                   says="Sends again the failed payouts whose next try is due."),
    "ask": Sweep(run=disbursements.jobs.ask, every_minutes=1, job="ask",
                 says="Asks the provider about payouts whose outcome is open. It never "
                 "sends money."),
    "resume": Sweep(run=disbursements.jobs.resume, every_minutes=5,
                    says="Resumes payouts that waited for money once the balance is enough "
                    "again."),
    "bulk": Sweep(run=disbursements.jobs.bulk, every_minutes=1,
                  says="Works off the bulk runs that somebody at the desk has started."),
    "prompts": Sweep(run=vault.jobs.prompts, every_minutes=1, job="prompts",
                     says="Asks about payment prompts whose answer is late, and closes "
                     "those that ran out."),
    "pull": Sweep(run=vault.jobs.pull, every_minutes=30, once=True,
                  says="Asks for payments that arrived without anybody telling us."),
    "forward": Sweep(run=rents.jobs.forward, every_minutes=1, job="forward",
                     says="Forwards collected rent that is due to its owners."),
    "follow": Sweep(run=rents.jobs.follow, every_minutes=1, job="follow",
                    says="Follows the payouts of forwarded rent and books how they ended."),
    "notices": Sweep(run=rents.jobs.notices, every_minutes=1, job="notices",
                     says="Tells owners and tenants by SMS or email, where notices are "
                     "switched on."),
    "payouts": Sweep(run=disbursements.jobs.payouts, every_minutes=5, job="payouts",
                     says="Sends on the winners whose Stripe account may receive now, and "
                     "says which payout jobs are complete."),
    "accounts": Sweep(run=disbursements.jobs.accounts, every_minutes=5,
                      says="Asks Stripe daily, and after each change, whether connected "
                      "accounts may receive."),
    "reversals": Sweep(run=disbursements.jobs.reversals, every_minutes=1, job="reversals",
                       says="Takes transfers back that two persons agreed on, and finds out "
                       "about those whose outcome is open."),
    "sync_loans": Sweep(run=loans.jobs.sync_loans, every_minutes=1, job="sync_loans",
                        says="Fetches approved loans from each partner's Mifos X every five "
                        "minutes, pays them and books them there."),
    "loans": Sweep(run=loans.jobs.loans, every_minutes=1, job="loans",
                   says="Follows the payouts of loans, looks at each again before it is sent "
                   "late, and books in Mifos X what was paid."),
    RECONCILE: Sweep(run=reconciliation.jobs.reconcile, every_minutes=1, job=RECONCILE,
                     says="Compares what has changed with what the providers and the books "
                     "say, and tells of differences."),
    "check_stuck": Sweep(run=reconciliation.jobs.check_stuck, once=True,
                         every_minutes=settings.RECONCILE_EVERY_MINUTES,
                         says="Has payments checked that have been under way for too long."),
    "alerts": Sweep(run=reconciliation.jobs.alerts, every_minutes=1, job="alerts",
                    says="Tells people of alerts by email and SMS, and others when nobody "
                    "acknowledges them."),
    "digest": Sweep(run=reconciliation.jobs.digest, every_minutes=15, once=True,
                    says="Writes the daily digest of alerts and differences, once a day."),
    "balances": Sweep(run=balances, every_minutes=15, once=True,
                      says="Asks what the wallets at the provider hold."),
    "tally": Sweep(run=disbursements.jobs.tally, every_minutes=1,
                   says="Adds up the figures that the desk shows."),
    "seal": Sweep(run=seal, every_minutes=5,
                  says="Seals the trail, so that nobody can change a step unseen."),
    "prune": Sweep(run=prune, every_minutes=24 * 60,
                   says="Removes finished tasks of the queue, old sign-in counts and old "
                   "checks."),
    "watch": Sweep(run=watch, every_minutes=1, once=True,
                   says="Looks whether everything is running, raises alerts and closes "
                   "them again."),
}  # fmt: skip
# What these did is in the trail: it is compared at once.
MOVES_MONEY = frozenset({
    "deliver", "send", "retry", "ask", "recover", "resume", "prompts", "pull", "forward", "follow",
    "payouts", "reversals", "sync_loans", "loans", "bulk",
})  # fmt: skip


def run_job(name: str) -> int:
    """What the queue calls: one sweep by its name, and a note of how it went."""
    started_at = clock.now()
    job_runs.note_start(name, at=started_at)
    try:
        did = SWEEPS[name].run()
    except Exception as error:
        job_runs.note_failure(name, started_at=started_at, error=error, at=clock.now())
        raise
    job_runs.note_success(name, started_at=started_at, did=did, at=clock.now())
    if did and name in MOVES_MONEY:
        jobs.after_commit(RECONCILE)
    return did


def rhythm(name: str) -> timedelta:
    """How often the job really runs, faster in a rehearsal."""
    return timedelta(minutes=_scaled_minutes(SWEEPS[name].every_minutes))


def ensure_schedules() -> None:
    """Make the worker's schedules what the table says, and remove all others."""
    from django_q.models import Schedule

    names = [f"sweep:{name}" for name in SWEEPS]
    Schedule.objects.exclude(name__in=names).delete()
    for name, sweep in SWEEPS.items():
        Schedule.objects.update_or_create(
            name=f"sweep:{name}",
            defaults={
                "func": settings.VAULT_JOB_RUNNER,
                "args": repr((name,)),
                "schedule_type": Schedule.MINUTES,
                "minutes": _scaled_minutes(sweep.every_minutes),
                "repeats": -1,
            },
        )


def _scaled_minutes(minutes: int) -> int:
    return max(1, round(minutes / settings.VAULT_TIME_SCALE))
