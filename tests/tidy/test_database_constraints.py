"""house.md 4.7: every table of money carries the constraints that refuse the impossible.

They are looked for where they count: in the state that the migrations lead to, and in the
database that the migrations made.
"""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

OURS = ("core", "gateways", "ledger", "vault", "disbursements", "rents", "loans", "reconciliation")
CONSTRAINTS = {
    "disbursements.DisbursementRequest": {
        "one_request_per_client_reference", "one_request_per_idempotency_key",
        "one_request_per_receipt", "disbursement_status_known", "amount_positive",
        "completed_has_receipt", "retrying_has_moment", "sending_has_lease", "parked_has_cause",
        "payee_fits_rail", "returned_fits", "one_payout_per_loan_cycle",
    },
    "disbursements.DisbursementRetryLog": {
        "attempt_numbers_unique", "one_open_attempt", "paid_once", "not_paid_has_proof",
        "attempts_start_at_one", "one_open_per_beneficiary", "key_has_destination",
    },
    "disbursements.Pause": {"one_pause_per_target", "pause_names_its_target"},
    "disbursements.ResultCodeRule": {
        "one_rule_per_code", "rule_is_exact_or_range", "rule_values_known",
    },
    "disbursements.BulkRun": {"bulk_run_status_known", "bulk_run_does_each_once"},
    "disbursements.BulkItem": {"one_bulk_item_per_payout", "bulk_item_skipped_is_settled"},
    "disbursements.Settlement": {
        "settlement_status_known", "settlement_by_two_persons", "settled_paid_has_receipt",
        "one_open_settlement",
    },
    "disbursements.Tally": {"tally_paid_within_known"},
    "disbursements.ConnectedAccount": {
        "one_account_per_user", "one_user_per_account", "transfers_capability_known",
    },
    "disbursements.PayoutJob": {
        "one_job_per_settlement", "payout_job_status_known", "winners_fit_the_pool",
        "payout_job_positive", "complete_job_has_moment",
    },
    "disbursements.PayoutTransfer": {
        "one_transfer_per_winner", "one_transfer_per_line", "skipped_has_moment",
    },
    "disbursements.TransferReversal": {
        "reversal_status_known", "reversal_positive", "reversal_by_two_persons",
        "done_reversal_has_id", "one_open_reversal",
    },
    "core.SavedView": {"one_saved_view_per_name"},
    "core.Alert": {"one_open_alert_per_condition"},
    "ledger.Account": {
        "account_kind_known", "account_currency_is_a_code", "account_code_is_plain",
    },
    "ledger.Entry": {
        "entry_kind_known", "only_commit_and_void_settle", "only_reversal_reverses",
    },
    "ledger.Line": {"line_is_debit_or_credit"},
    "vault.Shortcode": {"shortcode_kind_known", "shortcode_tps_positive"},
    "vault.Wallet": {"one_wallet_per_name"},
    "vault.SignInCount": {"one_count_per_window"},
    "vault.Owner": {
        "owner_receiver_fits", "owner_forward_when_known", "owner_forward_day_fits",
        "one_owner_per_name", "owner_says_where_and_when",
    },
    "vault.Property": {
        "property_receiver_fits", "property_forward_when_known", "property_forward_day_fits",
        "one_property_per_name", "rent_positive",
    },
    "vault.AccountReference": {"one_meaning_per_account", "account_key_not_empty"},
    "vault.Tenant": {"tenant_rent_positive"},
    "vault.TenantPhone": {"one_phone_per_tenant"},
    "vault.FeeRule": {
        "one_fee_rule_per_moment", "fee_rule_of_one_thing", "fee_rule_values_fit",
    },
    "vault.Prompt": {
        "one_open_prompt_per_phone", "prompt_status_known", "prompt_amount_fits",
        "waiting_has_checkout_id",
    },
    "vault.Payment": {
        "payment_status_known", "payment_positive", "received_is_fee_and_owed",
        "allocated_is_split", "unallocated_is_nobodys",
    },
    "vault.NoticeSetting": {"one_setting_per_notice"},
    "rents.Forward": {
        "forward_status_known", "forward_positive", "completed_forward_has_moment",
    },
    "rents.ForwardPart": {"forwarded_once", "part_positive"},
    "loans.MifosConnection": {
        "mifos_requests_positive", "mifos_confirmed_at_a_moment", "mifos_confirmed_by_another",
    },
    "loans.LoanProductAutoDisbursalConfig": {
        "one_config_per_loan_product", "loan_product_amounts_fit", "loan_product_days_fit",
    },
    "loans.LoanTracking": {
        "one_tracking_per_loan", "loan_status_known", "held_loan_has_reason",
        "paid_loan_has_payout",
    },
    "loans.LoanBooking": {
        "one_booking_per_cycle", "one_booking_per_external_id", "booking_status_known",
        "sending_booking_is_frozen", "booked_has_moment", "booking_positive",
    },
    "loans.LoanProposal": {
        "loan_proposal_status_known", "loan_proposal_kind_known", "loan_proposal_two_persons",
        "one_open_loan_proposal",
    },
    "reconciliation.CheckRequest": {
        "one_waiting_check_per_subject", "one_check_per_bulk_and_subject",
    },
    "reconciliation.Finding": {
        "one_finding_per_difference", "finding_status_known", "finding_severity_known",
    },
    "reconciliation.ReconciliationTally": {"one_tally_per_key", "tally_bucket_known"},
    "reconciliation.AlertRecipient": {
        "recipient_can_be_reached", "quiet_hours_have_two_ends", "step_known",
    },
}  # fmt: skip
TRIGGERS = {
    "disbursements.DisbursementRequest": {
        "instruction_is_read_only", "no_delete", "completed_stays_completed", "tally_new",
        "tally_changed",
    },
    "disbursements.DisbursementRetryLog": {
        "attempt_is_read_only", "no_delete", "proof_before_next", "codes_new", "codes_changed",
    },
    "disbursements.StatusQuestion": {"no_delete"},
    "disbursements.Export": {"no_delete", "export_is_read_only"},
    "disbursements.PayoutJob": {"settlement_is_read_only", "no_delete"},
    "disbursements.PayoutTransfer": {"winner_is_read_only", "no_delete"},
    "disbursements.TransferReversal": {"reversal_is_read_only", "no_delete"},
    "vault.FeeRule": {"fee_rule_is_kept"},
    "vault.Prompt": {"asked_is_read_only", "no_delete"},
    "vault.Payment": {"received_is_read_only", "no_delete"},
    "rents.Forward": {"handed_over_is_read_only", "no_delete"},
    "rents.ForwardPart": {"part_is_read_only", "no_delete"},
    "loans.LoanTracking": {"loan_is_kept", "no_delete"},
    "loans.LoanBooking": {"booking_is_of_one_payout", "no_delete"},
    "loans.LoanProposal": {"no_delete"},
    "reconciliation.Finding": {"no_delete"},
    "core.Step": {"append_only", "no_truncate"},
    "core.StepSeal": {"append_only", "no_truncate"},
    "gateways.Callback": {"raw_is_read_only", "no_delete"},
    "gateways.Call": {"append_only"},
    "ledger.Account": {"append_only", "no_truncate"},
    "ledger.Entry": {"append_only", "no_truncate", "right_target", "entry_has_lines"},
    "ledger.Line": {"append_only", "no_truncate", "line_belongs", "entry_balances"},
}  # fmt: skip

pytestmark = pytest.mark.django_db


def in_the_database(table: str) -> set[str]:
    """The names of the table's constraints, unique indexes and triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass "
            "UNION SELECT indexrelid::regclass::text FROM pg_index "
            "WHERE indrelid = %s::regclass AND indisunique "
            "UNION SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'",
            [table, table, table],
        )
        return {row[0].strip('"') for row in cursor.fetchall()}


class TestTables:
    @pytest.mark.parametrize("label", CONSTRAINTS)
    def test_its_constraints_are_in_the_migrations_and_in_the_database(self, label: str) -> None:
        app, name = label.lower().split(".")
        state = MigrationExecutor(connection).loader.project_state().models[app, name]

        migrated = {each.name for each in state.options.get("constraints", [])}

        assert CONSTRAINTS[label] <= migrated
        assert CONSTRAINTS[label] <= in_the_database(apps.get_model(label)._meta.db_table)

    @pytest.mark.parametrize("label", TRIGGERS)
    def test_its_triggers_stand_in_the_database(self, label: str) -> None:
        found = in_the_database(apps.get_model(label)._meta.db_table)

        missing = [
            name
            for name in TRIGGERS[label]
            if not any(each.startswith(f"pgtrigger_{name}_") for each in found)
        ]
        assert not missing

    def test_no_constraint_or_trigger_is_missing_from_these_lists(self) -> None:
        missing = []
        for model in apps.get_models():
            if model._meta.app_label in OURS:
                label = f"{model._meta.app_label}.{model.__name__}"
                named = {each.name for each in model._meta.constraints}
                triggers = {each.name for each in getattr(model._meta, "triggers", [])}
                missing += [f"{label} {name}" for name in named - CONSTRAINTS.get(label, set())]
                missing += [f"{label} {name}" for name in triggers - TRIGGERS.get(label, set())]

        assert not missing

    def test_every_table_with_an_amount_has_constraints(self) -> None:
        without = [
            f"{model._meta.app_label}.{model.__name__}"
            for model in apps.get_models()
            if model._meta.app_label in OURS
            and any(field.name == "amount_minor" for field in model._meta.get_fields())
            and not model._meta.constraints
        ]

        assert not without
