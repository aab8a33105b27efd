"""An index of the few attempts that are said to be paid against their proof.

A bulk run's preview asks which they are; without it every attempt there is would be read.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0008_code_texts")]
    operations = [
        AddIndexConcurrently(
            model_name="disbursementretrylog",
            index=models.Index(
                condition=models.Q(
                    ("success_reported_at__isnull", False),
                    models.Q(("outcome", "paid"), _negated=True),
                ),
                fields=["disbursement"],
                name="attempt_said_to_be_paid",
            ),
        ),
    ]
