"""Payout jobs with their winners, connected accounts, reversals: new tables."""

import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("disbursements", "0012_code_indexes_away"),
        ("vault", "0004_stripe"),
    ]
    operations = [
        migrations.CreateModel(
            name="ConnectedAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user_id",
                    models.CharField(help_text="The partner's id of the user", max_length=100),
                ),
                (
                    "account_id",
                    models.CharField(help_text="Such as acct_1Example", max_length=255),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "transfers",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("pending", "pending"),
                            ("inactive", "inactive"),
                            ("unrequested", "unrequested"),
                        ],
                        default="unrequested",
                        max_length=12,
                    ),
                ),
                ("payouts_enabled", models.BooleanField(default=False)),
                ("currently_due", models.JSONField(blank=True, default=list)),
                ("past_due", models.JSONField(blank=True, default=list)),
                ("disabled_reason", models.CharField(blank=True, max_length=100)),
                (
                    "left_at",
                    models.DateTimeField(
                        help_text="When the user took our access back", null=True
                    ),
                ),
                (
                    "bank_failure",
                    models.CharField(
                        blank=True,
                        help_text="Why the bank sent the latest payout back",
                        max_length=300,
                    ),
                ),
                (
                    "refresh_at",
                    models.DateTimeField(
                        db_default=Now(), help_text="When it is asked about next"
                    ),
                ),
                (
                    "refresh_error",
                    models.CharField(
                        blank=True,
                        help_text="Why the latest asking brought no answer",
                        max_length=300,
                    ),
                ),
                (
                    "standing_at",
                    models.DateTimeField(help_text="When the provider last told us", null=True),
                ),
                ("created_by", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "connected_accounts",
                "ordering": ["partner", "user_id"],
            },
        ),
        migrations.CreateModel(
            name="PayoutJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("settlement_id", models.CharField(max_length=100)),
                ("contest_id", models.CharField(max_length=100)),
                ("currency", models.CharField(max_length=3)),
                (
                    "pool_minor",
                    models.BigIntegerField(help_text="What the winners share at the most"),
                ),
                ("total_minor", models.BigIntegerField(help_text="What the winners are to get")),
                ("winners_count", models.PositiveIntegerField()),
                ("max_attempts", models.PositiveSmallIntegerField()),
                ("request_digest", models.BinaryField(max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("processing", "processing"),
                            ("complete", "complete"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "origin",
                    models.CharField(help_text="api, file, admin or command", max_length=20),
                ),
                ("created_by", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payout_jobs",
                "ordering": ["-created_at", "-id"],
                "permissions": [
                    ("schedule_payoutjob", "May hand in a settlement to be paid out"),
                    ("retry_payoutjob", "May retry the payouts of a job"),
                    ("cancel_payoutjob", "May cancel what a job has not sent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutTransfer",
            fields=[
                (
                    "disbursement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="disbursements.disbursementrequest",
                    ),
                ),
                ("contest_id", models.CharField(max_length=100)),
                ("user_id", models.CharField(max_length=100)),
                ("line", models.PositiveIntegerField(help_text="Of the settlement, from 1 on")),
                (
                    "skip_code",
                    models.CharField(
                        blank=True,
                        help_text="Why it waits: rules/receiving.py; empty: it does not",
                        max_length=60,
                    ),
                ),
                ("skipped_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payout_transfers",
                "ordering": ["job", "line"],
            },
        ),
        migrations.CreateModel(
            name="TransferReversal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("rejected", "rejected"),
                            ("sending", "sending"),
                            ("unknown", "unknown"),
                            ("done", "done"),
                            ("refused", "refused"),
                        ],
                        max_length=12,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("proposed_by", models.CharField(max_length=150)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_reason", models.TextField(blank=True)),
                ("first_sent_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("ask_at", models.DateTimeField(null=True)),
                (
                    "returned_before_minor",
                    models.BigIntegerField(
                        help_text="What had come back before it was sent", null=True
                    ),
                ),
                (
                    "provider_id",
                    models.CharField(blank=True, help_text="Such as trr_1Example", max_length=255),
                ),
                ("failure_code", models.CharField(blank=True, max_length=60)),
                ("failure_text", models.TextField(blank=True)),
            ],
            options={
                "db_table": "transfer_reversals",
                "ordering": ["-proposed_at", "-id"],
                "permissions": [
                    ("propose_transferreversal", "May propose to take a transfer back"),
                    ("approve_transferreversal", "May approve what another person proposed"),
                ],
            },
        ),
        migrations.AddField(
            model_name="connectedaccount",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.partner",
            ),
        ),
        migrations.AddField(
            model_name="payoutjob",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.partner",
            ),
        ),
        migrations.AddField(
            model_name="payoutjob",
            name="shortcode",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.shortcode"
            ),
        ),
        migrations.AddField(
            model_name="payouttransfer",
            name="job",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="disbursements.payoutjob",
            ),
        ),
        migrations.AddField(
            model_name="payouttransfer",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.partner",
            ),
        ),
        migrations.AddField(
            model_name="transferreversal",
            name="disbursement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="disbursements.disbursementrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="connectedaccount",
            index=models.Index(fields=["account_id"], name="account_by_provider_id"),
        ),
        migrations.AddIndex(
            model_name="connectedaccount",
            index=models.Index(fields=["refresh_at", "id"], name="account_to_refresh"),
        ),
        migrations.AddConstraint(
            model_name="connectedaccount",
            constraint=models.UniqueConstraint(
                fields=("partner", "user_id"), name="one_account_per_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="connectedaccount",
            constraint=models.UniqueConstraint(
                fields=("partner", "account_id"), name="one_user_per_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="connectedaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("transfers__in", ["active", "pending", "inactive", "unrequested"])
                ),
                name="transfers_capability_known",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutjob",
            index=models.Index(fields=["partner", "-created_at", "-id"], name="payout_job_newest"),
        ),
        migrations.AddIndex(
            model_name="payoutjob",
            index=models.Index(
                condition=models.Q(("status", "complete"), _negated=True),
                fields=["created_at", "id"],
                name="payout_job_open",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutjob",
            index=models.Index(fields=["contest_id"], name="payout_job_by_contest"),
        ),
        migrations.AddConstraint(
            model_name="payoutjob",
            constraint=models.UniqueConstraint(
                fields=("partner", "settlement_id"), name="one_job_per_settlement"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutjob",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["complete", "pending", "processing"])),
                name="payout_job_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total_minor__gt", 0), ("total_minor__lte", models.F("pool_minor"))
                ),
                name="winners_fit_the_pool",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutjob",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_attempts__gt", 0), ("winners_count__gt", 0)),
                name="payout_job_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "complete"), _negated=True),
                    ("completed_at__isnull", False),
                    _connector="OR",
                ),
                name="complete_job_has_moment",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutjob",
            trigger=pgtrigger.compiler.Trigger(
                name="settlement_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."settlement_id" IS DISTINCT FROM (NEW."settlement_id") OR OLD."contest_id" IS DISTINCT FROM (NEW."contest_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."pool_minor" IS DISTINCT FROM (NEW."pool_minor") OR OLD."total_minor" IS DISTINCT FROM (NEW."total_minor") OR OLD."winners_count" IS DISTINCT FROM (NEW."winners_count") OR OLD."request_digest" IS DISTINCT FROM (NEW."request_digest") OR OLD."max_attempts" IS DISTINCT FROM (NEW."max_attempts") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by" IS DISTINCT FROM (NEW."created_by"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="998959987b3d808b4aeb772cd246bfc3f17fcadf",
                    operation="UPDATE",
                    pgid="pgtrigger_settlement_is_read_only_7ba98",
                    table="payout_jobs",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payoutjob",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="333b344a3074c956bd895b192f32cae829eaa33c",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_438f9",
                    table="payout_jobs",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="payouttransfer",
            index=models.Index(
                condition=models.Q(("skip_code", ""), _negated=True),
                fields=["partner", "user_id"],
                name="transfer_skipped",
            ),
        ),
        migrations.AddConstraint(
            model_name="payouttransfer",
            constraint=models.UniqueConstraint(
                fields=("partner", "contest_id", "user_id"), name="one_transfer_per_winner"
            ),
        ),
        migrations.AddConstraint(
            model_name="payouttransfer",
            constraint=models.UniqueConstraint(
                fields=("job", "line"), name="one_transfer_per_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="payouttransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("skip_code", ""), ("skipped_at", None)),
                    models.Q(
                        models.Q(("skip_code", ""), _negated=True), ("skipped_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="skipped_has_moment",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payouttransfer",
            trigger=pgtrigger.compiler.Trigger(
                name="winner_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."disbursement_id" IS DISTINCT FROM (NEW."disbursement_id") OR OLD."job_id" IS DISTINCT FROM (NEW."job_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."contest_id" IS DISTINCT FROM (NEW."contest_id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."line" IS DISTINCT FROM (NEW."line"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b575ccffd07eefd0dc941cee1499a70d7170f084",
                    operation="UPDATE",
                    pgid="pgtrigger_winner_is_read_only_5b6ce",
                    table="payout_transfers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payouttransfer",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="0c4681d2bd300095d5d5a7535484c6d7ae21d981",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_51e84",
                    table="payout_transfers",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="transferreversal",
            index=models.Index(fields=["status", "-proposed_at"], name="reversal_by_status"),
        ),
        migrations.AddIndex(
            model_name="transferreversal",
            index=models.Index(
                condition=models.Q(("ask_at__isnull", False)),
                fields=["ask_at"],
                name="reversal_to_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["done", "proposed", "refused", "rejected", "sending", "unknown"],
                    )
                ),
                name="reversal_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="reversal_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["proposed", "rejected"]),
                    models.Q(
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="reversal_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    models.Q(("provider_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="done_reversal_has_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferreversal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["proposed", "sending", "unknown"])),
                fields=("disbursement",),
                name="one_open_reversal",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferreversal",
            trigger=pgtrigger.compiler.Trigger(
                name="reversal_is_read_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."disbursement_id" IS DISTINCT FROM (NEW."disbursement_id") OR OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."proposed_by" IS DISTINCT FROM (NEW."proposed_by") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="97c7140b6fa8d7f0e3bcc1a6b6ce439fa8fd7bb9",
                    operation="UPDATE",
                    pgid="pgtrigger_reversal_is_read_only_61790",
                    table="transfer_reversals",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transferreversal",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b8f1950d450ebe497225a56e65f2c28aaa6a302a",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_a9405",
                    table="transfer_reversals",
                    when="BEFORE",
                ),
            ),
        ),
    ]
