"""The form of a contest's settlement: typed, pasted or from a file, and read as one settlement."""

import hashlib
import io
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from disbursements.admin.uploading import OfPartner
from disbursements.rules.contest_settlement import WINNERS_MAX, ContestSettlement
from disbursements.rules.winner_file import BadFile, read_winners
from vault.models import Partner, Shortcode

TEXT_BYTES_MAX = 1024 * 1024
KEPT_S_MAX = 3_600
SALT = "disbursements.settlement"
INPUT = {"class": "pv-input"}
SPOKEN = ("partner", "shortcode", "settlement_id", "contest_id", "currency", "pool",
          "max_attempts", "winners")  # fmt: skip
EXAMPLE = "user_id,amount\nuser-1,50.00\nuser-2,30.00"


class SettlementForm(OfPartner):
    """Whose money, for which contest, to whom."""

    partner = forms.ModelChoiceField(
        Partner.objects.filter(is_active=True),
        empty_label="Choose a partner",
        help_text="Whose winners are paid.",
        widget=forms.Select(attrs=INPUT),
        error_messages={"required": "Choose the partner whose winners are paid"},
    )
    shortcode = forms.ModelChoiceField(
        Shortcode.objects.of_stripe().filter(is_active=True).select_related("partner"),
        label="Stripe account",
        required=False,
        empty_label="The partner's only one",
        help_text="Needed only if the partner has several.",
        widget=forms.Select(attrs=INPUT),
    )
    settlement_id = forms.CharField(
        label="Settlement",
        max_length=100,
        help_text="The partner's id, such as SET-2026-11-21.",
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": "Write the settlement's id, such as SET-2026-11-21"},
    )
    contest_id = forms.CharField(
        label="Contest",
        max_length=100,
        help_text="The partner's id, such as cup-2026.",
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": "Write the contest's id, such as cup-2026"},
    )
    currency = forms.CharField(
        max_length=3,
        help_text="Its code, such as USD.",
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": "Write the currency's code, such as USD"},
    )
    pool = forms.CharField(
        label="Prize pool",
        max_length=24,
        help_text="What the winners share at the most.",
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Write the prize pool, such as 1000.00"},
    )
    max_attempts = forms.IntegerField(
        label="Tries for each winner",
        required=False,
        help_text="Empty: 4. After the last one a person decides.",
        widget=forms.NumberInput(attrs=INPUT),
    )
    winners = forms.CharField(
        label="Winners, one in a line",
        required=False,
        strip=False,
        help_text="Below the line of headings: user_id, amount and, if you like, currency. "
        f"At most {WINNERS_MAX:,}.",
        widget=forms.Textarea(
            attrs={**INPUT, "rows": 8, "spellcheck": "false", "placeholder": EXAMPLE}
        ),
    )
    file = forms.FileField(
        label="Or a CSV file of winners",
        required=False,
        help_text="It takes the place of what is written above.",
        widget=forms.FileInput(attrs={**INPUT, "accept": ".csv,text/csv,text/plain"}),
        error_messages={"empty": "The file is empty"},
    )

    def __init__(self, partners: Collection[UUID] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(partners, *args, **kwargs)
        self.fields["max_attempts"].widget.attrs["max"] = settings.VAULT_MAX_RETRIES_LIMIT + 1

    def clean_file(self) -> UploadedFile | None:
        """Raises for a file above TEXT_BYTES_MAX."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is not None and (file.size or 0) > TEXT_BYTES_MAX:
            raise forms.ValidationError(
                f"The file is larger than {TEXT_BYTES_MAX // 1024 // 1024} MB: split the "
                "settlement, or use manage.py import_settlement"
            )
        return file

    def clean(self) -> dict[str, Any]:
        """The account belongs to the partner, and there are winners."""
        answers = super().clean()
        if "file" in self.errors:
            return answers
        try:
            answers["content"] = _content(answers)
        except BadFile as error:
            self.add_error("file" if answers.get("file") else "winners", str(error))
        return answers

    def with_text(self) -> "SettlementForm":
        """The same form, the file's text in the box, where it can be mended."""
        text = self.cleaned_data.get("content") if hasattr(self, "cleaned_data") else None
        if text is not None and self.data.get("winners") != text:
            self.data = {**{name: self.data.get(name) for name in self.data}, "winners": text}
        return self

    def settlement(self) -> ContestSettlement:
        """What is to be paid out, as it was written. Raises BadFile."""
        answers = self.cleaned_data
        return ContestSettlement(
            settlement_id=answers["settlement_id"], contest_id=answers["contest_id"],
            currency=answers["currency"], pool=answers["pool"],
            max_attempts=answers["max_attempts"],
            winners=list(read_winners(io.BytesIO(answers["content"].encode()))),
        )  # fmt: skip

    def hidden(self) -> list[tuple[str, str]]:
        """Names and texts to be sent along with the confirmation."""
        texts = {name: str(self.data.get(name) or "") for name in SPOKEN}
        return list((texts | {"winners": self.cleaned_data["content"]}).items())

    def token(self, *, actor: str) -> str:
        """Signed: this person has seen the preview of exactly these texts."""
        return signing.dumps([_digest(dict(self.hidden())), actor], salt=SALT)

    def was_previewed(self, token: str, *, actor: str) -> bool:
        """Whether the token is of these texts and this person, and not older than KEPT_S_MAX."""
        try:
            seen = signing.loads(token, salt=SALT, max_age=KEPT_S_MAX)
        except signing.BadSignature:
            return False
        return seen == [_digest(dict(self.hidden())), actor]


def _content(answers: dict[str, Any]) -> str:
    """The text of the file, or what was pasted, lines ended alike. Raises BadFile."""
    file = answers.get("file")
    if file is None:
        text = answers.get("winners") or ""
    else:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadFile("the file is not UTF-8: save it as 'CSV UTF-8' and try again") from None
    if not text.strip():
        raise BadFile("there are no winners: paste them, or choose a CSV file")
    return "\n".join(text.splitlines()) + "\n"


def _digest(texts: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()
