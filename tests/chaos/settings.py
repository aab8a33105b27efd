"""Settings of the processes that the chaos tests start and kill: as in tests, another provider."""

import os

from config.settings.test import *  # noqa: F403 - everything else is as in tests

DARAJA_BASE_URL = os.environ["CHAOS_PROVIDER"]
STRIPE_API_BASE = os.environ["CHAOS_PROVIDER"]
