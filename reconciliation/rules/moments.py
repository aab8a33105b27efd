"""Moments as the source document writes them."""

from datetime import UTC, datetime


def told(moment: datetime) -> str:
    """`2024-12-14T10:30:00.000Z`: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
