"""The confirmation page of a verb: for one payout, for ticked ones, for all that match a filter.

What it is about stands in its address, so that a person whose session ended comes back to the
same page. The run's id is made when the page is shown: sending the form twice is one run.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import clock, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction
from core.admin.record import Column
from core.callers import Caller
from disbursements.admin import sent_form, words
from disbursements.admin.chosen import IDS_MAX, Chosen, chosen_in, in_words
from disbursements.admin.filters import filters_of
from disbursements.models import BulkRun, BulkVerb, DisbursementRequest
from disbursements.operations import bulk
from disbursements.rules import by_hand as rules
from disbursements.states import BulkRunStatus, DisbursementStatus
from vault.queries import caller_of

ORIGIN = "admin"
NO_MONEY = "Nothing was changed and no money moved."
ENDED = frozenset(
    {DisbursementStatus.COMPLETED, DisbursementStatus.CANCELLED, DisbursementStatus.RETURNED}
)


class ByHand(ConfirmedAction):
    """One verb of bulk runs. A subclass says its words and, where it has some, its options."""

    verb: BulkVerb
    title = ""
    button = ""
    done = ""
    afterwards = ""
    list_label = ""
    sentences: Sequence[str] = ()
    above_list = False
    is_looked_for = False

    def allowed(self, request: HttpRequest) -> bool:
        """Whether this person may do it."""
        return request.user.has_perm(bulk.VERB_PERMISSIONS[self.verb])

    def offered(self, row: DisbursementRequest) -> bool:
        """Whether it can be done now."""
        return not self._why_not(row)

    def off_because(self, row: DisbursementRequest) -> str:
        """Why it cannot be done now; empty where nobody would look for it in such a status."""
        is_looked_for = self.is_looked_for or row.status in rules.STATUSES[self.verb]
        return self._why_not(row) if is_looked_for and row.status not in ENDED else ""

    def _why_not(self, row: DisbursementRequest) -> str:
        """Every verb is looked at together, once per row."""
        if "off_by_verb" not in vars(row):
            vars(row)["off_by_verb"] = bulk.why_not(row, at=clock.now())
        return str(vars(row)["off_by_verb"][self.verb])

    def options(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What the operation needs to know beside the reason."""
        return {}

    def preview_options(self) -> dict[str, Any]:
        """The same while nobody has written them yet."""
        return {}

    def row_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page about one payout, also when nothing can be done for it: it says why."""
        self._demand_permission(request)
        row = self.admin.get_object(request, object_id)
        if row is None:
            raise Http404(f"There is no payout {object_id}")
        return self._about(request, Chosen(ids=(row.pk,)), row)

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """The page about what the address names."""
        self._demand_permission(request)
        return self._about(request, chosen_in(request.GET), None)

    def for_selection(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """From the list to the page: about the ticked rows, or about all that match."""
        self._demand_permission(request)
        if request.POST.get("select_across") == "1":
            chosen = Chosen(selection=filters_of(self.admin.get_changelist_instance(request)))
        else:
            chosen = Chosen(ids=tuple(queryset.values_list("pk", flat=True)[: IDS_MAX + 1]))
        return HttpResponseRedirect(self._address(chosen, None))

    def _about(
        self, request: HttpRequest, chosen: Chosen, row: DisbursementRequest | None
    ) -> HttpResponse:
        caller = caller_of(request.user, origin=ORIGIN)
        if request.method != "POST":
            form = self.form_class(initial=self.initial(request, [row] if row else []))
            return self._shown(request, chosen, caller, row, form)
        known = BulkRun.objects.filter(pk=sent_form.run_id(request), actor=caller.actor).first()
        if known:
            return self._led_on(request, known, row)
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                run, changed = self._done(request, chosen, caller, form.cleaned_data)
                return self._led_on(request, run, row, changed)
            except refusals.Refused as refused:
                form.add_error(None, f"{refused}. {NO_MONEY}")
        return self._shown(request, chosen, caller, row, form)

    def begin(self, chosen: Chosen, **asked: Any) -> BulkRun:
        """Freeze what is meant; `asked` is what bulk.start takes."""
        return bulk.start(verb=self.verb, **asked)

    def _done(
        self, request: HttpRequest, chosen: Chosen, caller: Caller, answers: Mapping[str, Any]
    ) -> tuple[BulkRun, int]:
        """The run, and how many changed after the page was shown and were left out of it."""
        at = clock.now()
        about = chosen.unchanged_since(sent_form.seen_at(request) or at)
        if about.get("ids") == ():
            raise bulk.NothingSelected("What was selected has changed since the page was shown")
        run = self.begin(
            chosen, reason=answers["reason"], caller=caller, at=at,
            options=self.options(answers), run_id=sent_form.run_id(request), **about,
        )  # fmt: skip
        if run.total <= bulk.INLINE_MAX:
            bulk.work(run_id=run.pk)
            run.refresh_from_db()
        if chosen.selection is None:
            return run, len(chosen.ids) - len(about["ids"])
        return run, max(0, sent_form.number(request, "shown") - run.total)

    def _shown(
        self,
        request: HttpRequest,
        chosen: Chosen,
        caller: Caller,
        row: DisbursementRequest | None,
        form: forms.Form,
    ) -> HttpResponse:
        at = clock.now()
        confirmation = self._confirmation(chosen, caller, row, at)
        return self.page(
            request,
            confirmation,
            form,
            hidden=[
                ("run", uuid4()),
                ("seen_at", at.isoformat()),
                ("shown", confirmation.count),
            ],
            action_url=self._address(chosen, row),
            back_url=self._back(chosen, row),
        )

    def _confirmation(
        self, chosen: Chosen, caller: Caller, row: DisbursementRequest | None, at: datetime
    ) -> Confirmation:
        title = self.title.format(self.named(row) if row else "payouts")
        try:
            found = self._preview(chosen, caller, at)
        except refusals.Refused as refused:
            return Confirmation(
                title=title, button="", will_happen=(), blocked=f"{refused}. {NO_MONEY}",
                chosen_by=self.chosen_by(chosen, caller),
            )  # fmt: skip
        noun = "payout" if found.count == 1 else "payouts"
        return Confirmation(
            title=title,
            button=self.button.format(f"{found.count:,} {noun} — {shown.totals(found.totals)}"),
            will_happen=self._sentences(found.count),
            count=found.count,
            noun=noun,
            totals=found.totals,
            oldest=found.oldest,
            newest=found.newest,
            columns=[Column(label="Reference"), Column(label="Payee"), Column(label="Status"),
                     Column(label="Reason"),
                     Column(label="Amount", numeric=True)],
            lines=[_line(line) for line in found.first],
            skipped=[] if row and not found.count else _skipped(found),
            blocked="" if found.count else self._nothing(found, row),
            chosen_by=self.chosen_by(chosen, caller),
        )  # fmt: skip

    def _preview(self, chosen: Chosen, caller: Caller, at: datetime) -> bulk.Preview:
        if chosen.is_nothing:
            raise bulk.NothingSelected("No payout is selected")
        if len(chosen.ids) > IDS_MAX:
            raise bulk.TooMany(f"More than {IDS_MAX} rows are selected: use a filter instead")
        return bulk.preview(
            verb=self.verb, caller=caller, at=at, options=self.preview_options(),
            **chosen.unchanged_since(None),
        )  # fmt: skip

    def named(self, row: Any) -> str:
        """What it is about, in its title."""
        return str(row.client_reference)

    def chosen_by(self, chosen: Chosen, caller: Caller) -> str:
        """The filter in words; empty where rows were ticked."""
        return "" if chosen.selection is None else in_words(chosen.selection, caller=caller)

    def _sentences(self, count: int) -> list[str]:
        """What will happen; of one payout as of one."""
        if count == 1:
            return [re.sub(r"^Each\b", "It", sentence) for sentence in self.sentences]
        return list(self.sentences) if count else []

    def _nothing(self, found: bulk.Preview, row: DisbursementRequest | None) -> str:
        if row is not None and found.skipped:
            return f"This is off for {self.named(row)}: {next(iter(found.skipped))}."
        return f"Nothing that is selected can be {self.done}."

    def _led_on(
        self,
        request: HttpRequest,
        run: BulkRun,
        row: DisbursementRequest | None,
        changed: int = 0,
    ) -> HttpResponse:
        """Back to the payout, or on to the run's page; with a sentence about what happened."""
        level, text = self._outcome(run)
        if changed:
            text += f" {changed:,} had changed after the page was shown: left alone."
        messages.add_message(request, level, text)
        opts = self.admin.opts
        if row is not None:
            name = f"admin:{opts.app_label}_{opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[row.pk]))
        return HttpResponseRedirect(reverse("admin:disbursements_bulkrun_change", args=[run.pk]))

    def _outcome(self, run: BulkRun) -> tuple[int, str]:
        if run.status == BulkRunStatus.RUNNING:
            return messages.INFO, (
                f"{run.total:,} payouts are worked off in the background. You may leave this "
                "page; it goes on."
            )
        if not run.done:
            reasons = "; ".join(bulk.skips(run)) or "it was stopped"
            return messages.WARNING, f"Nothing was done: {reasons}. No money moved."
        skipped = f", {run.skipped:,} skipped" if run.skipped else ""
        return messages.SUCCESS, f"{run.done:,} {self.done}{skipped}. {self.afterwards}"

    def _address(self, chosen: Chosen, row: DisbursementRequest | None) -> str:
        return self.url(row) if row else f"{self.url()}?{chosen.query_string}"

    def _back(self, chosen: Chosen, row: DisbursementRequest | None) -> str:
        return self.back_url([row] if row else [])


def _line(row: DisbursementRequest) -> list[object]:
    reference = reverse("admin:disbursements_disbursementrequest_change", args=[row.pk])
    return [
        shown.link(reference, words.reference(row)),
        words.payee(row),
        words.status(row),
        shown.free_text(words.reason(row)),
        shown.amount(row.amount_minor, row.currency),
    ]


def _skipped(found: bulk.Preview) -> list[str]:
    return [f"{count:,} skipped: {why}" for why, count in found.skipped.items()]
