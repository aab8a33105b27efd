"""What the roles may do about rent. Running it again adds what is missing, takes nothing away."""

from django.db import migrations

from config.role_grants import granting

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
add_rent = granting(ROLES, of=("vault", "rents"))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_roles"),
        ("vault", "0003_money_in"),
        ("rents", "0001_forwards"),
    ]

    operations = [migrations.RunPython(add_rent, migrations.RunPython.noop)]
