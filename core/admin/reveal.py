"""A phone is shown to those who may see it, on one page, for a while, and the trail keeps it."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import clock, states
from core.admin import shown

SHOWN_FOR = timedelta(minutes=5)
IN_SESSION = "phones_shown_until"
TRAIL = "phone shown"


def is_on(request: HttpRequest, row: Any) -> bool:
    """Whether the phones of this row's page are shown to this session now."""
    until = request.session.get(IN_SESSION, {}).get(_name(row), "")
    return bool(until) and datetime.fromisoformat(until) > clock.now()


def prepare(request: HttpRequest, row: Any) -> None:
    """Hide the phones of the page that follows, unless they were asked for."""
    request.phones_hidden = not is_on(request, row)  # type: ignore[attr-defined]


def button(request: HttpRequest, row: Any, *, url: str) -> dict[str, Any] | None:
    """What the page says of it; None to those who may not see phones at all."""
    if not request.user.has_perm(shown.SEE_PHONES):
        return None
    minutes = int(SHOWN_FOR.total_seconds() // 60)
    return {"url": url, "is_on": is_on(request, row), "minutes": minutes}


def show(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The button's POST: note who looked, and show the page with its phones."""
    may = model_admin.has_view_permission(request) and request.user.has_perm(shown.SEE_PHONES)
    if request.method != "POST" or not may:
        raise PermissionDenied
    row = model_admin.get_object(request, object_id)
    if row is None:
        raise Http404("There is no such row here")
    now = clock.now()
    with transaction.atomic():
        states.note(row, at=now, because=TRAIL, actor=request.user.get_username())
    still = {
        name: until
        for name, until in request.session.get(IN_SESSION, {}).items()
        if datetime.fromisoformat(until) > now
    }
    request.session[IN_SESSION] = {**still, _name(row): (now + SHOWN_FOR).isoformat()}
    opts = model_admin.opts
    page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return HttpResponseRedirect(page)


def _name(row: Any) -> str:
    return f"{type(row).__name__}:{row.pk}"
