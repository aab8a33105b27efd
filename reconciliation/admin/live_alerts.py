"""Open alerts on the live page: the worst first, whose they are, since when."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.scope import partners_of
from core.models import Alert
from reconciliation.admin import words
from reconciliation.rules.alert_words import PREFIX
from reconciliation.rules.severities import ALERT_SEVERITY, of_alert

ALERTS_MAX = 6
ALERTS = "admin:core_alert_changelist"


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """One open alert in words."""

    severity: object
    text: str
    url: str
    since: object
    count: str
    state: str


@dataclass(frozen=True, kw_only=True)
class OpenAlerts:
    """The first of them, how many there are, and where they are listed."""

    lines: Sequence[AlertLine]
    total: int
    url: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.lines)


def open_alerts(request: HttpRequest) -> OpenAlerts | None:
    """Those that the person may see; of one partner's own staff those about its differences."""
    partners = partners_of(request)
    rows = Alert.objects.filter(closed_at=None)
    if partners is None and request.user.has_perm("core.view_alert"):
        return _told(rows, url=reverse(ALERTS), opens=True)
    if partners is not None and request.user.has_perm("reconciliation.view_finding"):
        own = rows.filter(kind__startswith=PREFIX, key__in=[str(pk) for pk in partners])
        return _told(own, url=f"{words.list_url(words.FINDINGS)}?status=open", opens=False)
    return None


def _told(rows: QuerySet[Alert], *, url: str, opens: bool) -> OpenAlerts:
    worst_first = Case(
        *(When(severity=name, then=Value(at)) for at, name in enumerate(ALERT_SEVERITY.values())),
        default=Value(len(ALERT_SEVERITY)), output_field=IntegerField(),
    )  # fmt: skip
    first = rows.order_by(worst_first, "-last_at")[:ALERTS_MAX]
    return OpenAlerts(lines=[_line(row, opens) for row in first], total=rows.count(), url=url)


def _line(row: Alert, opens: bool) -> AlertLine:
    kind = row.kind.removeprefix(PREFIX)
    differences = f"{words.list_url(words.FINDINGS)}?status=open&type={kind}"
    return AlertLine(
        severity=words.severity(of_alert(row.severity)),
        text=shown.free_text(row.text),
        url=reverse("admin:core_alert_change", args=[row.pk]) if opens else differences,
        since=shown.relative(row.first_at),
        count="once" if row.count == 1 else f"{row.count:,} times",
        state=_state(row),
    )


def _state(row: Alert) -> str:
    if row.acknowledged_at:
        return f"{row.acknowledged_by} looks after it"
    return f"Assigned to {row.assigned_to}" if row.assigned_to else "Nobody looks after it"
