"""Indexes for what the desk filters by and searches for, made without holding up the engine.

Those that another index begins with are dropped: every status change writes into each index.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

COVERED = {
    "disbursement_requests_partner_id_3ad69417": "disbursement_requests (partner_id)",
    "disbursement_requests_shortcode_id_a0e89dcf": "disbursement_requests (shortcode_id)",
    "disbursement_retry_logs_disbursement_id_acf6bd32": "disbursement_retry_logs (disbursement_id)",
    "disbursement_retry_logs_provider_reference_aaa2e6f7_like": "disbursement_retry_logs (provider_reference varchar_pattern_ops)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0004_corrects")]
    operations = [
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                condition=models.Q(("status", "parked")),
                fields=["parked_cause", "-created_at", "-id"],
                name="by_cause_newest",
            ),
        ),
        RemoveIndexConcurrently(model_name="disbursementrequest", name="by_cause"),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                fields=["origin_id", "-created_at", "-id"], name="by_origin_newest"
            ),
        ),
        RemoveIndexConcurrently(model_name="disbursementrequest", name="by_origin"),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                fields=["shortcode", "-created_at", "-id"], name="by_shortcode_newest"
            ),
        ),
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
                condition=models.Q(("status", "unknown")),
                fields=["status_at"],
                name="by_unknown_since",
            ),
        ),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(fields=["amount_minor", "-created_at"], name="by_amount_newest"),
        ),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("client_reference"),
                    name="text_pattern_ops",
                ),
                name="by_reference_start",
            ),
        ),
        AddIndexConcurrently(
            model_name="disbursementrequest",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("payee_name", config="simple"),
                name="by_words_of_name",
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
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="disbursementrequest",
                    name="partner",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.partner",
                    ),
                ),
                migrations.AlterField(
                    model_name="disbursementrequest",
                    name="shortcode",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.shortcode",
                    ),
                ),
                migrations.AlterField(
                    model_name="disbursementretrylog",
                    name="disbursement",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disbursements.disbursementrequest",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {columns}",
                )
                for name, columns in COVERED.items()
            ],
        ),
    ]
