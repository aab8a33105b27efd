"""The live page: figures, the running stream of checks, alerts, and checks on demand.

It works by itself every REFRESH_S seconds; with a socket it is told of everything at once.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.scope import partners_of
from reconciliation.admin import stream, words
from reconciliation.admin.bars import spans
from reconciliation.admin.checking import PART, CheckForm, check_url, many_url
from reconciliation.admin.live_alerts import open_alerts
from reconciliation.admin.live_figures import groups, open_by_severity
from reconciliation.models import ReconciliationRun, SubjectKind
from reconciliation.queries import runs, statistics
from reconciliation.states import CheckResult
from rents.admin.words import heading

REFRESH_S = 15
FILTERS = ("result", "kind")
ALL = "All"


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/reconciliation/live/`: for those who may see checks; of their partners only."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    model_admin: Any = admin.site.get_model_admin(ReconciliationRun)
    if request.method not in {"GET", "HEAD"} or not model_admin.has_view_permission(request):
        raise PermissionDenied
    part = request.headers.get(PART)
    if part == "charts":
        return TemplateResponse(request, "reconciliation/live_charts.html", _charts(request))
    selection = {name: request.GET.get(name, "") for name in FILTERS if request.GET.get(name)}
    context = _parts(request, selection)
    if part == "live":
        answer = TemplateResponse(request, "reconciliation/live_parts.html", context)
        answer[PART] = "live"
        return answer
    context |= {
        **_charts(request),
        **admin.site.each_context(request),
        "opts": heading(model_admin.opts, "Live reconciliation"),
        "title": "Live reconciliation",
        "filters": [
            _choices(selection, "result", "Result", "What it came to", _results()),
            _choices(selection, "kind", "Of", "What was checked", _kinds()),
        ],
        "selection": selection,
        "vocabulary": stream.vocabulary(),
        "form": CheckForm() if request.user.has_perm(words.CHECK) else None,
        "check_url": check_url(),
        "many_url": many_url(),
        "ticket_url": reverse("live_ticket"),
        "refresh_s": REFRESH_S,
    }  # fmt: skip
    return TemplateResponse(request, "reconciliation/live.html", context)


def _charts(request: HttpRequest) -> dict[str, Any]:
    """What is drawn anew every few minutes only."""
    at, partners = clock.now(), partners_of(request)
    return {"spans": spans(partners=partners, at=at), "drawn_at": shown.absolute(at)}


def _parts(request: HttpRequest, selection: Mapping[str, str]) -> dict[str, Any]:
    """What is read again by itself."""
    at, partners = clock.now(), partners_of(request)
    stats = statistics.stats(partners=partners, at=at)
    problem = ""
    try:
        lines = stream.latest(selection, partners=partners)
    except runs.BadSelection as refused:
        lines, problem = [], f"{refused}. No check is shown."
    counts = open_by_severity(partners)
    return {
        "groups": groups(stats, partners),
        "lines": lines,
        "problem": problem,
        "alerts": open_alerts(request),
        "runs_url": words.list_url(words.RUNS),
        "as_of": words.clock_text(at),
        "high": counts["high"],
        "summary": f"{counts['high']:,} high differences open, "
        f"{counts['medium'] + counts['low']:,} others",
    }


def _results() -> dict[str, str]:
    return {each.value: each.value.capitalize() for each in CheckResult}


def _kinds() -> dict[str, str]:
    return {value: str(label) for value, label in SubjectKind.choices}


def _choices(
    selection: Mapping[str, str], name: str, label: str, title: str, values: Mapping[str, str]
) -> dict[str, Any]:
    """One filter as links: the text, the address, whether it is chosen."""
    rest = {other: text for other, text in selection.items() if other != name}
    chosen = selection.get(name, "")
    links = [(ALL, f"?{urlencode(rest)}", not chosen)]
    for value, text in values.items():
        links.append((text, f"?{urlencode({**rest, name: value})}", chosen == value))
    return {"name": label, "title": title, "links": links}
