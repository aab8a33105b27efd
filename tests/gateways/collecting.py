"""What the tests of collecting share: addresses, a gateway without a network, an error."""

import json
from datetime import UTC, datetime

BASE = "http://daraja.test"
TOKEN_URL = f"{BASE}/oauth/v1/generate?grant_type=client_credentials"
PUSH_URL = f"{BASE}/mpesa/stkpush/v1/processrequest"
QUERY_URL = f"{BASE}/mpesa/stkpushquery/v1/query"
REGISTER_URL = f"{BASE}/mpesa/c2b/v2/registerurl"
PULL_REGISTER_URL = f"{BASE}/pulltransactions/v1/register"
PULL_URL = f"{BASE}/pulltransactions/v1/query"
AT = datetime(2026, 11, 21, 21, 30, 5, tzinfo=UTC)


def sent(daraja, url):
    """The last body that was posted to an address."""
    return json.loads([call for call in daraja.calls if call.request.url == url][-1].request.body)


def gateway_error(daraja, url, status, code, text):
    """Let an address answer with the gateway's error body."""
    body = {"requestId": "11728-2929992-1", "errorCode": code, "errorMessage": text}
    daraja.post(url, json=body, status=status)
