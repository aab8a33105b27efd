"""Have many checked: pasted ids, ticked rows or everything that a list's filters show."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from core import clock, refusals
from core.admin.confirm import Confirmation
from core.admin.form_action import FormAction
from core.admin.record import Column
from reconciliation.admin import words
from reconciliation.operations import bulk
from reconciliation.operations.bulk import BULK_MAX, OF, Preview
from reconciliation.queries import findings, runs
from reconciliation.sources.finding_subjects import find_many
from vault.admin.acting import caller

TEXT_MAX = BULK_MAX * 60
TABLES: dict[str, Any] = {"findings": findings.TABLE, "runs": runs.TABLE}
NOUNS = {"findings": "differences", "runs": "checks"}
LISTS = {"findings": words.FINDINGS, "runs": words.RUNS}
NOT_IN_ADDRESSES = {OF, "from", "to", "search"}  # lists call these otherwise
WILL_HAPPEN = (
    "Each is queued and checked within minutes; a person who waits for one goes first.",
    "Where the sides disagree or are silent, the provider is asked anew.",
    "No money is sent, retried or booked by it.",
)
_BETWEEN = re.compile(r"[\s,;]+")


class ManyForm(forms.Form):
    """The ids, one after the other."""

    ids = forms.CharField(
        label="Ids, references or receipts",
        max_length=TEXT_MAX,
        help_text=f"One on each line, or with commas between; {BULK_MAX:,} at the most",
        widget=forms.Textarea(attrs={"class": "pv-input", "rows": 10, "spellcheck": "false"}),
        error_messages={"required": "Paste at least one id, such as QHX12345"},
    )


class CheckMany(FormAction):
    """The ids, then what would be checked and what not, then the queue."""

    name = "check-many"
    label = "Check many…"
    form_class = ManyForm

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may have payments checked."""
        return self.admin.is_open_to(request) and request.user.has_perm(words.CHECK)

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """The form; with ids or a selection the preview; confirmed, the start."""
        self._demand_permission(request)
        sent = request.POST if request.method == "POST" else request.GET
        selection = _selection(sent)
        if selection:
            return self._preview(request, selection=selection)
        form = ManyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._preview(request, ids=parts(form.cleaned_data["ids"]))
        return self.show(
            request, "reconciliation/check_many.html", form, title="Check many"
        )  # fmt: skip

    def for_subjects(self, request: HttpRequest, subject_ids: Sequence[str]) -> HttpResponse:
        """The preview of ticked rows."""
        self._demand_permission(request)
        return self._preview(request, ids=list(subject_ids))

    def _preview(
        self, request: HttpRequest, *, ids: list[str] | None = None,
        selection: Mapping[str, str] | None = None,
    ) -> HttpResponse:  # fmt: skip
        found, problem = None, ""
        try:
            found = bulk.preview(ids=ids, selection=selection, caller=caller(request))
            if found.count and request.POST.get("confirmed"):
                return self._begun(request, ids, selection)
        except refusals.Refused as refused:
            problem = f"{refused.message[:1].upper()}{refused.message[1:]}. Nothing was queued."
        hidden = [("ids", ",".join(ids))] if ids is not None else [*(selection or {}).items()]
        return self.page(
            request, _confirmation(request, found, problem, selection), forms.Form(),
            hidden=hidden, action_url=self.url(), back_url=self._back(selection),
        )  # fmt: skip

    def _begun(
        self, request: HttpRequest, ids: list[str] | None, selection: Mapping[str, str] | None
    ) -> HttpResponse:
        run = bulk.start(
            ids=ids, selection=selection, caller=caller(request), at=clock.now()
        )  # fmt: skip
        left_out = sum(run.left_out.values())
        rest = f", {left_out:,} left out" if left_out else ""
        messages.success(request, f"{run.total:,} queued{rest}.")
        return HttpResponseRedirect(words.page_of(run))

    def _back(self, selection: Mapping[str, str] | None) -> str:
        if selection is None:
            return self.url()
        rest = {name: text for name, text in selection.items() if name not in NOT_IN_ADDRESSES}
        return f"{reverse(LISTS[selection[OF]])}?{urlencode(rest)}"


def parts(text: str) -> list[str]:
    """What stands between blanks, commas and line ends."""
    return [part for part in _BETWEEN.split(text) if part]


def _selection(values: QueryDict) -> dict[str, str] | None:
    """A selection that names whose it is; without that there is none."""
    of = values.get(OF, "")
    if of not in TABLES:
        return None
    joined = {name: ",".join(filter(None, values.getlist(name))) for name in values}
    return {OF: of, **TABLES[of].among(joined)}


def _confirmation(
    request: HttpRequest, found: Preview | None, problem: str,
    selection: Mapping[str, str] | None,
) -> Confirmation:  # fmt: skip
    count = found.count if found else 0
    return Confirmation(
        title=f"Check {count:,} again" if found else "Check many",
        button=f"Check {count:,} now",
        will_happen=WILL_HAPPEN if count else (),
        count=count,
        noun="thing" if count == 1 else "things",
        chosen_by=_in_words(selection),
        columns=[Column(label="What"), Column(label="Known by"), Column(label="Our id")],
        lines=_lines(request, found) if found else (),
        skipped=[f"{many:,} left out: {why}" for why, many in found.left_out.items()]
        if found
        else (),
        blocked=problem or ("" if count else "None of these is known. Nothing was queued."),
    )


def _lines(request: HttpRequest, found: Preview) -> list[list[object]]:
    titles = find_many([each for _, each, _ in found.first], caller=caller(request))
    return [
        [
            words.subject_kind(kind),
            titles[subject_id].title if subject_id in titles else "",
            subject_id,
        ]
        for kind, subject_id, _ in found.first
    ]


def _in_words(selection: Mapping[str, str] | None) -> str:
    if selection is None:
        return ""
    filters = "; ".join(
        f"{name.replace('_', ' ')} {text}" for name, text in selection.items() if name != OF
    )
    noun = NOUNS[selection[OF]]
    return f"{noun.capitalize()} with {filters}" if filters else f"All {noun}"
