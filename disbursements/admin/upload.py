"""Upload payees: choose a file, see exactly what it would do, confirm that."""

from datetime import datetime
from itertools import islice
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import clock, money, states
from core.admin import shown
from core.admin.confirm import Confirmation, ReasonForm, actor_of
from core.admin.form_action import FormAction
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from core.refusals import Refused
from disbursements.admin import uploaded
from disbursements.admin.uploaded import UPLOAD_BYTES_MAX, Lapsed, Previewed
from disbursements.admin.uploading import MEGABYTE, OfPartner, problems_table, within_limit
from disbursements.operations.import_file import ImportReport, import_file
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.rules.payee_file import BadFile, PayeeRow, read_rows
from vault.models import Partner, Shortcode

FIRST_ROWS = 10


class ChooseForm(OfPartner):
    """Whose money, from where, to whom."""

    partner = forms.ModelChoiceField(
        Partner.objects.filter(is_active=True),
        empty_label="Choose a partner",
        widget=forms.Select(attrs={"class": "pv-input"}),
        error_messages={"required": "Choose the partner whose money is paid out"},
    )
    shortcode = forms.ModelChoiceField(
        Shortcode.objects.of_mpesa().filter(is_active=True).select_related("partner"),
        required=False,
        empty_label="The partner's only one",
        help_text="Needed only if the partner has several.",
        widget=forms.Select(attrs={"class": "pv-input"}),
    )
    file = forms.FileField(
        label="File of payees",
        help_text="CSV with the columns reference, msisdn, amount and, if you like, name and "
        f"remarks, in any order. At most {UPLOAD_BYTES_MAX // MEGABYTE} MB; larger files go "
        "through manage.py import_disbursements.",
        widget=forms.FileInput(attrs={"class": "pv-input", "accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a CSV file", "empty": "The file is empty"},
    )

    def clean_file(self) -> UploadedFile:
        """Raises for a file above UPLOAD_BYTES_MAX."""
        return within_limit(
            self.cleaned_data["file"], bytes_max=UPLOAD_BYTES_MAX, command="import_disbursements"
        )


class UploadPayees(FormAction):
    """Nothing is instructed before the preview is confirmed, and then all of it or nothing."""

    name = "upload"
    label = "Upload payees…"
    permission = "add"
    primary = True

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Choose, preview, confirm."""
        self._demand_permission(request)
        if request.method == "POST" and "token" in request.POST:
            return self._confirm(request)
        form = ChooseForm(partners_of(request), request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            return self._take(request, form)
        return self._choose(request, form)

    def _choose(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        template = "disbursements/choose_file.html"
        return self.show(request, template, form, title="Upload payees", done="paid")

    def _take(self, request: HttpRequest, form: ChooseForm) -> HttpResponse:
        answers = form.cleaned_data
        previewed = Previewed(
            digest=uploaded.keep(answers["file"]),
            partner_id=str(answers["partner"].pk),
            shortcode_number=answers["shortcode"].number if answers["shortcode"] else "",
            name=str(answers["file"].name)[:100],
            actor=actor_of(request),
        )
        try:
            return self._preview(request, previewed, ReasonForm())
        except (BadFile, Refused, NoShortcode) as error:
            field = "shortcode" if isinstance(error, NoShortcode) else "file"
            form.add_error(field, f"Nothing was imported: {error}")
            return self._choose(request, form)

    def _preview(
        self, request: HttpRequest, previewed: Previewed, form: forms.Form
    ) -> HttpResponse:
        report = _run(previewed, at=clock.now(), dry_run=True)
        new = report.added if not report.rejected else 0
        confirmation = Confirmation(
            title=f"Upload payees: {previewed.name}",
            button=f"Instruct {new:,} {'payout' if new == 1 else 'payouts'}, "
            f"{money.shown(report.total_minor, 'KES')}",
            will_happen=_will_happen(previewed, report, new),
        )
        return self.show(
            request, "disbursements/preview.html", form, title="Upload payees: preview",
            confirmation=confirmation, token=previewed.token(), report=report, new=new,
            figures=_figures(previewed, report), first=_first_rows(previewed),
            problems=problems_table(report.problems, rows=report.rejected), upload_url=self.url(),
        )  # fmt: skip

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        actor, form = actor_of(request), ReasonForm(request.POST)
        try:
            previewed = uploaded.recall(request.POST["token"], actor=actor)
        except Lapsed as lapsed:
            messages.warning(request, f"{lapsed} Nothing was imported by this click.")
            return HttpResponseRedirect(self.url())
        partners = partners_of(request)
        if partners is not None and UUID(previewed.partner_id) not in partners:
            raise PermissionDenied
        try:
            return self._carry_out(request, previewed, form)
        except (BadFile, Refused, NoShortcode) as error:
            messages.error(request, f"Nothing was imported: {error}")
            return HttpResponseRedirect(self.url())

    def _carry_out(
        self, request: HttpRequest, previewed: Previewed, form: ReasonForm
    ) -> HttpResponse:
        if not form.is_valid():
            return self._preview(request, previewed, form)
        report = _run(previewed, at=clock.now(), dry_run=False)
        if report.rejected:
            return self._preview(request, previewed, form)
        _note(previewed, report, form.cleaned_data["reason"])
        uploaded.forget(previewed)
        done = f"{report.added:,} instructed, {money.shown(report.total_minor, 'KES')}"
        known = f"; {report.replayed:,} were known already" if report.replayed else ""
        messages.success(request, f"{previewed.name}: {done}{known}.")
        return HttpResponseRedirect(_set_url(previewed))


def _run(previewed: Previewed, *, at: datetime, dry_run: bool) -> ImportReport:
    return import_file(
        source=previewed.path,
        partner_id=UUID(previewed.partner_id),
        shortcode_number=previewed.shortcode_number or None,
        dry_run=dry_run,
        actor=previewed.actor,
        at=at,
    )


def _note(previewed: Previewed, report: ImportReport, reason: str) -> None:
    details = {"file": previewed.name, "sha256": report.file_digest, "added": report.added}
    with transaction.atomic():
        states.note(
            Partner.objects.get(pk=previewed.partner_id), at=clock.now(),
            because=f"payees uploaded: {reason}", actor=previewed.actor, details=details,
        )  # fmt: skip


def _set_url(previewed: Previewed) -> str:
    changelist = reverse("admin:disbursements_disbursementrequest_changelist")
    return f"{changelist}?file={previewed.digest}"


def _will_happen(previewed: Previewed, report: ImportReport, new: int) -> list[str]:
    source = previewed.shortcode_number or "its only shortcode"
    partner = Partner.objects.get(pk=previewed.partner_id)
    return [
        f"{new:,} new payouts of {partner} are instructed, to be sent from {source}.",
        "All of them or none: if one row is refused, nothing is written.",
        f"{report.replayed:,} rows were instructed before with the same content and add nothing.",
    ]


def _figures(previewed: Previewed, report: ImportReport) -> list[tuple[str, object]]:
    return [
        ("Rows in the file", f"{report.rows:,}"),
        ("New", f"{report.added:,}"),
        ("Known already", f"{report.replayed:,}"),
        ("Rows with problems", f"{report.rejected:,}"),
        ("Total of the new ones", shown.amount(report.total_minor, "KES")),
        ("File", previewed.name),
        ("SHA-256", shown.copied(report.file_digest, label="digest of the file")),
    ]


def _first_rows(previewed: Previewed) -> Table:
    with previewed.path.open("rb") as file:
        rows = list(
            islice((row for row in read_rows(file) if isinstance(row, PayeeRow)), FIRST_ROWS)
        )
    return Table(
        title=f"The first {len(rows)} payees",
        columns=[
            Column(label="Line", numeric=True), Column(label="Reference"), Column(label="Phone"),
            Column(label="Amount", numeric=True), Column(label="Name"), Column(label="Remarks"),
        ],
        rows=[
            [row.line, row.reference, row.msisdn, row.amount, row.name or shown.NOTHING,
             row.remarks or shown.NOTHING]
            for row in rows
        ],
        empty="No row could be read.",
    )  # fmt: skip
