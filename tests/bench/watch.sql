CREATE TEMPORARY TABLE checked ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY created_at DESC, id) AS number, id::text AS subject_id,
       partner_id, client_reference, coalesce(receipt, '') AS receipt, amount_minor, payee_name,
       status, owner
  FROM (
    SELECT payout.*, partner.name AS owner
      FROM disbursement_requests AS payout JOIN vault_partner AS partner ON partner.id = partner_id
     ORDER BY payout.created_at DESC, payout.id LIMIT :runs
  ) AS newest
;
INSERT INTO reconciliation_runs (
    id, subject_kind, subject_id, partner_id, trigger, actor, result, findings, inputs, details,
    asked, problem, started_at, waited_ms, duration_ms)
SELECT gen_random_uuid(), 'disbursement', subject_id, partner_id,
       CASE WHEN number % 50 = 0 THEN 'manual_dashboard' WHEN number % 7 = 0 THEN 'periodic'
            ELSE 'change' END,
       CASE WHEN number % 50 = 0 THEN 'amina.example' ELSE 'system' END,
       CASE WHEN number % 5 = 0 THEN 'discrepancy' WHEN number % 9 = 0 THEN 'pending'
            WHEN number % 401 = 0 THEN 'error' ELSE 'matched' END,
       CASE WHEN number % 5 = 0 THEN '["status_mismatch"]' ELSE '[]' END::jsonb,
       jsonb_build_object('row', md5(subject_id), 'ledger', md5(client_reference)),
       jsonb_build_object('kind', 'disbursement', 'reference', client_reference,
                          'transactionId', receipt, 'client', payee_name,
                          'amount', amount_minor / 100, 'currency', 'KES', 'status', status,
                          'psychologist', owner, 'partner', owner),
       number % 30 = 0, CASE WHEN number % 401 = 0 THEN 'A source did not answer' ELSE '' END,
       now() - interval '90 days' * (number - 1) / :runs, number % 400, 1 + number % 60
  FROM checked
;
INSERT INTO reconciliation_findings (
    id, subject_kind, subject_id, partner_id, kind, about, severity, status, status_at, text,
    reference, here, there, there_name, stake_minor, currency, opened_at, seen_at, times)
SELECT gen_random_uuid(), 'disbursement', subject_id, partner_id,
       (ARRAY['status_mismatch', 'amount_mismatch', 'late', 'duplicate', 'ledger_mismatch',
              'wrong_beneficiary', 'missing_at_provider', 'fee_mismatch'])[1 + number / 5 % 8],
       '', (ARRAY['high', 'medium', 'low'])[1 + number / 5 % 3],
       CASE WHEN number % 35 = 0 THEN 'open' WHEN number % 55 = 0 THEN 'dismissed'
            ELSE 'cured' END,
       now() - interval '90 days' * number / :runs,
       'M-Pesa paid it and our row says failed', client_reference,
       '{"status": "failed", "amount": "1250.00"}', '{"status": "paid", "amount": "1250.00"}',
       'M-Pesa', amount_minor, 'KES', now() - interval '90 days' * number / :runs,
       now() - interval '90 days' * number / :runs, 1 + number % 4
  FROM checked
 WHERE number % 5 = 0 AND number <= 5 * :findings
;
INSERT INTO core_step (
    subject_type, subject_id, from_status, to_status, because, actor, details, at)
SELECT 'Finding', id::text, '', 'open', 'a check saw it', 'system', '{}', opened_at
  FROM reconciliation_findings
;
INSERT INTO core_step (
    subject_type, subject_id, from_status, to_status, because, actor, details, at)
SELECT 'Finding', id::text, 'open', status, 'a later check saw it no more', 'system', '{}',
       status_at
  FROM reconciliation_findings WHERE status <> 'open'
;
INSERT INTO reconciliation_queue (
    subject_kind, subject_id, partner_id, trigger, priority, actor, fresh, requested_at, due_at,
    lease_ends_at, tries, problem)
SELECT 'disbursement', subject_id, partner_id, 'change', 1 + number % 3, 'system', false, now(),
       now() + interval '1 second' * (number % 900 - 600),
       CASE WHEN number % 100 = 0 THEN now() + interval '1 minute' END, number % 3,
       CASE WHEN number % 3 = 0 THEN '' ELSE 'A source did not answer' END
  FROM checked WHERE number <= :runs / 10
;
INSERT INTO reconciliation_tallies (
    hour, partner_id, subject_kind, result, bucket, count, duration_ms, last_at)
SELECT hour, partner.id, kind, result, bucket, 1 + bucket, 10 * (1 + bucket), hour
  FROM generate_series(date_trunc('hour', now()) - interval '90 days', now(), '1 hour') AS hour
 CROSS JOIN vault_partner AS partner
 CROSS JOIN unnest(ARRAY['payment', 'disbursement']) AS kind
 CROSS JOIN unnest(ARRAY['matched', 'pending', 'discrepancy']) AS result
 CROSS JOIN generate_series(1, 4) AS bucket
;
INSERT INTO core_alert (
    kind, key, severity, text, details, count, first_at, last_at, acknowledged_at,
    acknowledged_by, closed_at, closed_by)
SELECT (ARRAY['finding:late', 'finding:amount_mismatch', 'float_low', 'schedule_late'])
           [1 + number % 4],
       'bench-' || number, (ARRAY['critical', 'warning', 'notice'])[1 + number % 3],
       'Seen ' || number || ' times', '{"open": 12, "findings": []}', 1 + number % 90,
       now() - interval '90 days' * number / :alerts, now() - interval '90 days' * number / :alerts,
       CASE WHEN number % 3 = 0 THEN now() END,
       CASE WHEN number % 3 = 0 THEN 'amina.example' ELSE '' END,
       CASE WHEN number > 300 THEN now() - interval '80 days' * number / :alerts END,
       CASE WHEN number > 300 THEN 'system' ELSE '' END
  FROM generate_series(1, :alerts) AS number
;
