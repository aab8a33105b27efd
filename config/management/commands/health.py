"""`manage.py health`: is everything running? For people, and for a monitor that calls it."""

from typing import Any

from config import health_figures, watch
from core import clock
from core.command import VaultCommand
from core.models import Alert


class Command(VaultCommand):
    permission = "gateways.view_call"
    help = "Jobs, workers, queue, callbacks, providers, float. Exit code 1 when something is red."

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        readings = health_figures.readings(at=at)
        watch.tell(readings, at=at)
        bad = [reading.name for reading in readings if reading.is_bad]
        values = {
            "healthy": not bad,
            "at": at.isoformat(),
            "openAlerts": Alert.objects.filter(closed_at=None).count(),
            "readings": [
                {"group": reading.group, "name": reading.name, "tone": reading.tone,
                 "value": reading.value, "text": reading.text,
                 "at": reading.at.isoformat() if reading.at else None}
                for reading in readings
            ],
        }  # fmt: skip
        lines = [
            f"{reading.word:<13} {reading.name}: {reading.value}. {reading.text}".rstrip()
            for reading in readings
        ]
        self.answer(values, "\n".join(lines))
        if bad:
            self.as_json = False
            raise self.failure(f"Red: {', '.join(bad)}")
