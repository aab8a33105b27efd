"""What the roles may do about loans. Running it again adds what is missing, takes nothing away."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWER = (
    "loans.view_loantracking",
    "loans.view_loanbooking",
    "loans.view_loanproposal",
    "loans.view_loansyncrun",
    "loans.view_mifosconnection",
    "loans.view_loanproductautodisbursalconfig",
)
OPERATOR = (
    *VIEWER,
    "loans.sync_loantracking",
    "loans.hold_loantracking",
    "loans.retry_loantracking",
    "loans.book_loantracking",
    "loans.export_loantracking",
    "loans.propose_loanproposal",
    "loans.check_mifosconnection",
)
APPROVER = (
    *VIEWER,
    "loans.approve_loanproposal",
    "loans.confirm_mifosconnection",
)
ADMINISTRATOR = (
    *OPERATOR,
    "loans.add_mifosconnection",
    "loans.change_mifosconnection",
    "loans.add_loanproductautodisbursalconfig",
    "loans.change_loanproductautodisbursalconfig",
)
ROLES = {
    "Viewer": VIEWER,
    "Operator": OPERATOR,
    "Approver": APPROVER,
    "Administrator": ADMINISTRATOR,
    "Auditor": VIEWER,
}


def add_loans(apps, schema_editor):
    """Each role's permissions; those that Django has not made yet are made first."""
    config = apps.get_app_config("loans")
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
        ("config", "0003_payout_roles"),
        ("loans", "0001_loans"),
    ]

    operations = [migrations.RunPython(add_loans, migrations.RunPython.noop)]
