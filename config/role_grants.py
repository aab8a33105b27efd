"""Gives roles their permissions, in migrations. It adds what is missing and takes nothing away."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib.auth.management import create_permissions


def granting(
    roles: Mapping[str, Collection[str]], *, of: Collection[str]
) -> Callable[[Any, Any], None]:
    """A step for RunPython: each role's `app.codename`s, `of` the apps whose permissions Django
    makes only when every migration has run.
    """

    def grant(apps: Any, _schema_editor: Any) -> None:
        for label in of:
            _make_permissions(apps, label)
        group, permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
        known = {
            f"{row.content_type.app_label}.{row.codename}": row
            for row in permission.objects.select_related("content_type")
        }
        for name, codenames in roles.items():
            row, _ = group.objects.get_or_create(name=name)
            row.permissions.add(*(known[codename] for codename in codenames))

    return grant


def _make_permissions(apps: Any, label: str) -> None:
    config = apps.get_app_config(label)
    config.models_module = True  # this stand-in has none, and without it nothing is made
    create_permissions(config, apps=apps, verbosity=0)
