"""What the roles may do about rent. Running it again adds what is missing, takes nothing away."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWER = (
    "vault.view_owner",
    "vault.view_property",
    "vault.view_tenant",
    "vault.view_feerule",
    "vault.view_payment",
    "vault.view_prompt",
    "vault.view_notice",
    "vault.view_noticesetting",
    "rents.view_forward",
)
OPERATOR = (
    *VIEWER,
    "vault.collect_payment",
    "vault.allocate_payment",
    "vault.forward_payment",
)
ADMINISTRATOR = (
    *OPERATOR,
    "vault.add_owner",
    "vault.change_owner",
    "vault.add_property",
    "vault.change_property",
    "vault.add_tenant",
    "vault.change_tenant",
    "vault.add_feerule",
    "vault.change_noticesetting",
    "vault.view_collection",
    "vault.change_collection",
)
AUDITOR = (
    *VIEWER,
    "vault.view_collection",
    "vault.view_accountreference",
    "rents.view_forwardpart",
)
ROLES = {
    "Viewer": VIEWER,
    "Operator": OPERATOR,
    "Approver": VIEWER,
    "Administrator": ADMINISTRATOR,
    "Auditor": AUDITOR,
}


def add_rent(apps, schema_editor):
    """Each role's permissions; those that Django has not made yet are made first."""
    for label in ("vault", "rents"):
        config = apps.get_app_config(label)
        config.models_module = True  # this stand-in has none, and without it nothing is made
        create_permissions(config, apps=apps, verbosity=0)
    group, permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    known = {
        f"{row.content_type.app_label}.{row.codename}": row
        for row in permission.objects.select_related("content_type")
    }
    for name, codenames in ROLES.items():
        row, _ = group.objects.get_or_create(name=name)
        row.permissions.add(*(known[codename] for codename in codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_roles"),
        ("vault", "0003_money_in"),
        ("rents", "0001_forwards"),
    ]

    operations = [migrations.RunPython(add_rent, migrations.RunPython.noop)]
