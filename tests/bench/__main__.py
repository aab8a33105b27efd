"""`python -m tests.bench NAME`: run one benchmark on a database of its own."""

import argparse
import os
import sys

NAMES = (
    "dispatch", "callbacks", "payouts", "seed", "desk", "export", "reconcile", "live", "watch",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument(
        "--count", type=int, help="how many payouts, callbacks, transfers; of pages, rounds"
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    if given.name == "reconcile":  # it carries the simulator in its own process
        os.environ["DARAJA_BASE_URL"] = "http://daraja.test"
        os.environ["VAULT_CALLBACK_SOURCES"] = "0.0.0.0/0,::/0"
    import django

    django.setup()
    from tests.bench import (
        callbacks,
        desk,
        dispatch,
        export,
        live,
        payouts,
        reconcile,
        seed,
        watch,
    )
    from tests.bench.surroundings import own_database, shown

    kept = {"seed": seed.run, "desk": desk.run, "export": export.run, "watch": watch.run}
    if benchmark := kept.get(given.name):  # on a database that is kept
        shown(benchmark(given.count), as_json=given.json)
        return 0
    fresh = {
        "dispatch": dispatch.run, "callbacks": callbacks.run, "payouts": payouts.run,
        "reconcile": reconcile.run, "live": live.run,
    }  # fmt: skip
    benchmark = fresh[given.name]
    with own_database():
        shown(benchmark(given.count), as_json=given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
