"""Add a member of staff: somebody who may sign in, with roles, of all partners or of one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import states
from core.refusals import Refused
from vault.models import Partner, StaffMember


def add_staff(
    *,
    username: str,
    password: str,
    roles: Sequence[str],
    partner_id: UUID | None,
    actor: str,
    at: datetime,
) -> User:
    """The new person. `partner_id` None: sees all partners. Raises Refused naming the field."""
    user = User(username=username, is_staff=True)
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Refused(f"{error.messages[0]} An example is amina", field="username") from None
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from None
    groups = [_role(name) for name in roles]
    partner = _partner(partner_id) if partner_id else None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            user.groups.set(groups)
            if partner:
                StaffMember.objects.create(user=user, partner=partner)
            sees = f"sees {partner} only" if partner else "sees all partners"
            because = f"added as {', '.join(roles) or 'without a role'}; {sees}"
            states.note(user, at=at, because=because, actor=actor)
    except IntegrityError:
        raise Refused(
            f"there is somebody called {username!r} already: choose another name",
            field="username",
        ) from None
    return user


def _role(name: str) -> Group:
    group = Group.objects.filter(name=name).first()
    if group is None:
        known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True))
        raise Refused(f"there is no role {name[:60]!r}: use one of {known}", field="role")
    return group


def _partner(partner_id: UUID) -> Partner:
    partner = Partner.objects.filter(pk=partner_id).first()
    if partner is None:
        raise Refused(f"there is no partner {partner_id}: add_partner prints the id",
                      field="partner")  # fmt: skip
    return partner
