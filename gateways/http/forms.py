"""Form-encoded bodies: what we post, and strict reading of what is posted to us."""

from urllib.parse import parse_qsl

FIELDS_MAX = 50
VALUE_CHARACTERS_MAX = 1_000


class NotForm(ValueError):
    """The bytes are not a form that two readers would understand alike; the message says why."""


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form: UTF-8, no key twice, bounded. Raises NotForm."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=FIELDS_MAX,
        )  # fmt: skip
    except ValueError as error:
        raise NotForm(f"the body is not a form: {error}"[:200]) from None
    fields = dict(pairs)
    if not fields:
        raise NotForm("the body is empty")
    if len(fields) != len(pairs):
        raise NotForm("a field of the form occurs twice")
    return {name: value.replace("\0", "")[:VALUE_CHARACTERS_MAX] for name, value in fields.items()}
