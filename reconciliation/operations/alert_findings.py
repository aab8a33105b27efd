"""Findings become alerts: one for each kind and partner, while any of that kind is open there."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from core import alerts, clock, jobs
from core.alerts import Raised
from core.locks import lock_key
from core.models import Alert, AlertSeverity
from core.states import SYSTEM
from reconciliation.models import Finding, FindingKind
from reconciliation.rules.alert_words import NOBODY, PREFIX
from reconciliation.rules.severities import alert_severity
from reconciliation.states import Severity
from vault.models import Partner

FINDINGS_SHOWN = 20
WORST_FIRST = [each.value for each in Severity]
HINT = "alerts"
# What comes later than this is nothing that the one who acknowledged the alert knew of.
ACKNOWLEDGED_FOR = timedelta(hours=1)
Key = tuple[str, UUID | None]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The open findings of one kind and partner; `newest` are ids, `text` is the newest one's."""

    open: int
    severity: str
    newest: list[str]
    text: str


def tell(*, opened: Collection[Finding], cured: Collection[Finding], at: datetime) -> None:
    """Raise, refresh or close the alerts of these findings' kinds, in the caller's transaction.

    `opened` were opened (again) or got worse, `cured` are not open any more, for whatever reason,
    or milder; the rows are written already. A constant number of statements however many there
    are. Call it late in the transaction: others who tell of the same kind and partner wait until
    it ends.
    """
    met = Counter((row.kind, row.partner_id) for row in opened)
    keys = {*met, *((row.kind, row.partner_id) for row in cured)}
    if not keys:
        return
    _one_at_a_time(keys)
    standing = _standing(keys)
    names = dict(Partner.objects.filter(pk__in={key[1] for key in keys}).values_list("pk", "name"))
    raised: list[Raised] = []
    told: list[Raised] = []
    for key in standing:
        row = _raised(key, standing[key], met[key], names)
        (raised if met[key] else told).append(row)
    alerts.close_many(_known_long(raised, at=at), at=at, actor=SYSTEM)
    alerts.raise_many(raised, at=at)
    alerts.tell_anew(told)
    alerts.close_many([_name(key) for key in keys - set(standing)], at=at, actor=SYSTEM)
    if raised:
        jobs.after_commit(HINT)


def _known_long(raised: Sequence[Raised], *, at: datetime) -> list[tuple[str, str]]:
    """Of these the alerts that were acknowledged a while ago: more of the same is told anew."""
    rows = Alert.objects.filter(
        kind__in={row.kind for row in raised}, closed_at=None,
        acknowledged_at__lte=at - clock.scaled(ACKNOWLEDGED_FOR),
    )  # fmt: skip
    known = set(rows.values_list("kind", "key"))
    return [name for row in raised if (name := (row.kind, row.key)) in known]


def kind_of(finding_kind: str) -> str:
    """The kind of alert of a kind of finding."""
    return f"{PREFIX}{finding_kind}"


def _name(key: Key) -> tuple[str, str]:
    return kind_of(key[0]), str(key[1] or NOBODY)


def _one_at_a_time(keys: Collection[Key]) -> None:
    """Whoever counts must see what others have just opened or cured."""
    locks = sorted(lock_key(":".join(_name(key))) for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [locks]
        )


def _standing(keys: Collection[Key]) -> dict[Key, Standing]:
    """What is open of each key; a key without any is left out."""
    wanted = list(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.kind, wanted.partner_id, of_key.*
              FROM unnest(%s::text[], %s::uuid[]) AS wanted (kind, partner_id)
             CROSS JOIN LATERAL (
                SELECT count(*), min(array_position(%s::text[], severity::text))
                  FROM reconciliation_findings AS finding
                 WHERE finding.status = 'open' AND finding.kind = wanted.kind
                   AND finding.partner_id IS NOT DISTINCT FROM wanted.partner_id
             ) AS of_key (open, worst)
             WHERE of_key.open > 0
            """,
            [[key[0] for key in wanted], [key[1] for key in wanted], WORST_FIRST],
        )
        counts = cursor.fetchall()
    newest = _newest([(kind, partner_id) for kind, partner_id, *_ in counts])
    return {
        (kind, partner_id): Standing(
            open=count, severity=WORST_FIRST[worst - 1],
            newest=[pk for pk, _ in newest[kind, partner_id]],
            text=newest[kind, partner_id][0][1],
        )
        for kind, partner_id, count, worst in counts
    }  # fmt: skip


def _newest(keys: Sequence[Key]) -> dict[Key, list[tuple[str, str]]]:
    """Ids and texts of each key's newest open findings."""
    found: dict[Key, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.kind, wanted.partner_id, newest.id, newest.text
              FROM unnest(%s::text[], %s::uuid[]) AS wanted (kind, partner_id)
             CROSS JOIN LATERAL (
                SELECT id, text FROM reconciliation_findings AS finding
                 WHERE finding.status = 'open' AND finding.kind = wanted.kind
                   AND finding.partner_id IS NOT DISTINCT FROM wanted.partner_id
                 ORDER BY opened_at DESC, id DESC LIMIT %s
             ) AS newest
             ORDER BY 1, 2
            """,
            [[key[0] for key in keys], [key[1] for key in keys], FINDINGS_SHOWN],
        )
        for kind, partner_id, pk, text in cursor.fetchall():
            found.setdefault((kind, partner_id), []).append((str(pk), text))
    return found


def _raised(key: Key, now: Standing, count: int, names: dict[UUID, str]) -> Raised:
    kind, partner_id = key
    whose = names.get(partner_id, "") if partner_id else "nobody we know"
    label = FindingKind(kind).label
    return Raised(
        kind=kind_of(kind), key=_name(key)[1], count=count,
        severity=AlertSeverity(alert_severity(now.severity)),
        text=f"{label}: {now.open:,} open of {whose}. The newest: {now.text}",
        details={
            "about": f"{now.open:,} open of {whose}", "open": now.open, "findings": now.newest,
        },
    )  # fmt: skip
