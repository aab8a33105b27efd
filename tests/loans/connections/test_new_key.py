"""A new encryption key: passwords of Mifos X are sealed anew with everything else."""

from cryptography.fernet import Fernet
from django.conf import LazySettings

from loans.models import MifosConnection
from tests.wire import MovedClock
from vault.operations.rotate_secrets import rotate_secrets


class TestANewKey:
    def test_the_password_opens_under_it_alone(
        self, mifos: MifosConnection, settings: LazySettings, moved: MovedClock
    ) -> None:
        new = Fernet.generate_key().decode()
        settings.VAULT_ENCRYPTION_KEYS = [new, *settings.VAULT_ENCRYPTION_KEYS]

        rotated = rotate_secrets(actor="test", at=moved())

        settings.VAULT_ENCRYPTION_KEYS = [new]
        mifos.refresh_from_db()
        assert (rotated.shortcodes, rotated.others) == (1, 1)
        assert mifos.password() == "only-for-tests"
