"""Upload connected accounts: choose a file, see exactly what it would do, confirm that."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core import clock
from core.admin import shown
from core.admin.confirm import ReasonForm, actor_of
from core.admin.form_action import FormAction
from core.admin.scope import partners_of
from core.refusals import Refused
from disbursements.admin import uploaded
from disbursements.admin.uploaded import UPLOAD_BYTES_MAX, Lapsed, Previewed
from disbursements.admin.uploading import MEGABYTE, OfPartner, problems_table, within_limit
from disbursements.operations.import_accounts import AccountImport, import_accounts
from disbursements.rules.account_file import COLUMNS, BadFile
from vault.admin.acting import caller
from vault.models import Partner

# What was previewed as accounts is not confirmed as anything else, nor the other way round.
KIND = "account"


class ChooseForm(OfPartner):
    """Whose users, and which file."""

    partner = forms.ModelChoiceField(
        Partner.objects.filter(is_active=True),
        empty_label="Choose a partner",
        widget=forms.Select(attrs={"class": "pv-input"}),
        error_messages={"required": "Choose the partner whose users they are"},
    )
    file = forms.FileField(
        label="File of accounts",
        help_text=f"CSV with the columns {' and '.join(COLUMNS)}. At most "
        f"{UPLOAD_BYTES_MAX // MEGABYTE} MB.",
        widget=forms.FileInput(attrs={"class": "pv-input", "accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a CSV file", "empty": "The file is empty"},
    )

    def clean_file(self) -> UploadedFile:
        """Raises for a file above UPLOAD_BYTES_MAX."""
        return within_limit(
            self.cleaned_data["file"], bytes_max=UPLOAD_BYTES_MAX, command="import_accounts"
        )


class UploadAccounts(FormAction):
    """Nothing is saved before the preview is confirmed, and then all of it or nothing."""

    name = "upload"
    label = "Upload accounts…"
    permission = "add"

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Choose, preview, confirm."""
        self._demand_permission(request)
        if request.method == "POST" and "token" in request.POST:
            return self._confirm(request)
        form = ChooseForm(partners_of(request), request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._choose(request, form)
        previewed = Previewed(
            digest=uploaded.keep(form.cleaned_data["file"]),
            partner_id=str(form.cleaned_data["partner"].pk),
            shortcode_number=KIND,
            name=str(form.cleaned_data["file"].name)[:100],
            actor=actor_of(request),
        )
        try:
            return self._preview(request, previewed, ReasonForm())
        except (BadFile, Refused) as error:
            form.add_error("file", f"Nothing was saved: {error}")
            return self._choose(request, form)

    def _choose(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        template = "disbursements/choose_file.html"
        return self.show(request, template, form, title="Upload accounts", done="saved")

    def _preview(
        self, request: HttpRequest, previewed: Previewed, form: forms.Form
    ) -> HttpResponse:
        report = _run(request, previewed, at=clock.now(), reason="", dry_run=True)
        return self.show(
            request, "disbursements/account_preview.html", form,
            title=f"Upload accounts: {previewed.name}", token=previewed.token(), report=report,
            figures=_figures(previewed, report),
            problems=problems_table(report.problems, rows=report.wrong),
            todo=report.added + report.changed, button=f"Save {_accounts(report)}",
            will_happen=_will_happen(report),
        )  # fmt: skip

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        form = ReasonForm(request.POST)
        try:
            previewed = uploaded.recall(request.POST["token"], actor=actor_of(request))
        except Lapsed as lapsed:
            messages.warning(request, f"{lapsed} Nothing was saved by this click.")
            return HttpResponseRedirect(self.url())
        if previewed.shortcode_number != KIND:
            messages.warning(request, "That was a preview of something else. Choose the file.")
            return HttpResponseRedirect(self.url())
        try:
            return self._carry_out(request, previewed, form)
        except (BadFile, Refused) as error:
            messages.error(request, f"Nothing was saved: {error}")
            return HttpResponseRedirect(self.url())

    def _carry_out(
        self, request: HttpRequest, previewed: Previewed, form: ReasonForm
    ) -> HttpResponse:
        if not form.is_valid():
            return self._preview(request, previewed, form)
        reason = form.cleaned_data["reason"]
        report = _run(request, previewed, at=clock.now(), reason=reason, dry_run=False)
        if report.wrong:
            return self._preview(request, previewed, form)
        uploaded.forget(previewed)
        messages.success(
            request,
            f"{previewed.name}: {report.added:,} added, {report.changed:,} changed. Stripe is "
            "being asked whether they may receive.",
        )
        return HttpResponseRedirect(self.back_url([]))


def _run(
    request: HttpRequest, previewed: Previewed, *, at: datetime, reason: str, dry_run: bool
) -> AccountImport:
    who = replace(caller(request), actor=previewed.actor)
    with previewed.path.open("rb") as source:
        return import_accounts(
            source=source, partner_id=UUID(previewed.partner_id), caller=who, at=at,
            reason=reason, dry_run=dry_run,
        )  # fmt: skip


def _figures(previewed: Previewed, report: AccountImport) -> list[tuple[str, object]]:
    return [
        ("Partner", Partner.objects.get(pk=previewed.partner_id)),
        ("Rows in the file", f"{report.rows:,}"),
        ("New", f"{report.added:,}"),
        ("Another account than before", f"{report.changed:,}"),
        ("There already", f"{report.unchanged:,}"),
        ("Rows with problems", f"{report.wrong:,}"),
        ("File", previewed.name),
        ("SHA-256", shown.copied(previewed.digest, label="digest of the file")),
    ]


def _will_happen(report: AccountImport) -> list[str]:
    users = "user is" if report.changed == 1 else "users are"
    changed = (
        f"{report.changed:,} {users} paid at another account from now on. What is on its way "
        "stays with the account that it began with."
    )
    return [
        f"{_accounts(report)} saved: all of them or none.",
        *([changed] if report.changed else []),
        "Stripe is asked about each whether it may receive; winners who waited are then paid.",
    ]


def _accounts(report: AccountImport) -> str:
    count = report.added + report.changed
    return f"{count:,} {'account' if count == 1 else 'accounts'}"
