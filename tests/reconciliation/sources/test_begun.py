"""What begins is checked as begun: the trail leads to it."""

from reconciliation.models import CheckRequest
from reconciliation.operations.read_trail import read_trail
from tests.vault.prompts.conftest import House


class TestPrompts:
    def test_what_is_sent_to_a_phone_is_checked_as_begun(self, house: House) -> None:
        read_trail(at=house.clock())
        prompt = house.collect("98201")

        read_trail(at=house.clock())

        asked = CheckRequest.objects.get(subject_kind="prompt")
        assert (asked.subject_id, asked.trigger) == (str(prompt.pk), "initiation")
