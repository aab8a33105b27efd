"""`manage.py qcluster`: django-q2's worker, with the schedules of config/schedules.py."""

import os
from typing import Any

from django_q.management.commands.qcluster import Command as Worker

from config.schedules import ensure_schedules


class Command(Worker):
    help = "The worker: runs the jobs that the schedules and hints name."

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_schedules()
        if os.getpgid(0) != os.getpid():
            os.setpgid(0, 0)
        super().handle(*args, **options)
