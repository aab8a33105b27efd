"""Filters that nothing can be found by are refused with a sentence, and break nothing."""

import pytest
from django.test import Client

from disbursements.queries import selection
from tests.people import a_person, token_of
from tests.wire import MovedClock

OUT_OF_ALL_TIME = ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
PERMISSIONS = [
    f"disbursements.{verb}_disbursementrequest" for verb in ("view", "export")
]  # fmt: skip


@pytest.mark.parametrize("name", ["from", "to", "paid_from", "paid_to", "unchanged_since"])
@pytest.mark.parametrize("text", OUT_OF_ALL_TIME)
def test_a_moment_out_of_all_time(name: str, text: str) -> None:
    with pytest.raises(selection.BadSelection, match="write a day or a moment"):
        selection.condition(name, text)


@pytest.mark.parametrize("text", ["\ud800", "a\x00"])
def test_what_postgresql_cannot_be_asked_for(text: str) -> None:
    with pytest.raises(selection.BadSelection, match="characters that nothing stored has"):
        selection.condition("cause", text)


@pytest.mark.parametrize("path", ["retry", "export", "retry/statistics"])
@pytest.mark.parametrize("text", OUT_OF_ALL_TIME)
def test_the_api_names_the_field(engine_db: None, moved: MovedClock, path: str, text: str) -> None:
    person = a_person(*PERMISSIONS)
    client = Client(headers={"Authorization": f"Bearer {token_of(person, at=moved())}"})

    answer = client.get(f"/api/disburse/{path}", {"to": text})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["to"])
