"""Write down what owners are to be told of transfers: what arrived, and what failed."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from core import clock
from gateways.interface import Channel
from rents.models import Forward
from rents.states import ForwardStatus
from vault.models import NoticeKind, PaidTo
from vault.operations.notices import BATCH, Draft, write_down
from vault.queries import notices
from vault.queries.notices import Wanted
from vault.rules import notice_texts
from vault.rules.notice_texts import Facts
from vault.rules.notifying import FAILED_FOR_MINUTES


def notice_forwards(*, at: datetime) -> int:
    """Returns how many were written down. A failure is told when it has stood for half an hour."""
    written = 0
    for want in notices.wanted(NoticeKind.RENT_FORWARDED, at=at):
        rows = _of(want, ForwardStatus.COMPLETED)
        written += write_down(want, [_draft(row) for row in rows[:BATCH]], at=at)
    stood = at - clock.minutes(FAILED_FOR_MINUTES)
    for want in notices.wanted(NoticeKind.FORWARD_FAILED, at=at):
        rows = _of(want, ForwardStatus.FAILED).filter(status_at__lte=stood)
        written += write_down(want, [_draft(row) for row in rows[:BATCH]], at=at)
    return written


def _of(want: Wanted, status: ForwardStatus) -> QuerySet[Forward]:
    column = "owner__email" if want.channel is Channel.EMAIL else "owner__phone"
    rows = (
        Forward.objects.filter(
            partner_id=want.partner_id, status=status, status_at__gte=want.since
        )
        .exclude(**{column: ""})
        .annotate(
            to=F(column),
            parts_count=Count("parts", filter=Q(parts__released_at=None)),
        )
        .select_related("partner", "owner", "disbursement")
        .order_by("status_at", "id")
    )
    return notices.not_told(rows, want, "pk", "owner_id")


def _draft(forward: Any) -> Draft:
    """Of a transfer with what `_of` adds to it."""
    payout, owner = forward.disbursement, forward.owner
    where = notice_texts.where_in_words(
        language=owner.language, number=payout.receiver_number, account=payout.account_reference,
        is_till=payout.receiver_kind == PaidTo.TILL, msisdn=payout.msisdn,
    )  # fmt: skip
    facts = Facts(
        partner=forward.partner.name, amount_minor=forward.amount_minor,
        currency=forward.currency, at=forward.completed_at or forward.status_at,
        receipt=payout.receipt or "", count=forward.parts_count, where=where,
    )  # fmt: skip
    return Draft(of=(forward.pk, owner.pk), to=forward.to, language=owner.language, facts=facts)
