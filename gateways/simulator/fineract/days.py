"""Days: the server's own, those of its calendars, and how they are written (fineract.md 3.7)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateways.simulator.fineract.refusals import Refusal, invalid
from gateways.simulator.journal import Record

FORMATS = {
    "yyyy-MM-dd": "%Y-%m-%d", "dd MMMM yyyy": "%d %B %Y", "dd MMM yyyy": "%d %b %Y",
    "dd/MM/yyyy": "%d/%m/%Y", "dd-MM-yyyy": "%d-%m-%Y",
}  # fmt: skip


def release(version: str) -> tuple[int, ...]:
    """1.12.0 as (1, 12, 0), to be compared."""
    digits = version.split("-", maxsplit=1)[0].split(".")
    return tuple(int(part) for part in digits if part.isdigit())


def since(tenant: Record, version: str) -> bool:
    """Whether the tenant's server is this version or a later one."""
    return release(tenant["version"]) >= release(version)


def today(tenant: Record, at: datetime) -> date:
    """The day the server books on: its business date if that is on, else its zone's day."""
    if tenant["businessDateOn"] and tenant["businessDate"]:
        return date.fromisoformat(tenant["businessDate"])
    return at.astimezone(ZoneInfo(tenant["timeZone"])).date()


def as_array(day: str | None) -> list[int] | None:
    """2025-09-03 as [2025, 9, 3]."""
    return [int(part) for part in day.split("-")] if day else None


def read_day(body: Record, name: str) -> date | None:
    """A day of the body in its own dateFormat, None when it is missing. Raises Refusal."""
    value = body.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, list):
        return _from_array(value, name)
    pattern = body.get("dateFormat")
    if not pattern:
        raise invalid(
            "validation.msg.missing.dateFormat.parameter",
            "The parameter dateFormat is mandatory.", parameter="dateFormat",
        )  # fmt: skip
    if not body.get("locale"):
        raise missing_locale()
    try:
        return datetime.strptime(str(value), FORMATS[pattern]).date()  # noqa: DTZ007 - a day
    except (KeyError, ValueError):
        raise invalid(
            "validation.msg.invalid.dateFormat.format",
            f"The parameter {name} is invalid based on the dateFormat: {pattern}.",
            parameter=name, value=value,
        ) from None  # fmt: skip


def missing_locale() -> Refusal:
    """400: a number or a day without a locale."""
    return invalid(
        "validation.msg.missing.locale.parameter", "The parameter locale is mandatory.",
        parameter="locale",
    )  # fmt: skip


def _from_array(value: list[int], name: str) -> date:
    try:
        return date(*value)
    except (TypeError, ValueError):
        raise invalid(
            "validation.msg.invalid.date.array", f"The parameter {name} is no day.",
            parameter=name, value=str(value),
        ) from None  # fmt: skip
