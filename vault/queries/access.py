"""Reads: keys, shortcodes and what their wallets hold."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser, AnonymousUser

from core.callers import Caller
from core.models import Alert
from vault.models import ApiKey, BalanceReading, Owner, Shortcode, StaffMember, Tenant


def api_key(*, digest: bytes) -> ApiKey | None:
    """The key with its partner, revoked or not."""
    return ApiKey.objects.select_related("partner").filter(digest=digest).first()


def active_shortcodes(*, partner_id: UUID | None = None) -> Sequence[Shortcode]:
    """Shortcodes that may be used, of active partners, by number."""
    rows = Shortcode.objects.filter(is_active=True, partner__is_active=True).order_by("number")
    return list(rows if partner_id is None else rows.filter(partner_id=partner_id))


def open_alert_keys(*, kind: str) -> set[str]:
    """What the open alerts of this kind are about."""
    return set(Alert.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True))


def latest_readings(*, shortcode_id: UUID) -> Sequence[BalanceReading]:
    """The newest reading of each wallet of the shortcode, by wallet name."""
    return list(
        BalanceReading.objects.filter(wallet__shortcode_id=shortcode_id)
        .select_related("wallet")
        .order_by("wallet__name", "wallet_id", "-read_at", "-id")
        .distinct("wallet__name", "wallet_id")
    )


def partners_of_staff(user: AbstractBaseUser | AnonymousUser) -> frozenset[UUID] | None:
    """The partner whose own staff the person is; None: not bound to one, sees all."""
    if not user.is_authenticated:
        return frozenset()
    partner_ids = StaffMember.objects.filter(user_id=user.pk).values_list("partner_id", flat=True)
    return frozenset(partner_ids) or None


def staff_of(partner_ids: Collection[UUID]) -> frozenset[int]:
    """The users who are these partners' own staff."""
    members = StaffMember.objects.filter(partner_id__in=partner_ids)
    return frozenset(members.values_list("user_id", flat=True))


def caller_of(user: AbstractUser | AnonymousUser, *, origin: str) -> Caller:
    """A person as caller. Staff: of all partners, or of one where they are its own staff.

    Anybody else asks for themselves: as the owner or tenant that the user is linked to and that is
    in use, or as nobody.
    """
    if not user.is_staff:
        return _for_themselves(user, origin=origin)
    return Caller(
        actor=user.get_username(),
        origin=origin,
        partners=partners_of_staff(user),
        permissions=frozenset(user.get_all_permissions()),
    )


def may_have_token(user: AbstractUser, caller: Caller) -> bool:
    """Whether this person has anything to do here; `caller` is what caller_of answers."""
    return user.is_staff or caller.owner_id is not None or caller.tenant_id is not None


def _for_themselves(user: AbstractUser | AnonymousUser, *, origin: str) -> Caller:
    owner_id, tenant_id = None, None
    if isinstance(user, AbstractUser) and user.is_active:
        owners = Owner.objects.filter(user_id=user.pk, is_active=True, partner__is_active=True)
        tenants = Tenant.objects.filter(
            user_id=user.pk, is_active=True, property__partner__is_active=True
        )
        owner_id = owners.values_list("pk", flat=True).first()
        tenant_id = tenants.values_list("pk", flat=True).first()
    return Caller(
        actor=user.get_username(),
        origin=origin,
        partners=frozenset(),
        permissions=frozenset(),
        owner_id=owner_id,
        tenant_id=tenant_id,
    )
