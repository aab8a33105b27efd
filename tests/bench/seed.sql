SELECT setseed(0.5)
;
CREATE TEMPORARY TABLE shortcode_at ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY number) AS place, id AS shortcode_id, partner_id,
       number AS number_of_shortcode
  FROM vault_shortcode
;
CREATE TEMPORARY TABLE code_at (place int, code text, description text) ON COMMIT DROP
;
INSERT INTO code_at VALUES
 (0, '2040', 'The receiver is not registered on M-Pesa.'),
 (1, '2006', 'The account is not active.'),
 (2, '8', 'The receiver''s balance would be above its limit.'),
 (3, '17', 'Internal failure.'),
 (4, '26', 'Traffic blocked.'),
 (5, '4', 'The receiver''s limit of the day is reached.'),
 (6, '2051', 'The receiver''s number is wrong.'),
 (7, '1037', 'No answer from the receiver.'),
 (8, 'SFC_IC0003', 'The operator does not exist.'),
 (9, '1001', 'The receiver has another transaction under way.')
;
CREATE TEMPORARY TABLE payout ON COMMIT DROP AS
SELECT number, gen_random_uuid() AS id,
       date_trunc('milliseconds', now() - interval '90 days' * (1 - number::float8 / :count))
           AS created_at,
       shortcode_at.*, status, attempts,
       floor(random() * random() * 10)::int AS code_place,
       interval '1 second' * (2 + 3 ^ least(attempts, 7) * 60 * random()) AS lasted,
       100 * round(50 * exp(random() * random() * 8.5))::bigint AS amount_minor
  FROM (
    SELECT number, status, 1 + floor(random() * random() * 6)::int AS shortcode_place,
           CASE WHEN status IN ('queued', 'held', 'cancelled') THEN 0
                ELSE (ARRAY[1,1,1,1,1,2,2,2,3,3,3,3,3,4,4,4,5,5,6,8])[1 + floor(random() * 20)::int]
           END AS attempts
      FROM (
        SELECT number,
               CASE WHEN drawn < 780 THEN 'completed' WHEN drawn < 870 THEN 'failed'
                    WHEN drawn < 920 THEN 'retrying' WHEN drawn < 970 THEN 'parked'
                    WHEN drawn < 978 THEN 'queued' WHEN drawn < 983 THEN 'unknown'
                    WHEN drawn < 986 THEN 'accepted' WHEN drawn < 990 THEN 'held'
                    WHEN drawn < 997 THEN 'cancelled' ELSE 'returned' END AS status
          FROM (SELECT number, random() * 1000 AS drawn
                  FROM generate_series(1, :count) AS number) AS draw
      ) AS stood
  ) AS sent
  JOIN shortcode_at ON shortcode_at.place = 1 + (shortcode_place - 1) % 6
;
CREATE INDEX ON payout (number)
;
INSERT INTO disbursement_requests (
    id, rail, status, status_at, client_reference, request_digest, origin, origin_id, created_by,
    created_at, msisdn, payee_name, amount_minor, currency, command_id, remarks, due_at, ask_at,
    attempts_made, retry_count, max_retries, retry_reason, next_retry_at, receipt, completed_at,
    failure_code, failure_text, parked_cause, person_needed_at, person_needed_because,
    partner_id, shortcode_id)
SELECT payout.id, 'mpesa_b2c', status, created_at + lasted,
       (ARRAY['RENT', 'PAY', 'WAGE', 'REFUND'])[1 + payout.number % 4]
           || '-' || lpad(payout.number::text, 8, '0'),
       sha256(payout.number::text::bytea), 'bench', 'bench-' || payout.number / 20000, 'bench',
       created_at, '254700' || lpad((payout.number % 200000)::text, 6, '0'),
       (ARRAY['Amina', 'Baraka', 'Chiku', 'Daudi', 'Esha', 'Fumo', 'Goma', 'Hawa', 'Imani', 'Juma',
              'Kito', 'Lela', 'Mosi', 'Nuru', 'Otis', 'Pendo', 'Rafa', 'Sauda', 'Tatu', 'Zuri'])
           [1 + payout.number % 20] || ' '
           || (ARRAY['Exa', 'Sam', 'Mfa', 'Moc', 'Dum', 'Pro', 'Fic', 'Tes', 'Nul', 'Ima'])
              [1 + (payout.number / 20) % 10]
           || (ARRAY['mple', 'pleton', 'nomba', 'kito', 'myson', 'vali', 'tional', 'tere'])
              [1 + (payout.number / 200) % 8]
           || (ARRAY['', 'a', 'i', 'o', 'we', 'ni', 'ko', 'sa', 'ta', 'ru'])
              [1 + (payout.number / 1600) % 10],
       amount_minor, 'KES', 'BusinessPayment', 'Payment', created_at,
       CASE WHEN status IN ('unknown', 'accepted') THEN now() + interval '1 hour' * random() END,
       attempts, least(greatest(attempts - 1, 0), 3 - (status = 'retrying')::int), 3,
       CASE WHEN attempts > 1 THEN code_at.description ELSE '' END,
       CASE WHEN status = 'retrying' THEN now() + interval '2 days' * random() END,
       CASE WHEN status IN ('completed', 'returned')
            THEN 'UK' || lpad(upper(to_hex(payout.number)), 8, '0') END,
       CASE WHEN status IN ('completed', 'returned') THEN created_at + lasted END,
       CASE WHEN status = 'parked' THEN '1' WHEN status IN ('failed', 'retrying')
            THEN code_at.code ELSE '' END,
       CASE WHEN status IN ('failed', 'retrying') THEN code_at.description ELSE '' END,
       CASE WHEN status = 'parked' THEN 'b2c:1:' || payout.number_of_shortcode ELSE '' END,
       CASE WHEN status = 'unknown' AND payout.number % 10 = 0 THEN now() END,
       CASE WHEN status = 'unknown' AND payout.number % 10 = 0 THEN 'no answer in 48 hours'
            ELSE '' END,
       partner_id, shortcode_id
  FROM payout JOIN code_at ON code_at.place = code_place
 ORDER BY payout.number
;
INSERT INTO disbursement_retry_logs (
    id, retry_attempt, retry_reason, provider_reference, secret_digest, shortcode_number, counted,
    retry_timestamp, created_at, acknowledged_at, conversation_id, duration_ms,
    mpesa_response_code, mpesa_response_description, error_details, reported_at, report_listed,
    verdict, outcome, proof, proof_details, settled_at, disbursement_id)
SELECT gen_random_uuid(), attempt,
       CASE WHEN attempt = 1 THEN 'first try' ELSE code_at.description END,
       'PV' || upper(substr(md5(payout.number || ':' || attempt), 1, 17)),
       sha256(('secret ' || payout.number || ':' || attempt)::bytea),
       payout.number_of_shortcode, true, moment, moment, moment + interval '1 second',
       'AG_' || to_char(moment, 'YYYYMMDD') || '_' || payout.number || '_' || attempt,
       80 + payout.number % 900,
       CASE WHEN NOT is_last THEN code_at.code WHEN status IN ('completed', 'returned') THEN '0'
            WHEN status = 'parked' THEN '1' WHEN status IN ('failed', 'retrying') THEN code_at.code
            ELSE '' END,
       CASE WHEN NOT is_last OR status IN ('failed', 'retrying') THEN code_at.description
            ELSE '' END,
       '{}', CASE WHEN NOT is_last THEN moment + interval '20 seconds' END, true, '{}',
       CASE WHEN NOT is_last THEN 'not_paid' WHEN status IN ('completed', 'returned') THEN 'paid'
            WHEN status IN ('unknown', 'accepted') THEN 'open' ELSE 'not_paid' END,
       CASE WHEN is_last AND status IN ('completed', 'returned', 'unknown', 'accepted') THEN ''
            ELSE 'confirmed_failure' END,
       '{}',
       CASE WHEN NOT (is_last AND status IN ('unknown', 'accepted'))
            THEN moment + interval '1 minute' END,
       payout.id
  FROM (
    SELECT payout.*, attempt, attempt = attempts AS is_last,
           created_at + lasted * (attempt::float8 / (attempts + 1)) AS moment
      FROM payout CROSS JOIN LATERAL generate_series(1, attempts) AS attempt
  ) AS payout
  JOIN code_at ON code_at.place = (code_place + attempts - attempt) % 10
;
