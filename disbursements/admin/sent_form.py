"""What a confirmation page said of itself: its run, when it was shown, how many it named."""

from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from core.ids import as_uuid


def run_id(request: HttpRequest) -> UUID:
    """The run's id as the page made it; a new one where the form names none."""
    return as_uuid(request.POST.get("run")) or uuid4()


def number(request: HttpRequest, name: str) -> int:
    """A number that the page sent back; 0 where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def seen_at(request: HttpRequest) -> datetime | None:
    """When the page was shown."""
    try:
        moment = parse_datetime(request.POST.get("seen_at", ""))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
