INSERT INTO core_step (
    subject_type, subject_id, from_status, to_status, because, actor, details, at)
SELECT 'DisbursementRequest', %(id)s, 'retrying', 'sending', 'another try, ' || number, 'system',
       '{}', now()
  FROM generate_series(1, %(many)s) AS number
;
INSERT INTO gateways_call (
    provider, kind, shortcode, subject_id, method, url, request_body, http_status, response_body,
    request_id, error, started_at, duration_ms)
SELECT 'daraja', 'payout', '600901', %(id)s, 'POST', 'https://provider.example/b2c',
       repeat('{"Amount": 1250}', 60), 200, repeat('{"ResponseCode": "0"}', 40), '', '', now(), 120
  FROM generate_series(1, %(many)s)
;
INSERT INTO gateways_callback (
    provider, kind, secret_digest, secret_ok, body, content_type, source_listed, tries,
    processed_at, outcome, note, subject_id)
SELECT 'daraja', 'payout', sha256('secret'), true,
       convert_to(repeat('{"ResultCode": 0}', 60), 'UTF8'), 'application/json', true, 1, now(),
       'applied', '', %(id)s
  FROM generate_series(1, %(many)s)
;
INSERT INTO disbursements_statusquestion (
    secret_digest, asked_at, conversation_id, error, answered_at, state, code, text, attempt_id)
SELECT sha256(convert_to(log.id::text || number, 'UTF8')), now(), '', '', now(), 'failed', '2040',
       'The receiver is not registered.', log.id
  FROM disbursement_retry_logs AS log, generate_series(1, %(many)s / 4) AS number
 WHERE log.disbursement_id = %(id)s::uuid
;
