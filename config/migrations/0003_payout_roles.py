"""What the roles may do about payout jobs. Again it adds what is missing, takes nothing away."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWER = (
    "disbursements.view_payoutjob",
    "disbursements.view_payouttransfer",
    "disbursements.view_connectedaccount",
    "disbursements.view_transferreversal",
)
OPERATOR = (
    *VIEWER,
    "disbursements.schedule_payoutjob",
    "disbursements.retry_payoutjob",
    "disbursements.cancel_payoutjob",
    "disbursements.add_connectedaccount",
    "disbursements.change_connectedaccount",
    "disbursements.propose_transferreversal",
)
APPROVER = (
    *VIEWER,
    "disbursements.approve_transferreversal",
)
ADMINISTRATOR = (
    *OPERATOR,
    "core.view_jobrun",
    "core.run_jobrun",
)
ROLES = {
    "Viewer": VIEWER,
    "Operator": OPERATOR,
    "Approver": APPROVER,
    "Administrator": ADMINISTRATOR,
    "Auditor": VIEWER,
}


def add_payouts(apps, schema_editor):
    """Each role's permissions; those that Django has not made yet are made first."""
    for label in ("core", "disbursements"):
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
        ("config", "0002_rent_roles"),
        ("core", "0003_run_schedules"),
        ("disbursements", "0016_stripe_codes"),
    ]

    operations = [migrations.RunPython(add_payouts, migrations.RunPython.noop)]
