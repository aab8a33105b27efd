"""The demo's watchtower: each kind of difference is found, shown and told once, and cured."""

import pytest
import requests

from config.books import breaks
from config.demo import names, rent_street, watched
from config.demo.eye import EventsEye
from config.demo.provider import simulator as at_provider
from config.demo.watched import Scene, WatchFigures, Watching
from config.schedules import SWEEPS
from gateways.http import connections
from reconciliation.models import Finding, FindingKind
from tests.wire import Wire
from vault.models import Payment

WORKING = ("send", "deliver", "ask", "prompts", "reconcile", "alerts")


@pytest.fixture
def wire(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The demo asks the simulator as programs outside do."""
    monkeypatch.setattr(requests, "request", connections.session().request)
    return wire


def work(wire: Wire) -> None:
    """What the worker does, while time passes."""
    wire.clock.forward(minutes=2)
    wire.deliver()
    for name in WORKING:
        SWEEPS[name].run()


class TestTheScenes:
    def test_every_kind_is_found_told_once_and_cured(self, wire: Wire) -> None:
        rent_street.set_up(at=wire.clock())
        at_provider("POST", "pay", json={
            "shortcode": rent_street.NUMBER, "msisdn": "254700020001", "amount": 12_000,
            "account": "SUN01",
        })  # fmt: skip
        work(wire)
        at_provider("POST", "pay", json={
            "shortcode": rent_street.NUMBER, "msisdn": "254700098501", "amount": 9_000,
            "account": "SUN01",
        })  # fmt: skip
        wire.clock.forward(minutes=40)
        SWEEPS["pull"].run()
        SWEEPS["reconcile"].run()
        assert Payment.objects.latest("received_at").pulled_at is not None

        watching = Watching(eye=EventsEye(), work=lambda: work(wire), help_after_s=0)
        found = watching.figures()

        assert [each for each in found.scenes if not each.is_good] == []
        kinds = {each.kind for each in found.scenes}
        assert kinds == set(FindingKind.values) - {FindingKind.NOT_CHECKED}
        assert not Finding.objects.filter(status="open").exists()
        assert list(breaks()) == []

    def test_those_whom_the_demo_pays_are_registered_by_their_names(self, wire: Wire) -> None:
        names.register()

        known = wire.simulator.world.book.names
        assert known["254700185200"] == "Wafula Mfano"
        assert known["600701"] == "Amina Example"
        assert len(known) > 550


def scene(**changed: object) -> Scene:
    values = {"kind": "late", "text": "", "shown_s": 0.5, "shown": 1, "alerts": 1, "cured_s": 2.0}
    return Scene(**values | changed)  # type: ignore[arg-type]


class TestFigures:
    def test_the_median_is_that_of_what_was_shown(self) -> None:
        scenes = (scene(shown_s=0.2), scene(shown_s=0.4), scene(shown_s=9.0), scene(shown_s=None))

        assert WatchFigures(scenes=scenes, by_socket=True).median_s == 0.4

    @pytest.mark.parametrize(
        "changed", [{"shown": 0}, {"shown": 2}, {"alerts": 0}, {"alerts": 100}, {"cured_s": None}]
    )
    def test_one_that_is_not_as_it_should_be_is_told(self, changed: dict[str, object]) -> None:
        good = WatchFigures(scenes=(scene(),), by_socket=True)
        bad = WatchFigures(scenes=(scene(), scene(**changed)), by_socket=True)

        assert (good.books_agree, bad.books_agree) == (True, False)


class TestTheShortcode:
    def test_a_second_time_adds_nothing(self, wire: Wire) -> None:
        first = watched.set_up(at=wire.clock())

        assert watched.set_up(at=wire.clock()).pk == first.pk
