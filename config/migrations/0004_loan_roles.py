"""What the roles may do about loans. Running it again adds what is missing, takes nothing away."""

from django.db import migrations

from config.role_grants import granting

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
add_loans = granting(ROLES, of=("loans",))


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_payout_roles"),
        ("loans", "0001_loans"),
    ]

    operations = [migrations.RunPython(add_loans, migrations.RunPython.noop)]
