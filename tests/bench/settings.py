"""The demo's settings on real time, without hints, with one more view to measure against."""

import os

os.environ["VAULT_TIME_SCALE"] = "1"

from config.settings.demo import *  # noqa: F403 - the variable above comes first

VAULT_HINTS = False
ROOT_URLCONF = "tests.bench.urls"
LOGGING["root"]["level"] = "WARNING"  # noqa: F405 - from the demo's settings
