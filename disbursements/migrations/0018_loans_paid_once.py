"""One payout for each approval of a loan, and the index of what waits to be cleared.

The corrections of a payout hang on it, each on the one before.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

ONE_PAYOUT = "one_payout_per_loan_cycle"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0017_cleared_until")]
    operations = [
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                fields=["cleared_until", "id"],
                condition=Q(cleared_until__isnull=False, status__in=["queued", "retrying"]),
                name="to_be_cleared",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="disbursementrequest",
                    constraint=models.UniqueConstraint(
                        fields=["origin_id"],
                        condition=Q(origin="loan", corrects=None),
                        name=ONE_PAYOUT,
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {ONE_PAYOUT} "
                    "ON disbursement_requests (origin_id) "
                    "WHERE corrects_id IS NULL AND origin = 'loan'",
                    f"DROP INDEX CONCURRENTLY IF EXISTS {ONE_PAYOUT}",
                ),
            ],
        ),
    ]
