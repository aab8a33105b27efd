"""How a connection stands, for answers in JSON and for people. Never a secret."""

from datetime import datetime
from typing import Any

from loans.models import MifosConnection
from loans.queries import connections
from loans.rules.mifos_findings import Finding

OURS = {"address", "shortcode"}
UNTIL_TESTED = "Nothing is fetched, paid or booked there until a test finds nothing missing."


def as_told(row: MifosConnection) -> dict[str, Any]:
    """Moments are ISO 8601; `confirmToken` is what a person who confirms it has seen."""
    shortcode = connections.pays_from(row)
    return {
        "id": str(row.pk),
        "partnerId": str(row.partner_id),
        "partner": str(row.partner),
        "host": row.host,
        "tenant": row.tenant,
        "username": row.username,
        "ownCertificates": bool(row.ca_bundle),
        "timeZone": row.time_zone,
        "version": row.version,
        "versionDetected": row.version_detected,
        "versionOverride": row.version_override,
        "paymentType": row.payment_type_name,
        "office": row.office_name,
        "shortcode": shortcode.number if shortcode else None,
        "requestsPerMinute": row.requests_per_minute,
        "isMifosConfigured": row.is_mifos_configured,
        "mifosAutoDisbursementEnabled": row.mifos_auto_disbursement_enabled,
        "changedBy": row.changed_by,
        "confirmedBy": row.confirmed_by or None,
        "confirmedAt": _moment(row.confirmed_at),
        "confirmToken": connections.digest_of(row),
        "missing": connections.missing_to_pay(row),
        "trouble": row.trouble,
        "notBefore": _moment(row.not_before),
        "lastSyncAt": _moment(row.last_sync_at),
        "nextSyncAt": _moment(row.next_sync_at),
        "checkedAt": _moment(row.checked_at),
        "findings": [finding_as_told(each) for each in findings_of(row)],
    }


def finding_as_told(finding: Finding) -> dict[str, Any]:
    """One finding; `stops`: loans cannot be paid or booked until it is mended."""
    return {
        "what": finding.what, "ok": finding.ok, "stops": finding.stops, "text": finding.text,
        "whatToDo": finding.what_to_do,
    }  # fmt: skip


def findings_of(row: MifosConnection) -> list[Finding]:
    """What the latest test found."""
    return [Finding(**each) for each in row.check_report]


def in_a_word(row: MifosConnection) -> tuple[str, str]:
    """How it stands, and what that means."""
    if row.trouble:
        return "In trouble", f"It is left alone for a while: {row.trouble}"
    if row.pays:
        return "Pays", "Its approved loans are fetched, paid and booked by themselves."
    if not row.is_mifos_configured:
        return "Not ready", f"{why_not_ready(row)} {UNTIL_TESTED}"
    if not row.confirmed_by:
        return "To be confirmed", f"Another person than {row.changed_by} must confirm its address."
    return "Switched off", "Nothing is fetched or paid by itself; what was paid is booked."


def why_not_ready(row: MifosConnection) -> str:
    """What keeps a connection from being used at all; a sentence."""
    missing = ", ".join(each.what for each in findings_of(row) if each.stops)
    if row.checked_at is None:
        return "It was not tested as it is set now."
    if missing:
        return f"Its latest test did not find everything: {missing}."
    return "Its latest test was not finished."


def what_follows(row: MifosConnection) -> str:
    """What it means for its loans that not everything is there; empty where all of it is."""
    if not row.is_mifos_configured:
        return UNTIL_TESTED
    if not row.confirmed_by:
        return "Nothing is fetched, paid or booked there until another person has confirmed it."
    if connections.pays_from(row) is None:
        return "Nothing is paid there until it is clear which shortcode pays."
    if any(each.stops and each.what not in OURS for each in findings_of(row)):
        return "It stands as it stood before: test it again once the server answers."
    return ""


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
