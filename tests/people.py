"""People with tokens: members of staff who call the API."""

from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, Permission, User

from vault.models import Partner, StaffMember
from vault.operations.staff_tokens import issue

PASSWORD = "correct horse battery"
_numbers = count(1)


def a_person(
    *permissions: str, role: str = "", partner: Partner | None = None, **more: Any
) -> User:
    """A member of staff; `permissions` are such as `vault.view_partner`."""
    user = User.objects.create_user(
        f"member{next(_numbers)}", password=PASSWORD, **{"is_staff": True, **more}
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    if role:
        user.groups.add(Group.objects.get(name=role))
    if partner is not None:
        StaffMember.objects.create(user=user, partner=partner)
    return user


def token_of(user: User, *, at: datetime) -> str:
    """A token that was given at this moment."""
    return issue(user=user, at=at).text
