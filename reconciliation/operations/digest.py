"""The daily digest: how alerts and differences stand, by email, once a day."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Sum

from core import masking
from core.clock import NAIROBI
from core.models import Alert
from gateways.interface import Channel
from reconciliation.models import AlertMessage, Finding, FindingKind
from reconciliation.operations.route_alerts import page_of
from reconciliation.queries.alert_targets import digest_targets
from reconciliation.rules import alert_words
from reconciliation.rules.alert_words import Digest
from reconciliation.rules.severities import ALERT_SEVERITY
from reconciliation.states import FindingStatus

DAY = timedelta(days=1)


def make_digest(*, at: datetime) -> int:
    """Write the day's digest down for everybody who gets it, from VAULT_ALERT_DIGEST_HOUR on.

    Once a day each, however often it is asked for. How many were written down.
    """
    hour = settings.VAULT_ALERT_DIGEST_HOUR
    moment = at.astimezone(NAIROBI).replace(hour=hour, minute=0, second=0, microsecond=0)
    if at < moment:
        return 0
    wanted = {
        f"digest:{moment:%Y-%m-%d}:{target.who}": target
        for target in digest_targets(at=at)
        if target.since <= moment
    }
    made = AlertMessage.objects.filter(reference__in=wanted)
    for reference in made.values_list("reference", flat=True):
        del wanted[reference]
    if not wanted:
        return 0
    subject, text = alert_words.digest(figures(at=at))
    AlertMessage.objects.bulk_create(
        [
            AlertMessage(
                recipient_id=target.recipient_id, channel=Channel.EMAIL, to=target.to,
                why=AlertMessage.Why.DIGEST, reference=reference, subject=subject, text=text,
                due_at=at, created_at=at,
            )
            for reference, target in wanted.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(wanted)


def figures(*, at: datetime) -> Digest:
    """How things stand at this moment."""
    rows = Alert.objects.filter(closed_at=None)
    counts = dict(rows.values_list("severity").annotate(count=Count("id")).order_by())
    oldest = rows.order_by("first_at", "id").first()
    findings = Finding.objects.filter(status=FindingStatus.OPEN).order_by()
    by_kind = findings.values_list("kind").annotate(count=Count("id")).order_by("-count", "kind")
    stakes = findings.filter(stake_minor__isnull=False).exclude(currency="")
    return Digest(
        day=at,
        open_by_severity={mine: counts.get(each, 0) for mine, each in ALERT_SEVERITY.items()},
        not_acknowledged=rows.filter(acknowledged_at=None).count(),
        oldest_text=masking.without_phones(oldest.text) if oldest else "",
        oldest_at=oldest.first_at if oldest else None,
        opened=Alert.objects.filter(first_at__gt=at - DAY).count(),
        closed=Alert.objects.filter(closed_at__gt=at - DAY).count(),
        findings=[(str(FindingKind(kind).label), count) for kind, count in by_kind],
        stakes=dict(stakes.values_list("currency").annotate(minor=Sum("stake_minor"))),
        alerts_url=page_of("core_alert_changelist"),
        findings_url=page_of("reconciliation_finding_changelist"),
    )
