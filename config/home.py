"""The admin's home page: work queues and health. And the banner on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from config import (
    border_queues,
    health_figures,
    loan_queues,
    payout_queues,
    reconciliation_queues,
    rent_queues,
    watch,
    work_queues,
)
from config.health_figures import NO_WORKER, Reading
from config.work_queues import Queue
from core import clock
from core.admin import shown
from core.admin.scope import partners_of
from disbursements import queries
from disbursements.admin.words import target_text
from disbursements.models import Pause, PauseScope
from vault.models import Shortcode

REFRESH_S = 15
GROUPS = ("Workers", "Callbacks", "Providers", "Float", "Mifos X", "Schedules")


def banner(request: HttpRequest) -> dict[str, Any]:
    """For every admin page: SANDBOX or LIVE, and the pauses that are on (one query)."""
    if not request.path.startswith("/admin/"):
        return {}
    return {
        "live": settings.VAULT_LIVE,
        "pauses": SimpleLazyObject(lambda: _pauses(request)),
    }


def queues(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the home page shows to this person."""
    at = clock.now()
    lines = list(_lines(request, context))
    health = _health(request)
    context.update(
        title="Home", queues=lines, waiting=any(line.count for line in lines), health=health,
        wide_group=GROUPS[-1],
        as_of=shown.absolute(at), refresh_s=REFRESH_S, summary=_summary(lines, health),
    )  # fmt: skip
    return context


def _lines(request: HttpRequest, context: dict[str, Any]) -> list[Queue]:
    at, partners = clock.now(), partners_of(request)
    lines: list[Queue] = []
    if request.user.has_perm("disbursements.view_disbursementrequest"):
        lines += work_queues.payout_queues(partners, at=at)
        context["today"] = work_queues.paid_today(partners, at=at)
    lines[1:1] = work_queues.settlement_queues(request)
    lines += work_queues.bulk_queue(request)
    lines += payout_queues.queues(request, at=at)
    lines += rent_queues.queues(request, at=at)
    lines += loan_queues.queues(request, at=at)
    lines += reconciliation_queues.queues(request)
    if partners is None:
        lines += border_queues.alert_queues(request)
        if request.user.has_perm("gateways.view_callback"):
            lines += border_queues.callback_queues(at=at)
    return lines


def _health(request: HttpRequest) -> list[tuple[str, list[Reading]]]:
    """By group, for those who may see calls: it concerns every partner."""
    if partners_of(request) is not None or not request.user.has_perm("gateways.view_call"):
        return []
    at = clock.now()
    readings = health_figures.readings(at=at)
    # Without a worker, or while the watch does not run, nobody else raises these alerts.
    untold = [
        each for each in readings if each.alert_kind == NO_WORKER or each.name == watch.WATCH
    ]
    watch.tell([each for each in untold if each.is_bad], at=at)
    return [(group, [each for each in readings if each.group == group]) for group in GROUPS]


def _summary(lines: list[Queue], health: list[tuple[str, list[Reading]]]) -> str:
    """One sentence for those who listen to the page."""
    urgent = [f"{line.name} {line.count}" for line in lines
              if line.count and line.tone == shown.BAD]  # fmt: skip
    bad = [each.name for _, readings in health for each in readings if each.is_bad]
    parts = [*urgent, *(f"{name} is red" for name in bad)]
    return ", ".join(parts) if parts else "Nothing is urgent."


def _pauses(request: HttpRequest) -> list[dict[str, str]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_staff:
        return []
    pauses = list(queries.active_pauses())
    partners = partners_of(request) if pauses else None
    if partners is not None:
        numbers = Shortcode.objects.filter(partner__in=partners).values_list("pk", flat=True)
        own = {str(pk) for pk in (*partners, *numbers)}
        pauses = [pause for pause in pauses if _concerns(pause, own)]
    may_open = user.has_perm("disbursements.view_pause") and partners is None
    return [_pause_line(pause, may_open) for pause in pauses]


def _concerns(pause: Pause, own: set[str]) -> bool:
    """Whether it stops the payouts of a partner whose ids these are."""
    return pause.scope in (PauseScope.EVERYTHING, PauseScope.RAIL) or pause.target in own


def _pause_line(pause: Pause, may_open: bool) -> dict[str, str]:
    url = reverse("admin:disbursements_pause_change", args=[pause.pk]) if may_open else ""
    return {
        "target_text": target_text(pause),
        "reason": pause.reason,
        "since": shown.absolute(pause.started_at),
        "by": pause.started_by,
        "url": url,
    }
