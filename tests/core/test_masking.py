"""Nothing secret and no full phone in a log line, and no line that nobody logged."""

import io
import json
import logging
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masking import (
    MaskingFormatter,
    bytes_without_secrets,
    for_log,
    masked_phone,
    without_phones,
    without_secrets,
)

SECRET = "s3cr3t-Value+/=="
SECRET_ID = "s3cr3tA_b-C"
PHONE = "254700012345"
NAMES = [
    "SecurityCredential", "access_token", "Password", "InitiatorPassword", "initiator_password",
    "consumer_secret", "consumerSecret", "consumer_key", "passkey", "api_key", "token", "secret",
    "base64EncodedAuthenticationKey",
    "refresh_token", "client_secret", "Authorization", "ticket",
]  # fmt: skip


@pytest.fixture
def log():
    """A logger as the settings make it, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("vault.test")
    logger.addHandler(handler)
    logger.propagate = False
    logger.written = stream.getvalue
    yield logger
    logger.removeHandler(handler)


class TestSecrets:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        "write",
        [
            json.dumps,
            repr,
            lambda pair: json.dumps(json.dumps(pair)),
            lambda pair: repr(json.dumps(pair).encode()),
            lambda pair: json.dumps(pair, indent=2),
            lambda pair: json.dumps(pair)[:-4],
            urllib.parse.urlencode,
        ],
        ids=["json", "repr", "json in json", "bytes", "indented", "truncated", "form"],
    )
    def test_the_value_is_removed_however_it_is_written(self, name, write):
        text = write({"before": "kept", name: SECRET})

        masked = without_secrets(text)

        assert "s3cr3t" not in masked
        assert "kept" in masked

    def test_a_value_with_escaped_quotes_is_removed_whole(self):
        text = json.dumps({"Password": 'a"b\\"s3cr3t', "after": "kept"})

        assert without_secrets(text) == '{"Password": "[removed]", "after": "kept"}'

    @pytest.mark.parametrize(
        "text",
        [
            "Authorization: Bearer s3cr3t.abc-def_",
            "authorization: basic czNjcjN0OnM=",
            "key pv_s3cr3ts3cr3ts3cr3ts3cr3t was used",
            "POST /callbacks/daraja/b2c-result/s3cr3t/ 200",
            "GET /callbacks/daraja/timeout/s3cr3t?x=1",
        ],
    )
    def test_keys_tokens_and_callback_paths(self, text):
        assert "s3cr3t" not in without_secrets(text)
        assert "czNj" not in without_secrets(text)

    @pytest.mark.parametrize("slash", ["/", "\\/", "\\\\\\/", "\\u002f", "\\u002F", "%2F", "%2f"])
    def test_a_callback_path_in_any_writing_loses_its_secret(self, slash):
        address = slash.join(
            ["https:", "", "v.example", "callbacks", "daraja", "payout", SECRET_ID]
        )
        body = f'{{"ResultURL": "{address}{slash}", "after": "kept"}}'

        as_bytes, as_text = bytes_without_secrets(body.encode()), without_secrets(body)

        assert SECRET_ID not in as_text
        assert SECRET_ID.encode() not in as_bytes
        assert b'"after": "kept"' in as_bytes
        assert b"v.example" in as_bytes

    def test_the_phone_at_the_end_of_a_checkout_id_is_masked(self):
        text = '"CheckoutRequestID":"ws_CO_211120261432000100700100002","ws_CO_2111202614320001"'

        assert without_phones(text) == (
            '"CheckoutRequestID":"ws_CO_211120261432000100•••002","ws_CO_2111202614320001"'
        )

    def test_other_text_stays_as_it_is(self):
        text = '{"ResultDesc": "The initiator information is invalid.", "ResultCode": 2001}'

        assert without_secrets(text) == text

    def test_a_raw_body_keeps_everything_else(self):
        body = b'\xff\x00{"SecurityCredential": "s3cr3t", "InitiatorName": "api\\u00e9"}'

        assert bytes_without_secrets(body) == (
            b'\xff\x00{"SecurityCredential": "[removed]", "InitiatorName": "api\\u00e9"}'
        )

    @given(st.text(alphabet="\"'\\:{} apstokenw=", max_size=400))
    def test_masking_twice_is_masking_once(self, text):
        assert without_secrets(without_secrets(text)) == without_secrets(text)

    def test_a_long_hostile_text_is_done_quickly(self, log):
        for text in (
            "callbacks" + "\\" * 500_000,
            "callbacks/" + "%2F" * 300_000,
            "callbacks/a" * 50_000 + '"',
            '"token":"' * 20_000,
            '\\"' * 50_000,
            "Bearer " * 20_000,
            "token='" * 20_000,
        ):
            assert without_secrets(text) is not None
            assert bytes_without_secrets(text.encode()) is not None


class TestPhones:
    @pytest.mark.parametrize(
        "text",
        [
            PHONE, f"+{PHONE}", "0700012345", f'{{"PartyB":{PHONE}}}', f"msisdn={PHONE}",
            f"%2B{PHONE}", f"tel:+{PHONE}", f"{PHONE}.", f"({PHONE})", f"_{PHONE}_", f"a\n{PHONE}",
            "+254 700 012 345", "0700 012 345", "254-700-012-345", "+254 700 012345",
        ],
    )  # fmt: skip
    def test_no_line_shows_a_whole_number(self, text):
        digits = "".join(letter for letter in for_log(text) if letter.isdigit())

        assert "700012345" not in digits

    def test_a_sentence_keeps_all_but_the_middle_of_the_phone(self):
        text = f"The customer {PHONE} is not registered"

        assert without_phones(text) == "The customer 254700•••345 is not registered"

    def test_who_it_was_can_still_be_told_apart(self):
        assert for_log(f"to {PHONE}") == "to 254700•••345"
        assert masked_phone(PHONE) == "+254 700 ••• 345"

    @pytest.mark.parametrize(
        "text",
        [
            "12547000123456",
            "AG_20191219_00004e48cf7e3533f581",
            "KES 1,254,700.00",
            "29115-34620561-1",
        ],
    )
    def test_other_numbers_stay(self, text):
        assert for_log(text) == text


class TestFormatter:
    def test_a_line_is_one_line(self, log):
        log.warning("name %s", "x\r\nINFO vault.test forged\n\u2028\x1b[2J\x0b\x85y")

        assert log.written().count("\n") == 1
        assert len(log.written().splitlines()) == 1
        assert "\x1b" not in log.written()

    def test_arguments_are_masked_too(self, log):
        log.warning("%s %s", {"access_token": SECRET}, PHONE)

        assert SECRET not in log.written()
        assert PHONE not in log.written()

    def test_a_traceback_keeps_its_lines_and_no_secret(self, log):
        def fail() -> None:
            raise ValueError(f"{PHONE} {{'passkey': '{SECRET}'}}\nINFO vault.test forged")

        try:
            fail()
        except ValueError:
            log.exception("It failed for %s", PHONE)

        lines = log.written().splitlines()
        assert len(lines) > 3
        assert "Traceback" in lines[1]
        assert SECRET not in log.written()
        assert PHONE not in log.written()
        assert not any(line.startswith("INFO") for line in lines)

    def test_a_stack_is_masked_as_well(self, log):
        log.warning("here", stack_info=f"Stack\n{PHONE}\nINFO forged")

        assert PHONE not in log.written()
