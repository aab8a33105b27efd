"""Notices: write down what somebody is to be told, each once; switch kinds on and off."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from gateways.interface import Channel
from vault.models import Notice, NoticeKind, NoticeSetting, Partner, Payment
from vault.queries import notices
from vault.queries.notices import SINCE, Wanted
from vault.queries.receipts import receipt_url
from vault.rules import notice_texts
from vault.rules.notice_texts import Facts
from vault.rules.notifying import not_at_night

CHANGE = "vault.change_noticesetting"
BATCH = 500
WITHDRAWN = "The allocation was taken back before it was sent"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One message that is to be written down; `of` names what it is about, and to whom."""

    of: tuple[object, ...]
    to: str = field(repr=False)
    language: str
    facts: Facts


def notice_payments(*, at: datetime) -> int:
    """Write down what tenants and owners are to be told of payments; returns how many."""
    written = 0
    for want in notices.wanted(NoticeKind.RENT_RECEIVED, at=at):
        rows = notices.tenants_not_told(want)[:BATCH]
        written += write_down(want, [_for_tenant(row) for row in rows], at=at)
    for want in notices.wanted(NoticeKind.RENT_FOR_OWNER, at=at):
        rows = notices.owners_not_told(want)[:BATCH]
        written += write_down(want, [_for_owner(row) for row in rows], at=at)
    return written


def write_down(want: Wanted, drafts: Collection[Draft], *, at: datetime) -> int:
    """Notices that are due, SMS not at night; what is written down already stays as it is."""
    Notice.objects.bulk_create(
        [_notice(want, draft, at) for draft in drafts], ignore_conflicts=True
    )
    return len(drafts)


def withdraw(payment: Payment) -> int:
    """What was written of a payment is not sent any more: it was somebody else's. How many."""
    about = Q(pk__in=[])
    for kind in (NoticeKind.RENT_RECEIVED, NoticeKind.RENT_FOR_OWNER):
        about |= Q(reference__startswith=f"{kind.value}:{payment.pk}:")
    due = Notice.objects.filter(about, state=Notice.State.DUE)
    return due.update(state=Notice.State.GIVEN_UP, due_at=None, problem=WITHDRAWN)


def change_setting(
    *,
    partner_id: UUID,
    kind: str,
    by_sms: bool,
    by_email: bool,
    reason: str,
    caller: Caller,
    at: datetime,
) -> NoticeSetting:
    """Switch a kind of notice on or off, by channel. On: of what happens from now on.

    Raises NotAllowed, and Refused naming the field that is wrong, or when nothing differs.
    """
    caller.demand(CHANGE)
    said = checked_reason(reason, example="the owners asked to be told")
    if kind not in NoticeKind.values:
        raise Refused(f"write one of {', '.join(NoticeKind.values)}", field="kind")
    known = Partner.objects.filter(pk=partner_id).exists()
    if not known or not caller.may_touch(partner_id):
        raise Refused(
            f"there is no partner {partner_id}: the command partners lists them", field="partner"
        )
    _demand_set_up(by_sms=by_sms, by_email=by_email)
    with transaction.atomic():
        row, _ = NoticeSetting.objects.get_or_create(partner_id=partner_id, kind=kind)
        row = NoticeSetting.objects.select_for_update().get(pk=row.pk)
        changed = []
        for channel, wish in ((Channel.SMS, by_sms), (Channel.EMAIL, by_email)):
            column = SINCE[channel]
            if wish != (getattr(row, column) is not None):
                setattr(row, column, at if wish else None)
                changed.append(f"{channel} {'on' if wish else 'off'}")
        if not changed:
            raise Refused("it is so already: nothing was changed", field="kind")
        row.save(update_fields=list(SINCE.values()))
        because = f"{NoticeKind(kind).value}: {', '.join(changed)}: {said}"
        states.note(row, at=at, because=because, actor=caller.actor)
    return row


def _demand_set_up(*, by_sms: bool, by_email: bool) -> None:
    if by_sms and not (settings.AFRICASTALKING_USERNAME and settings.AFRICASTALKING_API_KEY):
        raise Refused(
            "SMS is not set up: AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY are needed",
            field="sms",
        )
    if by_email and not settings.EMAIL_HOST:
        raise Refused(
            "email is not set up: EMAIL_HOST is needed, such as smtp.example.org", field="email"
        )


def _notice(want: Wanted, draft: Draft, at: datetime) -> Notice:
    by_sms = want.channel is Channel.SMS
    if by_sms:
        subject, text = "", notice_texts.sms(want.kind, draft.language, draft.facts)
    else:
        subject, text = notice_texts.email(want.kind, draft.language, draft.facts)
    return Notice(
        partner_id=want.partner_id, kind=want.kind, channel=want.channel,
        reference=want.reference(*draft.of), to=draft.to, subject=subject, text=text,
        language=draft.language, due_at=not_at_night(at) if by_sms else at, created_at=at,
    )  # fmt: skip


def _for_tenant(payment: Payment) -> Draft:
    tenant = payment.tenant
    if tenant is None:
        raise ValueError("only payments of a tenant are told to one")
    of = ", ".join(each for each in (str(payment.property), tenant.unit) if each)
    return Draft(
        of=(payment.pk, tenant.pk), to=_to(payment), language=tenant.language,
        facts=_facts(payment, of=of, url=receipt_url(payment)),
    )  # fmt: skip


def _for_owner(payment: Payment) -> Draft:
    owner = payment.owner
    if owner is None:
        raise ValueError("an allocated payment has an owner")
    facts = _facts(payment, of=str(payment.property))
    return Draft(of=(payment.pk, owner.pk), to=_to(payment), language=owner.language, facts=facts)


def _facts(payment: Payment, *, of: str, url: str = "") -> Facts:
    return Facts(
        partner=payment.partner.name, amount_minor=payment.amount_minor,
        currency=payment.currency, at=payment.paid_at, of=of, receipt=payment.receipt,
        fee_minor=payment.fee_minor or 0, owed_minor=payment.owed_minor or 0, url=url,
    )  # fmt: skip


def _to(payment: Payment) -> str:
    """As the query annotates it."""
    to: str = payment.to  # type: ignore[attr-defined]
    return to
