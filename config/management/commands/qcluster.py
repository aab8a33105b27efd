"""`manage.py qcluster`: django-q2's worker, with the schedules of config/schedules.py."""

import os
from typing import Any

from django.core.management.base import CommandError
from django.db import ProgrammingError
from django_q.management.commands.qcluster import Command as Worker

from config.schedules import ensure_schedules
from core.command import NOT_MIGRATED, is_not_migrated


class Command(Worker):
    help = "The worker: runs the jobs that the schedules and hints name."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ensure_schedules()
        except ProgrammingError as error:
            if not is_not_migrated(error):
                raise
            raise CommandError(NOT_MIGRATED) from error
        if os.getpgid(0) != os.getpid():
            os.setpgid(0, 0)
        super().handle(*args, **options)
