"""Mifos X connections: whose, how they stand, what the latest test found, what is missing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Button, Column, Facts, Headline, Record, Section, Table
from loans.admin.connection_actions import (
    AddConnection,
    ChangeConnection,
    CheckConnection,
    Confirm,
)
from loans.admin.switching import SwitchOff, SwitchOn
from loans.models import MifosConnection
from loans.queries import connection_facts, connections, products
from loans.rules import connection_values
from vault.admin.acting import caller, page_of
from vault.admin.rental_filters import PartnerFilter

TONES = {
    "Pays": shown.GOOD, "In trouble": shown.BAD, "Not ready": shown.WARN,
    "To be confirmed": shown.WARN, "Switched off": shown.MUTE,
}  # fmt: skip
HOOK_NOTE = (
    "In Mifos X: Admin, System, Manage hooks; template Web, content type json, events LOAN "
    "APPROVE, LOAN DISBURSE and LOAN DISBURSALUNDO. It only wakes us: Mifos X is asked all the "
    "same."
)


@admin.register(MifosConnection)
class MifosConnectionAdmin(RecordAdmin):
    """One per partner."""

    purpose = (
        "Each partner's Mifos X: approved loans are read there, paid over M-Pesa and booked back. "
        "One person sets the address, another confirms it."
    )
    nothing_yet = "No partner's Mifos X is connected yet: Connect a partner's Mifos X."
    list_display = ("partner_text", "host", "stands", "version_text", "synced", "checked")
    list_filter = (PartnerFilter,)
    list_select_related = ("partner", "shortcode")
    search_fields = ("partner__name", "host", "tenant")
    search_help_text = "Partner, host or tenant"
    ordering = ("partner__name",)
    partner_path = "partner"
    list_actions = (AddConnection,)
    row_actions = (Confirm, SwitchOn, CheckConnection, ChangeConnection, SwitchOff)

    @column("Partner")
    def partner_text(self, row: MifosConnection) -> Any:
        """Whose, and which tenant."""
        return shown.two_lines(row.partner, row.tenant)

    @column("State")
    def stands(self, row: MifosConnection) -> Any:
        """In a word."""
        return stands(row)

    @column("Version")
    def version_text(self, row: MifosConnection) -> str:
        """What it is taken for."""
        return row.version or shown.NOTHING

    @column("Latest sync")
    def synced(self, row: MifosConnection) -> Any:
        """When its loans were last fetched."""
        return shown.moment(row.last_sync_at)

    @column("Latest test")
    def checked(self, row: MifosConnection) -> Any:
        """When it was last tested by a person."""
        return shown.moment(row.checked_at)

    def record(self, request: HttpRequest, row: MifosConnection) -> Record:
        """One connection: what is missing on top."""
        word, meaning = connection_facts.in_a_word(row)
        missing = connections.missing_to_pay(row)
        return Record(
            buttons=_ways(request, row),
            headline=Headline(
                kind="Mifos X", main=row.partner, beside=row.host,
                status=shown.status(word, meaning=meaning, tone=TONES[word]), meaning=meaning,
                next_step="; ".join(missing)[:1].upper() + "; ".join(missing)[1:],
            ),
            sections=[
                report(row),
                *self._facts(request, row),
                _products(request, row),
                steps_of(row),
            ],
        )  # fmt: skip

    def _facts(self, request: HttpRequest, row: MifosConnection) -> list[Section]:
        hook = connections.hook_url(row)
        may_change = self.may(request, "change")
        webhook = shown.copied(hook, label="address for web hooks") if may_change else "Hidden"
        return [
            _address(row),
            _limits(row),
            Facts(title="Web hook", rows=[("Address", webhook), ("How", HOOK_NOTE)]),
        ]


def stands(row: MifosConnection) -> Any:
    """How a connection stands, its meaning on hover."""
    word, meaning = connection_facts.in_a_word(row)
    return shown.status(word, meaning=meaning, tone=TONES[word])


def report(row: MifosConnection) -> Table:
    """What the latest test found: what is missing first."""
    findings = sorted(
        connection_facts.findings_of(row), key=lambda each: (each.ok, not each.stops)
    )
    return Table(
        title="What the latest test found",
        note=f"{shown.absolute(row.checked_at)}. {connection_facts.what_follows(row)}".strip()
        if row.checked_at
        else "",
        empty="It was not tested as it is set now: Test connection says what is missing.",
        columns=[
            Column(label="What"), Column(label="State"), Column(label="Found"),
            Column(label="What to do"),
        ],
        rows=[[each.what, _mark(each), each.text, each.what_to_do] for each in findings],
    )  # fmt: skip


def _mark(finding: Any) -> Any:
    if finding.ok:
        return shown.status("In order", meaning=finding.text, tone=shown.GOOD)
    if finding.stops:
        return shown.status("Missing", meaning=finding.text, tone=shown.BAD)
    return shown.status("Look at it", meaning=finding.text, tone=shown.WARN)


def _address(row: MifosConnection) -> Facts:
    confirmed = (
        f"{row.confirmed_by}, {shown.absolute(row.confirmed_at)}" if row.confirmed_at else "Nobody"
    )
    return Facts(
        title="Address",
        rows=[
            ("Partner", shown.link(page_of(row.partner), row.partner)),
            ("Host", row.host),
            ("Tenant", row.tenant),
            ("User", row.username),
            ("Certificates", connection_values.ca_in_words(row.ca_bundle)),
            ("Version", _version(row)),
            ("Set by", row.changed_by),
            ("Confirmed by", confirmed),
        ],
    )


def _limits(row: MifosConnection) -> Facts:
    return Facts(
        title="How it is used",
        rows=[
            ("Paid from", connections.pays_from(row) or "Not chosen"),
            ("Payment type", row.payment_type_name),
            ("Office", row.office_name or "Head office"),
            ("Time zone", row.time_zone),
            ("Requests a minute, at most", row.requests_per_minute),
            ("Latest sync", shown.moment(row.last_sync_at)),
            ("Next sync", shown.moment(row.next_sync_at) if row.pays else "While it pays only"),
            ("Left alone until", shown.moment(row.not_before)),
            ("Trouble", row.trouble or shown.NOTHING),
            ("Id", shown.copied(str(row.pk), label="connection id")),
        ],
    )


def _version(row: MifosConnection) -> str:
    if row.version_override:
        return f"{row.version_override} by hand; it says {row.version_detected or 'nothing'}"
    return row.version_detected or "Not known"


def _products(request: HttpRequest, row: MifosConnection) -> Table:
    rows = products.visible(caller(request)).filter(partner_id=row.partner_id)
    return Table(
        title="Loan products",
        empty="None yet: no loan is paid by itself. See Loan products.",
        columns=[Column(label="Id", numeric=True), Column(label="Product"), Column(label="Paid")],
        rows=[
            [each.product_id, shown.link(page_of(each), each), products.in_words(each)]
            for each in rows
        ],
    )


def _ways(request: HttpRequest, row: MifosConnection) -> list[Button]:
    ways = []
    for name, label in (("loantracking", "Loans"), ("loansyncrun", "Syncs")):
        if request.user.has_perm(f"loans.view_{name}"):
            address = reverse(f"admin:loans_{name}_changelist")
            ways.append(Button(label=label, url=f"{address}?partner={row.partner_id}"))
    return ways
