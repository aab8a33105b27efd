"""Africa's Talking's delivery reports, posted as forms, to typed events."""

from collections.abc import Callable
from types import MappingProxyType

from gateways.interface import NoticeReported, NoticeState, Unreadable

ID_CHARACTERS_MAX = 100
_FINAL = {
    "success": NoticeState.DELIVERED,
    "failed": NoticeState.NOT_DELIVERED,
    "rejected": NoticeState.NOT_DELIVERED,
}
UNDER_WAY = frozenset({"sent", "submitted", "buffered"})


def read_delivery(body: object) -> NoticeReported:
    """One report. A status that no document names is Unreadable, and told."""
    if not isinstance(body, dict):
        raise Unreadable("the body is not a form")
    message_id, status = body.get("id", ""), body.get("status", "")
    if not 0 < len(message_id) <= ID_CHARACTERS_MAX:
        raise Unreadable("the report has no id")
    state = _FINAL.get(status.casefold())
    if state is None and status.casefold() not in UNDER_WAY:
        raise Unreadable("the report's status is none that is documented")
    return NoticeReported(
        message_id=message_id,
        state=state or NoticeState.UNDER_WAY,
        provider_status=status,
        reason=body.get("failureReason", "")[:100],
    )


READERS: MappingProxyType[str, Callable[[object], NoticeReported]] = MappingProxyType(
    {"delivery": read_delivery}
)
