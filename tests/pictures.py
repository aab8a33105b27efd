"""`python3 -m tests.pictures`: the admin's pictures in docs/pictures, taken from the running demo.

Needs Chromium (Debian: `apt-get install chromium`) and a demo that `python3 run.py` has started
and finished showing. Standard library only.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 1400
BYTES_MAX = 300_000
PAINT_MS = 4_000
TIMEOUT_S = 90
PAYOUTS = "/admin/disbursements/disbursementrequest/"
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
LINK = re.compile(rf'href="({PAYOUTS}[0-9a-f-]{{36}}/change/)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TRIED_AGAIN = re.compile(r"\b1 of 3\b")
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Demo:
    """The demo at `host`, as its own user sees it."""

    def __init__(self, host: str, login: dict[str, str]) -> None:
        self.host = host
        self.cookies: dict[str, str] = {}
        token = TOKEN.search(self.page("/admin/login/"))
        if token is None:
            sys.exit(f"{host} shows no login page: start the demo with `python3 run.py`")
        form = {**login, "csrfmiddlewaretoken": unescape(token[1]), "next": "/admin/"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.ask("POST", "/admin/login/", urlencode(form).encode(), headers)
        if "sessionid" not in self.cookies:
            sys.exit("The demo does not take the login that its data folder holds")

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """One request with our cookies; new ones are kept."""
        connection = HTTPConnection(self.host, timeout=TIMEOUT_S)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.getheaders(), answer.read()

    def page(self, path: str) -> str:
        """The text of a page."""
        return self.ask("GET", path)[2].decode()

    def tried_again(self) -> str:
        """The page of a payout that was paid at its second try."""
        rows = ROW.findall(self.page(f"{PAYOUTS}?status=completed"))
        found = [LINK.search(row) for row in rows if TRIED_AGAIN.search(row)]
        links = [link[1] for link in found if link]
        if not links:
            sys.exit("No payout of the demo was paid at its second try yet: wait for its table")
        return links[0]


@contextmanager
def logged_in(demo: Demo) -> Iterator[str]:
    """An address on this machine that shows the demo to a browser that cannot log in."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = demo.ask("GET", self.path)
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def take(browser: str, url: str, *, height: int, to: Path) -> None:
    """One picture, WIDTH wide, in light colours."""
    with tempfile.TemporaryDirectory(prefix="vault-pictures-") as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--force-device-scale-factor=1", f"--virtual-time-budget={PAINT_MS}",
            f"--window-size={WIDTH},{height}", f"--user-data-dir={profile}",
            f"--screenshot={to}", url,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)
    size = to.stat().st_size
    if size > BYTES_MAX:
        sys.exit(f"{to} has {size:,} bytes, more than {BYTES_MAX:,}")
    sys.stdout.write(f"{to.name}: {size:,} bytes\n")


def main() -> None:
    """Home, the list, and one payout with its timeline."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.pictures", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--login", type=Path, default=ROOT / ".vault/demo_login.json")
    parser.add_argument("--to", type=Path, default=ROOT / "docs/pictures")
    given = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("Chromium is not installed: `apt-get install chromium`")
    given.to.mkdir(exist_ok=True)
    demo = Demo(urlsplit(given.address).netloc, json.loads(given.login.read_text()))
    with logged_in(demo) as door:
        take(browser, f"{door}/admin/", height=1000, to=given.to / "home.png")
        take(browser, f"{door}{PAYOUTS}", height=1000, to=given.to / "payouts.png")
        take(browser, f"{door}{demo.tried_again()}", height=1500, to=given.to / "payout.png")


if __name__ == "__main__":
    main()
