"""The indexes with a condition on codes, taken away before the codes become wider.

PostgreSQL would build them again under a lock on the table; 0015 does without one.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0011_businesses_checked")]
    operations = [
        RemoveIndexConcurrently(model_name="disbursementrequest", name="by_code_newest"),
        RemoveIndexConcurrently(model_name="disbursementretrylog", name="attempt_by_code"),
    ]
