"""How bad a difference is: by the table that staff edit, and high wherever money is lost."""

from collections.abc import Mapping

from reconciliation.states import Severity

DEFAULTS: dict[str, Severity] = {
    "amount_mismatch": Severity.HIGH,
    "currency_mismatch": Severity.HIGH,
    "status_mismatch": Severity.HIGH,
    "missing_at_provider": Severity.HIGH,
    "missing_here": Severity.HIGH,
    "duplicate": Severity.HIGH,
    "fee_mismatch": Severity.LOW,
    "ledger_mismatch": Severity.HIGH,
    "wrong_beneficiary": Severity.MEDIUM,
    "late": Severity.MEDIUM,
    "not_checked": Severity.MEDIUM,
}
# Paid twice: whatever the table says.
ALWAYS_HIGH = frozenset({"duplicate"})

# What an alert of core is called here. Worse ones first.
ALERT_SEVERITY: dict[str, str] = {
    Severity.HIGH: "critical",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
OF_ALERT: dict[str, Severity] = {alert: Severity(each) for each, alert in ALERT_SEVERITY.items()}


def severity_of(kind: str, *, is_loss: bool, table: Mapping[str, str]) -> Severity:
    """Of a kind of difference; `table` is what staff set, {kind: severity}, and may be empty."""
    if is_loss or kind in ALWAYS_HIGH:
        return Severity.HIGH
    return Severity(table.get(kind) or DEFAULTS[kind])


def alert_severity(severity: str) -> str:
    """`critical`, `warning` or `notice`: what core's alerts say for high, medium and low."""
    return ALERT_SEVERITY[severity]


def of_alert(alert_severity: str) -> Severity:
    """The other way round."""
    return OF_ALERT[alert_severity]


def at_least(severity: str, lowest: str) -> bool:
    """Whether the one is as bad as the other, or worse."""
    order = list(ALERT_SEVERITY)
    return order.index(severity) <= order.index(lowest)
