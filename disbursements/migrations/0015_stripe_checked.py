"""The checks of 0014 validated and the indexes built, without holding up the engine."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0014_stripe")]
    operations = [
        ValidateConstraint(model_name="disbursementrequest", name="payee_fits_rail"),
        ValidateConstraint(model_name="disbursementrequest", name="returned_fits"),
        ValidateConstraint(model_name="disbursementretrylog", name="key_has_destination"),
        ValidateConstraint(model_name="disbursementrequest", name="completed_has_receipt"),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                condition=models.Q(("failure_code", ""), _negated=True),
                fields=["failure_code", "-created_at"],
                name="by_code_newest",
            ),
        ),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                condition=models.Q(("payee_user", ""), _negated=True),
                fields=["payee_user", "-created_at"],
                name="by_payee_user",
            ),
        ),
        AddIndexConcurrently(
            model_name="disbursementretrylog",
            index=models.Index(
                condition=models.Q(("mpesa_response_code__in", ("", "0")), _negated=True),
                fields=["mpesa_response_code", "-retry_timestamp"],
                name="attempt_by_code",
            ),
        ),
    ]
