"""Telling people: one message to one phone or mailbox, and what became of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gateways.interface.shared import Exchange


class Channel(StrEnum):
    """The ways a notice can reach somebody."""

    SMS = "sms"
    EMAIL = "email"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One message to one person. `to` is a phone (12 digits) or an address, by channel.

    `subject` is for email only; `reference` is ours, for the log.
    """

    to: str = field(repr=False)
    text: str
    reference: str
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeTaken:
    """The provider took the message; it is not delivered yet. `message_id` names it later."""

    message_id: str
    exchange: Exchange | None = None


class Notifier(Protocol):
    """Sends over one channel: one call, one try.

    Raises Declined (the same again fails again), Unreachable (nothing left: send again) or
    Unclear (it may have been sent: a second one may arrive twice) (gateways/errors.py).
    """

    def send(self, notice: Notice) -> NoticeTaken:
        """Hand one message over; what became of it may arrive as a NoticeReported."""
        ...


class NoticeState(StrEnum):
    """How far a message has come; the last two are final."""

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, kw_only=True)
class NoticeReported:
    """A delivery report. `provider_status` and `reason` are the provider's own words."""

    message_id: str
    state: NoticeState
    provider_status: str
    reason: str = ""
