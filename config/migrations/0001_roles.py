"""The roles as groups. Running it again adds what is missing and takes nothing away."""

from django.db import migrations

from config.role_grants import granting

APPS = (
    "auth", "django_q", "core", "ledger", "gateways", "vault", "disbursements",
)  # fmt: skip

VIEWER = (
    "disbursements.view_disbursementrequest",
    "disbursements.view_disbursementretrylog",
    "disbursements.view_bulkrun",
    "disbursements.view_settlement",
    "disbursements.view_pause",
    "disbursements.view_resultcoderule",
    "core.view_alert",
    "gateways.view_callback",
    "gateways.view_call",
    "ledger.view_account",
    "ledger.view_entry",
    "vault.view_balancereading",
    "vault.view_partner",
    "vault.view_shortcode",
)
OPERATOR = (
    *VIEWER,
    "disbursements.see_phones",
    "disbursements.add_disbursementrequest",
    "disbursements.retry_disbursementrequest",
    "disbursements.cancel_disbursementrequest",
    "disbursements.correct_disbursementrequest",
    "disbursements.export_disbursementrequest",
    "disbursements.settle_disbursementrequest",
    "core.change_alert",
)
APPROVER = (
    *VIEWER,
    "disbursements.see_phones",
    "disbursements.approve_disbursementrequest",
    "disbursements.force_disbursementrequest",
)
TRAIL = (
    "core.view_step",
    "disbursements.view_export",
    "vault.view_apikey",
    "django_q.view_schedule",
    "django_q.view_success",
    "django_q.view_failure",
    "django_q.view_ormq",
)
ADMINISTRATOR = (
    *OPERATOR,
    *TRAIL,
    "disbursements.force_disbursementrequest",
    "disbursements.add_resultcoderule",
    "disbursements.change_resultcoderule",
    "disbursements.add_pause",
    "disbursements.change_pause",
    "vault.add_partner",
    "vault.change_partner",
    "vault.add_apikey",
    "vault.change_apikey",
    "vault.add_shortcode",
    "vault.change_shortcode",
    "gateways.change_callback",
)
AUDITOR = (
    *VIEWER,
    *TRAIL,
    "disbursements.see_phones",
    "disbursements.view_bulkitem",
    "disbursements.view_statusquestion",
    "core.view_stepseal",
    "core.view_jobrun",
    "ledger.view_line",
    "vault.view_wallet",
    "vault.view_staffmember",
    "auth.view_user",
    "auth.view_group",
    "auth.view_permission",
)
ROLES = {
    "Viewer": VIEWER,
    "Operator": OPERATOR,
    "Approver": APPROVER,
    "Administrator": ADMINISTRATOR,
    "Auditor": AUDITOR,
}
make_roles = granting(ROLES, of=APPS)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
        ("core", "0002_saved_views_and_job_runs"),
        ("ledger", "0001_initial"),
        ("gateways", "0001_initial"),
        ("vault", "0002_staff_members"),
        ("disbursements", "0004_corrects"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
