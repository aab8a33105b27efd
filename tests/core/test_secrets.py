"""Credentials at rest: useless without the key, bound to their row, alive through a rotation."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.secrets import CannotOpen, reseal, seal, unseal

VALUES = {"consumer_key": "ck", "consumer_secret": "s3cr3t", "passkey": "é☂"}
ROW = "shortcode:1"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return settings


class TestSealing:
    @given(st.dictionaries(st.text(), st.text()), st.text())
    @hypothesis_settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
    def test_what_goes_in_comes_out(self, values, context):
        assert unseal(seal(values, context=context), context=context) == values

    def test_the_sealed_text_shows_nothing(self):
        sealed = seal(VALUES, context=ROW)

        assert "s3cr3t" not in sealed
        assert "shortcode" not in sealed
        assert sealed != seal(VALUES, context=ROW)


class TestOpening:
    def test_another_key_does_not_open(self, keys):
        sealed = seal(VALUES, context=ROW)
        keys.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

        with pytest.raises(CannotOpen, match="VAULT_ENCRYPTION_KEYS") as caught:
            unseal(sealed, context=ROW)

        assert sealed not in str(caught.value)

    def test_a_copy_in_another_row_does_not_open(self):
        sealed = seal(VALUES, context=ROW)

        with pytest.raises(CannotOpen, match="shortcode:2 belong to another row"):
            unseal(sealed, context="shortcode:2")

    @pytest.mark.parametrize("change", [lambda t: t[:-4], lambda t: t[:30] + "A" * 9 + t[39:]])
    def test_a_changed_text_does_not_open(self, change):
        changed = change(seal(VALUES, context=ROW))

        with pytest.raises(CannotOpen):
            unseal(changed, context=ROW)

    @pytest.mark.parametrize("text", ["", "plain text", "☂", "gAAAAA=="])
    def test_what_was_never_sealed_does_not_open(self, text):
        with pytest.raises(CannotOpen):
            unseal(text, context=ROW)


class TestRotation:
    def test_old_texts_open_while_their_key_is_listed(self, keys):
        old = keys.VAULT_ENCRYPTION_KEYS[0]
        sealed = seal(VALUES, context=ROW)

        keys.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), old]

        assert unseal(sealed, context=ROW) == VALUES

    def test_after_resealing_the_old_key_can_go(self, keys):
        old, new = keys.VAULT_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        sealed = seal(VALUES, context=ROW)
        keys.VAULT_ENCRYPTION_KEYS = [new, old]

        fresh = reseal(sealed)
        keys.VAULT_ENCRYPTION_KEYS = [new]

        assert unseal(fresh, context=ROW) == VALUES
        with pytest.raises(CannotOpen):
            unseal(sealed, context=ROW)
        with pytest.raises(CannotOpen):
            reseal(sealed)

    def test_a_new_text_is_sealed_with_the_first_key(self, keys):
        old, new = keys.VAULT_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        keys.VAULT_ENCRYPTION_KEYS = [new, old]
        sealed = seal(VALUES, context=ROW)

        keys.VAULT_ENCRYPTION_KEYS = [new]

        assert unseal(sealed, context=ROW) == VALUES
