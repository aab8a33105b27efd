"""People at the desk: a client that is logged in, with just the permissions it is given."""

from itertools import count

from django.contrib.auth.models import Permission, User
from django.test import Client

REASON = "Float was topped up at 14:30"
_numbers = count(1)


def at_the_desk(*permissions: str, is_superuser: bool = False, csrf: bool = False) -> Client:
    """A client of a new member of staff; `permissions` are such as `vault.view_partner`."""
    user = User.objects.create_user(
        f"person{next(_numbers)}", password="x", is_staff=True, is_superuser=is_superuser
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


def superuser() -> Client:
    """Somebody who may do everything that anybody may."""
    return at_the_desk(is_superuser=True)
