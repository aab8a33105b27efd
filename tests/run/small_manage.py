"""Stands in for manage.py where run.py itself is tested: each command in a few lines."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(os.environ["VAULT_DATA_DIR"])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def listen() -> None:
    port = int(sys.argv[sys.argv.index("--port") + 1])
    ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()


def work() -> None:
    child = subprocess.Popen(["sleep", "600"])
    say("the worker's last words")
    written = FOLDER / "worker_child.new"
    written.write_text(str(child.pid))
    written.replace(FOLDER / "worker_child")
    child.wait()


def prepare() -> None:
    login = {"username": "demo", "password": "open"}
    (FOLDER / "demo_login.json").write_text(json.dumps(login))


def show() -> None:
    names = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    seen = {name: os.environ.get(name) for name in names}
    say(json.dumps({"arguments": sys.argv[1:], **seen}))
    sys.exit(7)


def main(verb: str) -> None:
    if os.environ.get("SMALL_MANAGE_FAILS") == verb:
        say(f"{verb} was told to fail")
        sys.exit(3)
    if verb == "demo":
        say("the table of the demo")
        return
    commands = {"serve": listen, "qcluster": work}
    commands.get(verb, prepare if verb == "prepare" else show)()


if __name__ == "__main__":
    main(sys.argv[1])
