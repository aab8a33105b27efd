"""Settings of the processes that the chaos tests start and kill: as in tests, another provider."""

import os
from ipaddress import ip_network

from config.settings.test import *  # noqa: F403 - everything else is as in tests

DARAJA_BASE_URL = os.environ["CHAOS_PROVIDER"]
STRIPE_API_BASE = os.environ["CHAOS_PROVIDER"]
VAULT_MIFOS_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
