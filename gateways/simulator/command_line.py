"""The simulator's options and its life as a process; `manage.py simulate_providers` calls it."""

import json
import logging
import os
import secrets
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from gateways.simulator.credential import KeyPair
from gateways.simulator.faults import read_plan
from gateways.simulator.server import SimulatorServer
from gateways.simulator.simulator import Simulator
from gateways.simulator.wallets import FLOAT_DEFAULT

logger = logging.getLogger("gateways.simulator")

PORT_DEFAULT = 8100
DATA_DIRECTORY = "VAULT_DATA_DIR"
TIME_SCALE = "VAULT_TIME_SCALE"


class Out(Protocol):
    """Where the one line about the address goes."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def flush(self) -> object:
        """Make it visible at once."""


def add_arguments(parser: ArgumentParser) -> None:
    """The command's options."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=_port, default=PORT_DEFAULT, help="0 takes a free one")
    add("--seed", type=int, default=1, help="the same seed gives the same faults")
    add("--faults", type=_faults, default="none", metavar="PLAN", help="a name or key=rate,…")
    add("--open", action="store_true", help="accept any consumer key, even with registered ones")
    add("--float", type=_shillings, default=FLOAT_DEFAULT, metavar="SHILLINGS", dest="float")
    add("--delay", type=_seconds, default=1.0, metavar="S", help="normal delay of a result")
    add("--time-scale", type=_scale, default=None, metavar="N", help="divides its own delays")
    add("--state", type=Path, default=None, metavar="FILE", help="keep the book in this file")
    add("--certificate-out", type=Path, default=None, metavar="FILE")
    add("--certificate-only", action="store_true", help="write the certificate and end")
    add("--allow-duplicates", action="store_true", help="pay a repeated originator id again")
    add("--plain-shapes", action="store_true", help="no variants in the form of results")
    add("--json", action="store_true", help="one JSON line with the address on standard output")


def run(options: Mapping[str, Any], *, out: Out, stopping: Event | None = None) -> int:
    """Serve until SIGTERM, Ctrl-C or `stopping`; returns the exit code.

    Raises ValueError for a setting that is wrong and OSError for a port that is taken.
    """
    certificate = options["certificate_out"] or default_certificate()
    key_pair = KeyPair.load_or_create(certificate)
    if options["certificate_only"]:
        _say(out, options, {"certificate": str(certificate)}, f"Certificate: {certificate}")
        return 0
    stopping = stopping or _stop_on_signals()
    simulator = _simulator(options, key_pair)
    with SimulatorServer(simulator, host=options["host"], port=options["port"]) as server:
        facts = {
            "address": server.address,
            "port": server.port,
            "certificate": str(certificate),
            "pid": os.getpid(),
        }
        _say(out, options, facts, f"The simulated provider answers at {server.address}")
        logger.info("certificate: %s", certificate)
        stopping.wait()
    logger.info("stopped; %d moves, %d shillings", len(simulator.book.moves), simulator.book.total)
    return 0


def default_certificate() -> Path:
    """Where the certificate is kept unless told otherwise."""
    return Path(os.environ.get(DATA_DIRECTORY) or ".vault") / "simulator" / "certificate.cer"


def main(arguments: list[str] | None = None) -> int:
    """`python -m gateways.simulator`: the same command without Django."""
    parser = ArgumentParser(prog="simulate_providers")
    add_arguments(parser)
    options = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)s %(message)s")
    try:
        return run(options, out=sys.stdout)
    except (OSError, ValueError) as problem:
        parser.exit(1, f"{problem}\n")


def _simulator(options: Mapping[str, Any], key_pair: KeyPair) -> Simulator:
    return Simulator(
        seed=options["seed"],
        epoch=secrets.token_hex(8),
        faults=options["faults"],
        everyone=options["open"],
        float_shillings=options["float"],
        delay_s=options["delay"],
        time_scale=options["time_scale"] or _scale(os.environ.get(TIME_SCALE) or "1"),
        refuse_duplicates=not options["allow_duplicates"],
        varied_shapes=not options["plain_shapes"],
        key_pair=key_pair,
        state_path=options["state"],
    )


def _say(out: Out, options: Mapping[str, Any], facts: dict[str, Any], sentence: str) -> None:
    out.write((json.dumps(facts) if options["json"] else sentence) + "\n")
    out.flush()


def _stop_on_signals() -> Event:
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _number(what: str, kind: Callable[[str], Any], fits: Callable[[Any], bool]) -> Any:
    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not fits(value):
            raise ArgumentTypeError(f"{text!r} is not {what}")
        return value

    return read


_port = _number("a port from 0 to 65535, for example 8100", int, lambda n: 0 <= n <= 65_535)
_shillings = _number("whole shillings, for example 5000000", int, lambda n: 0 <= n <= 10**12)
_seconds = _number("seconds from 0 to 3600, for example 0.5", float, lambda n: 0 <= n <= 3600)
_scale = _number("a time scale above 0, for example 60", float, lambda n: 0 < n <= 100_000)


def _faults(text: str) -> str:
    try:
        read_plan(text)
    except ValueError as problem:
        raise ArgumentTypeError(str(problem)) from None
    return text
