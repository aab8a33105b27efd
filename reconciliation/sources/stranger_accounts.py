"""What of ours accounts for money that a message told of, and whose address it came to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from disbursements.models import DisbursementRequest, DisbursementRetryLog, StatusQuestion
from gateways import inbox, registry
from gateways.interface import PaymentConfirmed, PromptAnswered, Rail
from reconciliation.sources.stranger_rows import Money
from vault.models import Partner, Payment, Prompt, Shortcode, ShortcodeKind
from vault.queries.collecting import CONFIRMATION
from vault.queries.stripe import PLATFORM
from vault.states import PromptStatus

MPESA_RAILS = (Rail.MPESA_B2C, Rail.MPESA_B2B)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A row of ours that has this money. `name` is for people."""

    name: str
    amount_minor: int
    currency: str
    partner_id: UUID


def accounts_for(moneys: Collection[Money]) -> dict[str, Account]:
    """By the number of the callback; what nothing accounts for is missing."""
    incoming = {each.receipt for each in moneys if each.is_incoming}
    outgoing = [each for each in moneys if not each.is_incoming]
    payments = {row.receipt: row for row in Payment.objects.filter(receipt__in=incoming - {""})}
    payouts = _payouts(outgoing)
    prompts = _paid_prompts(moneys)
    found: dict[str, Account] = {}
    for money in moneys:
        account = (
            _payment(payments.get(money.receipt)) or _prompt(money, prompts)
            if money.is_incoming
            else _payout(payouts.get((money.is_of_stripe, money.receipt)))
        )
        if account is not None:
            found[money.id] = account
    return found


def partners_of(moneys: Collection[Money]) -> dict[str, Partner]:
    """Whose address each came to, by the secret of its path; nobody knows the others."""
    digests = {each.told.secret_digest for each in moneys}
    owners = _owners_of_secrets(digests)
    owners |= _owners_of_addresses(digests - set(owners), moneys)
    partners = Partner.objects.in_bulk(list(set(owners.values())))
    return {
        each.id: partners[owners[each.told.secret_digest]]
        for each in moneys
        if each.told.secret_digest in owners
    }


def _payouts(moneys: Iterable[Money]) -> Mapping[tuple[bool, str], DisbursementRequest]:
    receipts = {each.receipt for each in moneys} - {""}
    rows = DisbursementRequest.objects.filter(
        rail__in=[*MPESA_RAILS, Rail.STRIPE_TRANSFER], receipt__in=receipts
    )
    return {(row.rail == Rail.STRIPE_TRANSFER, row.receipt or ""): row for row in rows}


def _paid_prompts(moneys: Iterable[Money]) -> Mapping[str, Prompt]:
    """Of answers without a receipt: prompts that are known to be paid, and have their money."""
    ids = {
        each.told.event.checkout_id
        for each in moneys
        if isinstance(each.told.event, PromptAnswered) and not each.receipt
    }
    rows = Prompt.objects.filter(
        checkout_id__in=ids, status=PromptStatus.PAID, payment__isnull=False
    )
    return {row.checkout_id or "": row for row in rows}


def _payment(row: Payment | None) -> Account | None:
    if row is None:
        return None
    return Account(
        name=f"our payment {row.receipt}", amount_minor=row.amount_minor, currency=row.currency,
        partner_id=row.partner_id,
    )  # fmt: skip


def _payout(row: DisbursementRequest | None) -> Account | None:
    if row is None:
        return None
    return Account(
        name=f"our payout {row.client_reference}", amount_minor=row.amount_minor,
        currency=row.currency, partner_id=row.partner_id,
    )  # fmt: skip


def _prompt(money: Money, prompts: Mapping[str, Prompt]) -> Account | None:
    event = money.told.event
    row = prompts.get(event.checkout_id) if isinstance(event, PromptAnswered) else None
    if row is None or money.receipt:
        return None
    return Account(
        name=f"our prompt {row.pk}", amount_minor=row.amount_minor, currency=row.currency,
        partner_id=row.partner_id,
    )  # fmt: skip


def _owners_of_secrets(digests: Collection[bytes]) -> dict[bytes, UUID]:
    """Addresses that were made for one prompt, attempt or question."""
    found: dict[bytes, UUID] = {}
    for rows, partner in (
        (Prompt.objects.all(), "partner_id"),
        (DisbursementRetryLog.objects.all(), "disbursement__partner_id"),
        (StatusQuestion.objects.all(), "attempt__disbursement__partner_id"),
    ):
        named = rows.filter(secret_digest__in=digests)
        pairs = named.values_list("secret_digest", partner)
        found |= {bytes(digest): partner_id for digest, partner_id in pairs}
    return found


def _owners_of_addresses(digests: Collection[bytes], moneys: Iterable[Money]) -> dict[bytes, UUID]:
    """The lasting addresses of shortcodes and of Stripe accounts."""
    lasting = {
        each.told.secret_digest
        for each in moneys
        if each.is_of_stripe or isinstance(each.told.event, PaymentConfirmed)
    }
    found: dict[bytes, UUID] = {}
    if not lasting & set(digests):
        return found
    for number, kind, partner_id in Shortcode.objects.values_list("number", "kind", "partner_id"):
        for digest in _addresses(number, kind) & lasting:
            found[digest] = partner_id
    return found


def _addresses(number: str, kind: str) -> frozenset[bytes]:
    if kind == ShortcodeKind.STRIPE:
        provider = registry.provider_of(Rail.STRIPE_TRANSFER)
        return inbox.standing_digests(provider=provider, kind=PLATFORM, subject=number)
    return inbox.standing_digests(
        provider=registry.collected_by(), kind=CONFIRMATION, subject=number
    )
