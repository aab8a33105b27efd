"""Saved views: a list's filters under a name, for oneself or for everybody of a role.

Only filters are kept, never a search: a search may name a payee. A view narrows what its reader
may see anyway and can widen nothing.
"""

import copy
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin.confirm import ConfirmedAction
from core.admin.filters import parameters_of
from core.admin.scope import colleagues_of
from core.models import SavedView

QUERY_LENGTH_MAX = 2000
VIEWS_MAX = 50


class SaveViewForm(forms.Form):
    """A name, and for whom."""

    name = forms.CharField(
        max_length=60,
        strip=True,
        help_text="Such as: Failed today",
        widget=forms.TextInput(attrs={"class": "pv-input"}),
        error_messages={"required": "Write a name, such as: Failed today"},
    )
    role: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="For",
        empty_label="Me alone",
        help_text="A view that is shared with a role stands on this page for all of it.",
        widget=forms.Select(attrs={"class": "pv-input"}),
        error_messages={"invalid_choice": "Choose a role that you are in"},
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = user.groups.order_by("name")  # type: ignore[attr-defined]


class SaveView(ConfirmedAction):
    """Keep the filters of the list under a name, or remove a view of one's own."""

    name = "save-view"
    permission = "view"

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may open the list."""
        return self.admin.has_view_permission(request)

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """The form, the saving, the removing."""
        self._demand_permission(request)
        if request.method == "POST" and "remove" in request.POST:
            return self._remove(request)
        query = filters_in(self.admin, QueryDict(request.META.get("QUERY_STRING", "")))
        form = SaveViewForm(request.user, request.POST or None)
        if request.method == "POST" and form.is_valid() and self._saved(request, form, query):
            messages.success(request, f"The view “{form.cleaned_data['name']}” is saved.")
            return HttpResponseRedirect(f"{self.back_url([])}?{query}")
        return self._form_page(request, form, query)

    def _saved(self, request: HttpRequest, form: SaveViewForm, query: str) -> bool:
        """Save; otherwise say in the form why not."""
        problem = _problem(self.admin, request, query)
        if not problem and _own(self.admin, request).count() >= VIEWS_MAX:
            problem = f"You have {VIEWS_MAX} views here: remove one first"
        if problem:
            form.add_error(None, problem)
            return False
        owner: Any = request.user
        try:
            with transaction.atomic():
                SavedView.objects.create(
                    owner=owner, page=page_of(self.admin), query=query,
                    created_at=clock.now(), **form.cleaned_data,
                )  # fmt: skip
        except IntegrityError:
            form.add_error("name", "You have a view of this name here: choose another name")
            return False
        return True

    def _remove(self, request: HttpRequest) -> HttpResponse:
        number = request.POST["remove"]
        if number.isascii() and number.isdigit() and len(number) < 18:
            removed, _ = _own(self.admin, request).filter(pk=int(number)).delete()
            if removed:
                messages.success(request, "The view is removed.")
        return HttpResponseRedirect(self.back_url([]))

    def _form_page(self, request: HttpRequest, form: SaveViewForm, query: str) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "title": "Save this view",
            "form": form,
            "filters": [(name, ", ".join(values)) for name, values in QueryDict(query).lists()],
            "own": _own(self.admin, request).select_related("role"),
            "action_url": f"{self.url()}?{query}",
            "back_url": f"{self.back_url([])}?{query}",
        }
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "core/save_view.html", context, status=status)


def shown_for(model_admin: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """The person's views of this list and those of their roles: text, url, chosen.

    A partner's own staff get those of each other only: a view may name another partner.
    """
    shared = Q(role__in=request.user.groups.all())
    colleagues = colleagues_of(request)
    if colleagues is not None:
        shared &= Q(owner__in=colleagues)
    rows = SavedView.objects.filter(Q(owner=request.user.pk) | shared, page=page_of(model_admin))
    now = filters_in(model_admin, request.GET)
    return [{"text": row.name, "url": f"?{row.query}", "chosen": row.query == now} for row in rows]


def save_url(model_admin: Any, changelist: ChangeList) -> str:
    """The address that saves the filters of the list as they stand."""
    opts = model_admin.opts
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{SaveView.name}")
    query = filters_in(model_admin, QueryDict(changelist.get_query_string().removeprefix("?")))
    return f"{url}?{query}"


def page_of(model_admin: Any) -> str:
    """The list's name in the admin's addresses."""
    return f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"


def filters_in(model_admin: Any, values: QueryDict) -> str:
    """The list's own filters among the values of an address, in one order; nothing else."""
    known = {name for part in model_admin.list_filter for name in parameters_of(part)}
    kept = [
        (name, text)
        for name, texts in sorted(values.lists())
        for text in texts
        if name in known and text
    ]
    return urlencode(kept)


def _problem(model_admin: Any, request: HttpRequest, query: str) -> str:
    """Why these filters cannot be kept; empty when they can."""
    if not query:
        return "No filter is chosen: choose some in the list first"
    if len(query) > QUERY_LENGTH_MAX:
        return "These are more filters than a view can keep"
    tried = copy.copy(request)
    tried.method, tried.GET = "GET", QueryDict(query)
    try:
        model_admin.get_changelist_instance(tried)
    except IncorrectLookupParameters:
        return "A filter cannot be read: choose it in the list again"
    return ""


def _own(model_admin: Any, request: HttpRequest) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=request.user.pk, page=page_of(model_admin))
