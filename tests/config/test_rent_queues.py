"""The work queues of rent on the home page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from gateways.simulator import Simulator
from tests import money_in
from tests.rents.a_street import Street, a_street, in_order, text_of
from tests.staff import at_the_desk, superuser
from tests.wire import MovedClock, Wire
from vault.models import Partner

HOME = "admin:index"


@pytest.fixture
def street(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> Street:
    return a_street(wire, simulator, a_partner, moved)


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


class TestQueues:
    def test_money_that_is_nobodys(self, desk: Client, street: Street) -> None:
        street.nobodys(amount_minor=250_000)

        home = text_of(desk.get(reverse(HOME)))

        assert in_order(home, ["1 Unallocated money", "KES 2,500.00"])

    def test_collected_for_more_than_an_hour(self, desk: Client, street: Street) -> None:
        street.rent(street.juma)
        early = text_of(desk.get(reverse(HOME)))
        street.clock.forward(minutes=61)

        late = text_of(desk.get(reverse(HOME)))

        assert "0 Collected, not forwarded > 1 h" in early
        assert in_order(late, ["1 Collected, not forwarded > 1 h", "schedules", "KES 9,500.00"])

    def test_what_should_have_left_is_said(self, desk: Client, street: Street) -> None:
        street.rent()
        street.clock.forward(minutes=61)

        home = text_of(desk.get(reverse(HOME)))

        assert "1 of them should have left" in home

    def test_prompts_on_phones(self, desk: Client, street: Street) -> None:
        street.prompt()

        home = text_of(desk.get(reverse(HOME)))

        assert in_order(home, ["1 Prompt waiting", "KES 10,000.00"])

    @pytest.mark.parametrize(("hours", "is_behind"), [(23, False), (25, True), (37, True)])
    def test_pull_that_is_behind(
        self, hours: int, is_behind: bool, desk: Client, street: Street
    ) -> None:
        money_in.make_collection(
            street.sunset.shortcode, pull_registered_at=street.clock(),
            pulled_until=street.clock() - timedelta(hours=hours),
        )  # fmt: skip

        home = text_of(desk.get(reverse(HOME)))

        assert ("Pull behind" in home) is is_behind

    def test_they_stand_only_before_who_may_open_them(self, street: Street) -> None:
        street.nobodys()

        home = text_of(at_the_desk("vault.view_prompt").get(reverse(HOME)))

        assert "Prompt waiting" in home
        assert "Unallocated money" not in home
