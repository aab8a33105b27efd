"""What the roles may do in the watchtower. Running it again adds what is missing, takes nothing
away. Whoever has payments checked does not say that a difference is all right."""

from django.db import migrations

from config.role_grants import granting

VIEWER = (
    "reconciliation.view_reconciliationrun",
    "reconciliation.view_finding",
    "reconciliation.view_checkrequest",
    "reconciliation.view_bulkcheck",
    "reconciliation.view_severityrule",
    "reconciliation.view_alertrecipient",
    "reconciliation.view_alertmessage",
)
OPERATOR = (
    *VIEWER,
    "reconciliation.check_reconciliationrun",
)
APPROVER = (
    *VIEWER,
    "reconciliation.check_reconciliationrun",
    "reconciliation.dismiss_finding",
)
ADMINISTRATOR = (
    *OPERATOR,
    "reconciliation.add_severityrule",
    "reconciliation.change_severityrule",
    "reconciliation.add_alertrecipient",
    "reconciliation.change_alertrecipient",
)
ROLES = {
    "Viewer": VIEWER,
    "Operator": OPERATOR,
    "Approver": APPROVER,
    "Administrator": ADMINISTRATOR,
    "Auditor": VIEWER,
}
add_reconciliation = granting(ROLES, of=("reconciliation",))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0004_loan_roles"),
        ("reconciliation", "0001_reconciliation"),
    ]

    operations = [migrations.RunPython(add_reconciliation, migrations.RunPython.noop)]
