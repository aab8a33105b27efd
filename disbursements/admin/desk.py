"""The retry desk: the list of payouts under its figures, which refresh by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import clock
from core.admin.scope import partners_of
from core.ids import as_uuid
from disbursements.admin.figures import Scope, figures_of
from disbursements.admin.filters import InstructedFilter, filters_of
from disbursements.models import DisbursementRequest

REFRESH_S = 15
PART = "X-Part"
DAYS = InstructedFilter.parameter_name
FIRST_DAY = date(2020, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Range:
    """The days that the figures are of, as links and as a form."""

    presets: Sequence[tuple[str, str, bool]]
    first_day: str
    last_day: str
    hidden: Sequence[tuple[str, str]]


def page(request: HttpRequest) -> HttpResponse:
    """`/admin/disbursement-retries/`: for staff who may see payouts."""
    return admin.site.admin_view(_page)(request)


def _page(request: HttpRequest) -> HttpResponse:
    request.is_desk = True  # type: ignore[attr-defined]
    model_admin = admin.site.get_model_admin(DisbursementRequest)
    answer = model_admin.changelist_view(request, {"title": "Retry desk"})
    changelist = (getattr(answer, "context_data", None) or {}).get("cl")
    if not isinstance(answer, TemplateResponse) or changelist is None:
        return answer
    is_part = request.headers.get(PART) == "live"
    answer.template_name = f"disbursements/desk{'_live' if is_part else ''}.html"
    changelist.purpose = ""
    answer.context_data = {
        **(answer.context_data or {}),
        "opts": _heading(changelist),
        "days": _range(changelist),
        "figures": figures_of(_scope(request, changelist)),
        "refresh_s": REFRESH_S,
    }
    answer[PART] = "live" if is_part else "page"
    return answer


def _heading(changelist: ChangeList) -> SimpleNamespace:
    """What unfold makes the page's heading and its class names of."""
    opts = changelist.opts
    return SimpleNamespace(
        app_label=opts.app_label,
        app_config=opts.app_config,
        model_name=opts.model_name,
        verbose_name_plural="retry desk",
    )


def _scope(request: HttpRequest, changelist: ChangeList) -> Scope:
    """Whose payouts, of which shortcode and which days the figures are."""
    chosen = filters_of(changelist)
    today = clock.now().astimezone(clock.NAIROBI).date()
    days = (DAYS, f"{DAYS}_from", f"{DAYS}_to")
    given = {name: texts[-1] for name, texts in changelist.filter_params.items() if texts[-1]}
    return Scope(
        partners=_partners(request, chosen.get("partner", "")),
        shortcode_id=as_uuid(chosen.get("shortcode", "")),
        first_day=_day(chosen.get("from"), FIRST_DAY),
        last_day=_day(chosen.get("to"), today),
        today=today,
        days_query={name: given[name] for name in days if name in given},
        kept={name: given[name] for name in ("partner", "shortcode") if name in given},
    )


def _partners(request: HttpRequest, chosen: str) -> frozenset[UUID] | None:
    """The partner that is chosen, as far as the person may see it."""
    seen, partner_id = partners_of(request), as_uuid(chosen)
    if partner_id is None:
        return seen
    return frozenset({partner_id}) if seen is None else seen & {partner_id}


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def _range(changelist: ChangeList) -> Range:
    spec = next(spec for spec in changelist.filter_specs if type(spec) is InstructedFilter)
    name = spec.parameter_name
    ends = [f"{name}_from", f"{name}_to"]
    is_typed = any(spec.used_parameters.get(end) for end in ends)
    return Range(
        presets=[
            (
                str(text),
                changelist.get_query_string({name: value}, remove=[*ends, "p"]),
                value == (spec.value() or "any") and not is_typed,
            )
            for value, text in spec.lookup_choices
        ],
        first_day=str(spec.used_parameters.get(ends[0]) or ""),
        last_day=str(spec.used_parameters.get(ends[1]) or ""),
        hidden=[
            (key, text)
            for key, texts in changelist.filter_params.items()
            for text in texts
            if key not in [name, *ends, "p"]
        ],
    )
