"""What the roles may do about payout jobs. Again it adds what is missing, takes nothing away."""

from django.db import migrations

from config.role_grants import granting

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
add_payouts = granting(ROLES, of=("core", "disbursements"))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_rent_roles"),
        ("core", "0003_run_schedules"),
        ("disbursements", "0016_stripe_codes"),
    ]

    operations = [migrations.RunPython(add_payouts, migrations.RunPython.noop)]
