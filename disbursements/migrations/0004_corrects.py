"""The link from a corrected payout to the one it replaces, without a long lock on a full table."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

COLUMN = "ALTER TABLE disbursement_requests ADD COLUMN corrects_id uuid NULL"
UNIQUE = (
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_correction_per_payout "
    "ON disbursement_requests (corrects_id)"
)
FOREIGN_KEY = (
    "ALTER TABLE disbursement_requests ADD CONSTRAINT corrects_a_payout "
    "FOREIGN KEY (corrects_id) REFERENCES disbursement_requests (id) "
    "DEFERRABLE INITIALLY DEFERRED NOT VALID"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("disbursements", "0003_retry_desk")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="disbursementrequest",
                    name="corrects",
                    field=models.OneToOneField(
                        help_text="The payout it replaces",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disbursements.disbursementrequest",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    COLUMN, "ALTER TABLE disbursement_requests DROP COLUMN corrects_id"
                ),
                migrations.RunSQL(UNIQUE, "DROP INDEX IF EXISTS one_correction_per_payout"),
                migrations.RunSQL(FOREIGN_KEY, migrations.RunSQL.noop),
                migrations.RunSQL(
                    "ALTER TABLE disbursement_requests VALIDATE CONSTRAINT corrects_a_payout",
                    migrations.RunSQL.noop,
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                pgtrigger.migrations.RemoveTrigger(
                    model_name="disbursementrequest", name="instruction_is_read_only"
                )
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disbursementrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="instruction_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."shortcode_id" IS DISTINCT FROM (NEW."shortcode_id") OR OLD."rail" IS DISTINCT FROM (NEW."rail") OR OLD."client_reference" IS DISTINCT FROM (NEW."client_reference") OR OLD."request_digest" IS DISTINCT FROM (NEW."request_digest") OR OLD."msisdn" IS DISTINCT FROM (NEW."msisdn") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."corrects_id" IS DISTINCT FROM (NEW."corrects_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="770aae79c8ef5d72e73b50d901c3860e767d4e01",
                    operation="UPDATE",
                    pgid="pgtrigger_instruction_is_read_only_bc73a",
                    table="disbursement_requests",
                    when="BEFORE",
                ),
            ),
        ),
    ]
