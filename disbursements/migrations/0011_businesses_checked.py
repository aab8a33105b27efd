"""The check of 0009 validated and the indexes built, without holding up the engine."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

ONE_OPEN = "one_open_per_beneficiary"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0010_businesses")]
    operations = [
        ValidateConstraint(model_name="disbursementrequest", name="payee_fits_rail"),
        AddIndexConcurrently(
            model_name="disbursementretrylog",
            index=models.Index(
                condition=models.Q(("beneficiary", ""), _negated=True),
                fields=["beneficiary"],
                name="attempt_by_beneficiary",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="disbursementretrylog",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            ("outcome", "open"), models.Q(("beneficiary", ""), _negated=True)
                        ),
                        fields=("beneficiary",),
                        name=ONE_OPEN,
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {ONE_OPEN} "
                    "ON disbursement_retry_logs (beneficiary) "
                    "WHERE outcome = 'open' AND NOT (beneficiary = '')",
                    f"DROP INDEX CONCURRENTLY IF EXISTS {ONE_OPEN}",
                ),
            ],
        ),
    ]
