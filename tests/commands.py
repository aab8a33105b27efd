"""Commands as an operator runs them: what they print, what they refuse."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def said(*arguments: str) -> str:
    """What it prints."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def answer_of(*arguments: str) -> dict[str, Any]:
    """What it prints with --json."""
    return json.loads(said(*arguments, "--json"))


def refusal_of(*arguments: str) -> CommandError:
    """The error that it ends with."""
    with pytest.raises(CommandError) as refused:
        said(*arguments)
    return refused.value
