"""Packages are installed when the lock or the Python changed, and only then."""

import json
import sys
from pathlib import Path

import pytest

from config import dependencies
from config.dependencies import DependenciesError, install, is_satisfied, stamp


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `.venv` holds dev, says its stamp."""
    for lock in ("base", "dev"):
        path = tmp_path / f"requirements/{lock}.lock"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {lock}\n")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / ".venv/pyvenv.cfg").write_text("version = 3.11.7\n")
    hold("dev", tmp_path)
    return tmp_path


def hold(kind: str, checkout: Path) -> None:
    text = json.dumps(stamp(kind, checkout=checkout))
    (checkout / ".venv" / dependencies.STAMP).write_text(text)


class TestIsSatisfied:
    def test_dev_holds_base(self, checkout: Path) -> None:
        assert is_satisfied("dev", checkout=checkout)
        assert is_satisfied("base", checkout=checkout)

    def test_base_does_not_hold_dev(self, checkout: Path) -> None:
        hold("base", checkout)

        assert is_satisfied("base", checkout=checkout)
        assert not is_satisfied("dev", checkout=checkout)

    def test_a_changed_lock_is_installed_again(self, checkout: Path) -> None:
        (checkout / "requirements/dev.lock").write_text("# newer\n")

        assert is_satisfied("base", checkout=checkout)
        assert not is_satisfied("dev", checkout=checkout)

    def test_another_python_is_installed_into_again(self, checkout: Path) -> None:
        (checkout / ".venv/pyvenv.cfg").write_text("version = 3.12.1\n")

        assert not is_satisfied("base", checkout=checkout)

    def test_a_python_that_was_removed_counts_as_nothing(self, checkout: Path) -> None:
        (checkout / ".venv/bin/python").unlink()

        assert not is_satisfied("base", checkout=checkout)

    @pytest.mark.parametrize("text", ["", "{", "{}"])
    def test_a_broken_stamp_counts_as_nothing(self, checkout: Path, text: str) -> None:
        (checkout / ".venv" / dependencies.STAMP).write_text(text)

        assert not is_satisfied("base", checkout=checkout)


class TestInstall:
    def test_it_does_nothing_when_the_stamp_fits(self, checkout: Path) -> None:
        installed = install("dev", checkout=checkout, folder=checkout)

        assert installed is False

    def test_it_makes_the_environment_and_takes_hashed_packages_only(self, tmp_path: Path) -> None:
        lock = tmp_path / "requirements/base.lock"
        lock.parent.mkdir()
        lock.write_text("")

        installed = install("base", checkout=tmp_path, folder=tmp_path)
        stamped = is_satisfied("base", checkout=tmp_path)
        lock.write_text("no-such-package==1\n")
        with pytest.raises(DependenciesError, match=r"base\.lock could not be installed"):
            install("base", checkout=tmp_path, folder=tmp_path)

        assert (installed, stamped) == (True, True)
        assert (tmp_path / ".venv/bin/python").exists()
        assert not is_satisfied("base", checkout=tmp_path)


class TestSystemPackages:
    def test_outside_ci_nothing_is_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CI", raising=False)
        monkeypatch.setenv("PATH", "")

        missing = dependencies.install_system_packages()

        assert missing == [program for program, _ in dependencies.SYSTEM_PACKAGES]
