"""What uploads share: whose they are, how large a file may be, and what is wrong with its rows."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.admin.record import Column, Table
from core.csv_rows import BadRow

PROBLEMS_SHOWN = 100
MEGABYTE = 1024 * 1024


class OfPartner(forms.Form):
    """Whose it is, of `partners` (None: of all), and, where it asks for one, which shortcode."""

    def __init__(self, partners: Collection[UUID] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partners is None:
            return
        for name, path in (("partner", "pk"), ("shortcode", "partner")):
            if name in self.fields:
                field: Any = self.fields[name]
                field.queryset = field.queryset.filter(**{f"{path}__in": partners})

    def clean(self) -> dict[str, Any]:
        """The shortcode belongs to the partner."""
        answers = super().clean() or self.cleaned_data
        partner, shortcode = answers.get("partner"), answers.get("shortcode")
        if partner and shortcode and shortcode.partner_id != partner.pk:
            self.add_error("shortcode", f"{shortcode} does not belong to {partner}")
        return answers


def within_limit(file: UploadedFile, *, bytes_max: int, command: str) -> UploadedFile:
    """The file. Raises ValidationError above `bytes_max`, naming the command for it."""
    if file.size is None or file.size > bytes_max:
        raise forms.ValidationError(
            f"The file is larger than {bytes_max // MEGABYTE} MB: split it, or use "
            f"manage.py {command}"
        )
    return file


def problems_table(problems: Sequence[BadRow], *, rows: int) -> Table:
    """The first problems of `rows` rows that have some."""
    found = problems[:PROBLEMS_SHOWN]
    more = rows > len(found)
    return Table(
        title="What is wrong",
        note=f"The first {len(found)} problems of {rows:,} rows." if more else "",
        columns=[
            Column(label="Line", numeric=True), Column(label="Column"), Column(label="Value"),
            Column(label="What is wrong"), Column(label="What to do"),
        ],
        rows=[[bad.line, bad.column, bad.value, bad.problem, bad.what_to_do] for bad in found],
    )  # fmt: skip
