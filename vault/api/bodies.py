"""Bodies of requests: every wrong field is named at once, those that are not known too."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from vault.api.errors import bad_fields

NAME_SHOWN_MAX = 60
UNKNOWN_SHOWN_MAX = 20


class StrictSerializer(serializers.Serializer):
    """Refuses fields that it does not name, together with whatever else is wrong."""

    def to_internal_value(self, data: Any) -> Any:
        """The values, or ValidationError with each wrong field."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"body": ["must be a JSON object."]})
        unknown: dict[str, Any] = dict(unknown_fields(data, known=self.fields))
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            details = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
            raise serializers.ValidationError({**details, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


def unknown_fields(data: Mapping[str, Any], *, known: Iterable[str]) -> dict[str, list[str]]:
    """A sentence for each of the first fields that are not known."""
    names = list(known)
    unknown = [name for name in data if name not in names]
    sentence = f"is not a field of this request. Fields are: {', '.join(names)}."
    return {shown_name(name): [sentence] for name in unknown[:UNKNOWN_SHOWN_MAX]}


def read_body(
    serializer: type[serializers.Serializer], body: Any, *, examples: Mapping[str, str]
) -> dict[str, Any]:
    """The values of a body. Raises ApiError (400) naming each wrong field with an example."""
    found = serializer(data=body)
    if not found.is_valid():
        raise bad_fields(
            {
                name: [_sentence(name, message, examples) for message in messages]
                for name, messages in found.errors.items()
            }
        )
    return found.validated_data


def shown_name(name: str) -> str:
    """A name that somebody sent, fit for an answer."""
    name = name.encode(errors="replace").decode().replace("\x00", "?")
    return name if len(name) <= NAME_SHOWN_MAX else f"{name[:NAME_SHOWN_MAX]}…"


def _sentence(name: str, message: Any, examples: Mapping[str, str]) -> str:
    code = getattr(message, "code", "")
    if code == "required":
        return f"is missing: an example is {examples.get(name, 'a text')}."
    if code == "blank":
        return f"is empty: an example is {examples.get(name, 'a text')}."
    if code == "null":
        return "must not be null: leave the field out instead."
    return str(message)
