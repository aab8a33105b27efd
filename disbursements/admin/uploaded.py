"""Uploaded files of payees, kept under their SHA-256 between preview and confirmation.

What is confirmed is what was previewed: a signed token names the digest, never a path.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from core import clock

UPLOAD_BYTES_MAX = 5 * 1024 * 1024
KEPT_S_MAX = 3_600
SALT = "disbursements.upload"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Lapsed(Exception):
    """The preview is too old, belongs to somebody else, or its file is gone."""


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """What was previewed, by whom."""

    digest: str
    partner_id: str
    shortcode_number: str
    name: str
    actor: str

    def token(self) -> str:
        """For the confirmation form; nobody can make another."""
        return signing.dumps(vars(self), salt=SALT)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return _folder() / f"{self.digest}.csv"


def keep(file: UploadedFile) -> str:
    """Store the file under its SHA-256 and return that; those nobody may confirm any more go."""
    _prune()
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=_folder(), delete=False) as kept:
        for chunk in file.chunks():
            digest.update(chunk)
            kept.write(chunk)
    kept_at_s = clock.now().timestamp()
    os.utime(kept.name, (kept_at_s, kept_at_s))
    Path(kept.name).replace(_folder() / f"{digest.hexdigest()}.csv")
    return digest.hexdigest()


def recall(token: str, *, actor: str) -> Previewed:
    """What this person previewed within KEPT_S_MAX. Raises Lapsed."""
    try:
        previewed = Previewed(**signing.loads(token, salt=SALT, max_age=KEPT_S_MAX))
    except (signing.BadSignature, TypeError):
        raise Lapsed("The preview is too old. Choose the file again.") from None
    if previewed.actor != actor or not _DIGEST.fullmatch(previewed.digest):
        raise Lapsed("The preview belongs to somebody else. Choose the file again.")
    if not _is_whole(previewed):
        raise Lapsed("The previewed file is no longer here. Choose it again.")
    return previewed


def forget(previewed: Previewed) -> None:
    """Delete the file: its rows are in the table now."""
    previewed.path.unlink(missing_ok=True)


def _prune() -> None:
    oldest_s = clock.now().timestamp() - KEPT_S_MAX
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):  # another process may prune at the same moment
            if path.stat().st_mtime < oldest_s:
                path.unlink()


def _is_whole(previewed: Previewed) -> bool:
    try:
        content = previewed.path.read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == previewed.digest


def _folder() -> Path:
    folder = Path(settings.VAULT_DATA_DIR) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
