"""Count the payouts and attempts that were there before the tallies: two statements, no lock.

Each counts what the rows and the tallies differ by in one snapshot, so that what the triggers
have written since 0006_tallies is not counted twice.
"""

from django.db import migrations

PAYOUTS = """
        INSERT INTO disbursement_tally (day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, count, amount_minor, is_folded)
        SELECT day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, sum(count), sum(amount_minor), false FROM (SELECT (created_at AT TIME ZONE 'Africa/Nairobi')::date AS day, partner_id AS partner_id, shortcode_id AS shortcode_id, currency AS currency, status AS status, failure_code AS failure_code, CASE WHEN status = 'parked' THEN parked_cause ELSE '' END AS parked_cause, attempts_made > 1 AS is_retried, CASE WHEN completed_at IS NULL THEN 0 WHEN completed_at <= created_at + interval '1 minutes' THEN 1 WHEN completed_at <= created_at + interval '5 minutes' THEN 2 WHEN completed_at <= created_at + interval '15 minutes' THEN 3 WHEN completed_at <= created_at + interval '60 minutes' THEN 4 WHEN completed_at <= created_at + interval '1440 minutes' THEN 5 ELSE 6 END AS paid_within, 1 AS count, 1 * amount_minor AS amount_minor FROM disbursement_requests UNION ALL SELECT day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within, -count, -amount_minor FROM disbursement_tally) AS signed
         GROUP BY day, partner_id, shortcode_id, currency, status, failure_code, parked_cause, is_retried, paid_within HAVING sum(count) <> 0 OR sum(amount_minor) <> 0
"""
CODES = """
        INSERT INTO disbursement_code_tally (code, count, is_folded)
        SELECT code, sum(count), false FROM (SELECT mpesa_response_code AS code, 1 AS count FROM disbursement_retry_logs WHERE mpesa_response_code NOT IN ('', '0') UNION ALL SELECT code, -count FROM disbursement_code_tally) AS signed
         GROUP BY code HAVING sum(count) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0006_tallies")]
    operations = [
        migrations.RunSQL(PAYOUTS, migrations.RunSQL.noop),
        migrations.RunSQL(CODES, migrations.RunSQL.noop),
    ]
