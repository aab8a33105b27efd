"""Test a connection: ask the server all that paying and booking need, and say what is missing."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from core import jobs, states
from core.callers import Caller
from core.refusals import Refused
from gateways.errors import Declined, GatewayError
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from loans.operations import reach_mifos
from loans.operations.reach_mifos import Line, open_line
from loans.queries import connections
from loans.rules import mifos_findings
from loans.rules.mifos_findings import Finding
from loans.rules.refused_findings import of_refusal

PERMISSION = "loans.check_mifosconnection"
KIND = "check"
JOB = "sync_loans"
Answer = TypeVar("Answer")


class _Stopped(Exception):
    """What was found makes further questions useless."""


def check(*, connection_id: UUID, caller: Caller, at: datetime) -> list[Finding]:
    """What was found, kept on the connection too; also while the server is left alone.

    It is configured from then on when nothing is missing that pays or books, and no longer when
    something is; a server that does not answer changes nothing of that. Raises NotAllowed,
    NoSuchConnection, AlreadyRunning, NotNow, Refused.
    """
    caller.demand(PERMISSION)
    row = connections.visible(caller).filter(pk=connection_id).first()
    if row is None:
        raise connections.NoSuchConnection(
            f"there is no Mifos X connection {connection_id}", field="connection"
        )
    with open_line(row, at=at, at_once=True) as line:
        with line.about(row.pk, kind=KIND):
            looked = _Look(line, at)
            looked.at_everything()
        findings = [*looked.findings, *_of_ours(line.connection)]
        _keep(line, looked, findings, caller, at)
    return findings


def configures(findings: list[Finding]) -> bool:
    """Whether nothing is missing that the server must have."""
    ours = {"address", "shortcode"}
    return not any(each.stops for each in findings if each.what not in ours)


class _Look:
    """One round of questions. `complete`: each was answered, be it with a refusal."""

    def __init__(self, line: Line, at: datetime) -> None:
        self._line, self._row, self._at = line, line.connection, at
        self.findings: list[Finding] = []
        self.version: str | None = None
        self.complete = True

    def at_everything(self) -> None:
        """Ask; it ends early where nothing more can be learnt."""
        try:
            self._at_server()
            self._at_what_is_set_up()
        except _Stopped:
            pass

    def _at_server(self) -> None:
        row, desk = self._row, self._line.desk
        self.version = self._asked("server", desk.version, ends=True)
        user = self._asked("user", desk.user, ends=True)
        if user is None:
            raise _Stopped
        self.findings += [
            Finding(what="server", ok=True, text=f"{row.host} answers."),
            Finding(what="tenant", ok=True, text=f"There is a tenant {row.tenant}."),
            Finding(what="user", ok=True, text=f"{row.username} may sign in."),
            mifos_findings.of_version(self.version or "", override=row.version_override),
            mifos_findings.of_office(user, office_name=row.office_name),
            *mifos_findings.of_permissions(
                user, username=row.username, version=row.version_override or self.version or ""
            ),
        ]

    def _at_what_is_set_up(self) -> None:
        row, desk = self._row, self._line.desk
        types = self._asked("payment type", desk.payment_types)
        if types is not None:
            name = row.payment_type_name
            self.findings.append(mifos_findings.of_payment_types(types, name=name))
        day = self._asked("business date", desk.business_date)
        if day is not None:
            today = self._at.astimezone(ZoneInfo(row.time_zone)).date()
            self.findings.append(
                mifos_findings.of_business_date(day, today=today, time_zone=row.time_zone)
            )
        page = self._asked("list of loans", lambda: self._line.book.approved(offset=0))
        if page is not None:
            seen = {each.product_id for each in page.rows if each.product_id is not None}
            self.findings += mifos_findings.of_products(
                _configured(row), seen=seen | connections.seen_product_ids(row.partner_id)
            )

    def _asked(
        self, what: str, call: Callable[[], Answer], *, ends: bool = False
    ) -> Answer | None:
        """The answer; None after a finding that says why there is none."""
        try:
            return call()
        except GatewayError as error:
            row = self._row
            self.findings.append(
                of_refusal(what, error, host=row.host, tenant=row.tenant, username=row.username)
            )
            if not isinstance(error, Declined):
                self.complete = False
            if ends or not isinstance(error, Declined):
                raise _Stopped from error
            return None


def _of_ours(row: MifosConnection) -> list[Finding]:
    confirmed, shortcode = bool(row.confirmed_by), connections.pays_from(row)
    return [
        Finding(
            what="shortcode", ok=shortcode is not None,
            text=f"Loans are paid from {shortcode}." if shortcode else
            "The partner has no active paybill or till, or several and none is chosen.",
            what_to_do="" if shortcode else "Choose one under Change.",
        ),
        Finding(
            what="address", ok=confirmed,
            text=f"{row.confirmed_by} confirmed it." if confirmed else
            f"{row.changed_by} set it, and nobody else has confirmed it.",
            what_to_do="" if confirmed else f"Another person than {row.changed_by} confirms it.",
        ),
    ]  # fmt: skip


def _keep(
    line: Line, looked: _Look, findings: list[Finding], caller: Caller, at: datetime
) -> None:
    with transaction.atomic():
        row = MifosConnection.objects.select_for_update().get(pk=line.connection.pk)
        if row.sealed_password != line.connection.sealed_password:
            raise Refused("the connection was changed while it was tested: test it again")
        good = configures(findings)
        row.checked_at, row.check_report = at, [asdict(each) for each in findings]
        if looked.version:
            row.version_detected = looked.version
        if looked.complete:
            row.is_mifos_configured = good
        row.save(
            update_fields=[
                "checked_at", "check_report", "version_detected", "is_mifos_configured",
            ]
        )  # fmt: skip
        stopping = sum(each.stops for each in findings)
        words = "everything is in order" if not stopping else f"{stopping} things are missing"
        states.note(row, at=at, because=f"tested: {words}", actor=caller.actor)
    if good and looked.complete:
        reach_mifos.note_success(line, at)
        if row.pays:
            MifosConnection.objects.filter(pk=row.pk).update(next_sync_at=at)
            jobs.after_commit(JOB)


def _configured(row: MifosConnection) -> list[tuple[int, str, bool]]:
    rows: Any = LoanProductAutoDisbursalConfig.objects.filter(partner_id=row.partner_id)
    return list(rows.order_by("product_id").values_list("product_id", "product_name", "enabled"))
