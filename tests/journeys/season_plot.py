"""What befalls a season: the float runs out, the key is revoked, the machine is off for a day."""

from disbursements.models import DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.accounts import save_account
from disbursements.operations.follow_jobs import follow_jobs
from disbursements.operations.job_verbs import cancel_job, retry_job
from disbursements.queries import active_pauses
from disbursements.states import DisbursementStatus as Status
from tests.disbursements.acting import REASON, amina
from tests.journeys.season import AMOUNTS, INACTIVE, LATE, NEVER, UNSEEN, Season
from tests.striping import believe_keys, open_account, set_balance, top_up
from tests.winners import account_of
from vault.operations.change_stripe_key import change_stripe_key

SECOND_KEY = "sk_test_2"
A_DAY_AND_MORE_H = 25


def play(season: Season) -> None:
    """Everything but the end: a storm, with all that people do and forget in it."""
    _float_for(season, 0.5)
    season.storm()
    season.work(hours=1)
    _met(season, "balance empty", "stripe:balance_insufficient")
    _fill_up(season)
    season.work(hours=1)
    _resume(season)
    season.work(hours=2)
    believe_keys(season.wire, SECOND_KEY)
    _late_accounts_come(season)
    season.work(hours=1)
    _met(season, "key refused", "stripe:401")
    _rotate(season)
    season.work(hours=1)
    _off_for_a_day(season)
    _they_may_receive(season)
    season.work(hours=3)


def end(season: Season) -> None:
    """No more faults; then a person sends again who ended in failure, and gives up the rest."""
    season.come_to_rest()
    for job in season.jobs.values():
        _by_hand(season, job.pk, Status.FAILED, again=True)
    season.come_to_rest()
    for job in season.jobs.values():
        _by_hand(season, job.pk, Status.HELD, again=False)
    follow_jobs()


def _by_hand(season: Season, job_id: object, status: str, *, again: bool) -> None:
    rows = DisbursementRequest.objects.filter(origin_id=str(job_id), status=status)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return
    facts = {"job_id": job_id, "reason": REASON, "caller": amina(), "at": season.clock()}
    run = (
        retry_job(**facts, transfer_ids=ids, force=True)  # type: ignore[arg-type]
        if again
        else cancel_job(**facts, transfer_ids=ids)  # type: ignore[arg-type]
    )
    bulk.work(run_id=run.pk)
    season.events["retried by hand" if again else "cancelled by hand"] += len(ids)


def _float_for(season: Season, share: float) -> None:
    """So much of what all of one currency need."""
    for currency, (_, minor) in AMOUNTS.items():
        count = sum(win.currency == currency for win in season.wins.values())
        set_balance(season.wire, int(count * share) * minor, currency.lower())


def _fill_up(season: Season) -> None:
    for currency in season.jobs:
        top_up(season.wire, 1_000_000_000, currency.lower())
    season.events["topped up"] += 1


def _resume(season: Season) -> None:
    """What a top-up does not resume by itself, a person does."""
    if active_pauses().exists():
        season.events["resumed by hand"] += 1
        season.resume_all()


def _rotate(season: Season) -> None:
    change_stripe_key(
        number=season.shortcode.number, secret_key=SECOND_KEY, reason=REASON, actor="amina",
        at=season.clock(),
    )  # fmt: skip
    season.resume_all()
    season.events["key rotated"] += 1


def _late_accounts_come(season: Season) -> None:
    for win in season.of_kind(LATE):
        save_account(
            partner_id=season.partner.pk, user_id=win.user_id, actor="amina",
            account_id=account_of(win.user_id), at=season.clock(),
        )  # fmt: skip
        season.events["account came late"] += 1


def _they_may_receive(season: Season) -> None:
    for win in [*season.of_kind(INACTIVE), *season.of_kind(UNSEEN)]:
        open_account(season.wire, account_of(win.user_id), transfers="active")
        season.events["may receive at last"] += 1


def _off_for_a_day(season: Season) -> None:
    """Nothing runs, every notice is lost, and no key means anything any more."""
    open_ones = (Status.SENDING, Status.UNKNOWN, Status.RETRYING)
    tried = DisbursementRequest.objects.filter(attempts_made__gt=0, status__in=open_ones)
    season.events["a day off between tries"] += tried.count()
    season.clock.forward(hours=A_DAY_AND_MORE_H)
    season.wire.drop()


def _met(season: Season, event: str, cause: str) -> None:
    season.events[event] += active_pauses().filter(cause__startswith=cause).count()


def given_up(season: Season) -> int:
    """How many never got an account."""
    return len(season.of_kind(NEVER))
