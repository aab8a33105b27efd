"""On the page of an alert about differences: the way to them."""

from functools import partial

from django.http import HttpRequest
from django.urls import reverse

from core.admin.alerts import REMEDIES
from core.admin.record import Button
from core.models import Alert
from reconciliation.models import FindingKind
from reconciliation.operations.alert_findings import kind_of
from reconciliation.rules.alert_words import NOBODY


def _differences(request: HttpRequest, alert: Alert, *, kind: str) -> Button | None:
    if not request.user.has_perm("reconciliation.view_finding"):
        return None
    url = reverse("admin:reconciliation_finding_changelist")
    whose = "" if alert.key == NOBODY else f"&partner={alert.key}"
    return Button(
        label="See the differences", url=f"{url}?type={kind}{whose}&status=open", primary=True,
        explanation="What the sides say, and what to do about it.",
    )  # fmt: skip


for _kind in FindingKind.values:
    REMEDIES[kind_of(_kind)] = partial(_differences, kind=_kind)
