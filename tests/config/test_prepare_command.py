import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


class TestDemoLogin:
    def test_it_is_made_once_and_kept_for_its_owner_only(
        self, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.VAULT_DEMO, settings.VAULT_DATA_DIR = True, tmp_path

        call_command("prepare")
        first = (tmp_path / "demo_login.json").read_text()
        call_command("prepare")

        login = json.loads(first)
        assert authenticate(**login).is_superuser
        assert (tmp_path / "demo_login.json").read_text() == first
        assert (tmp_path / "demo_login.json").stat().st_mode & 0o777 == 0o600

    def test_there_is_none_outside_the_demo(self, settings: Any, tmp_path: Path) -> None:
        settings.VAULT_DEMO, settings.VAULT_DATA_DIR = False, tmp_path

        call_command("prepare")

        assert not get_user_model().objects.exists()
        assert not (tmp_path / "demo_login.json").exists()
