"""BulkCommand: what the commands share that do one verb to many payouts."""

import sys
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import BadUsage, VaultCommand
from disbursements.management.filters import add_filters, selection_of
from disbursements.management.named import payout_id
from disbursements.management.reasons import add_reason
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import bulk
from disbursements.states import BulkRunStatus


class BulkCommand(VaultCommand):
    """One verb over named ids or over everything that matches; each is done once or told why not.

    `implied` are the filters that --all has when they are not given.
    """

    of_one_partner = True
    verb: BulkVerb
    done_word = "done"
    implied: Mapping[str, str] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        """Which payouts, why, and how."""
        parser.add_argument(
            "--id", metavar="ID", action="append", help="our id or a reference; may be repeated"
        )
        parser.add_argument("--all", action="store_true", help="everything that matches")
        add_filters(parser)
        self.add_options(parser)
        add_reason(parser, required=False)
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")
        parser.add_argument(
            "--background", action="store_true", help="leave the work to the workers"
        )

    def add_options(self, parser: CommandParser) -> None:
        """Options of this verb alone."""

    def verb_of(self, options: dict[str, Any]) -> BulkVerb:
        """Which verb was asked for."""
        return self.verb

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the verb needs to know beside the payouts."""
        return {}

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or freeze the ids and work them off."""
        common = {
            "verb": self.verb_of(options), "options": self.options_of(options),
            "caller": self.caller, "at": clock.database_now(), **self._chosen(options),
        }  # fmt: skip
        if options["dry_run"]:
            self._tell_what_would_be(bulk.preview(**common))
            return
        reason = options["reason"] or self.usual_reason(options)
        if not reason:
            raise BadUsage("Say why with --reason, such as --reason 'paid by bank instead'")
        run = bulk.start(reason=reason, **common)
        if not options["background"]:
            self._work(run)
        self._tell(run)

    def usual_reason(self, options: dict[str, Any]) -> str:
        """What is kept in the trail when no --reason is given; empty: one must be given."""
        return ""

    def _chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        selection = selection_of(options)
        if bool(options["id"]) == options["all"]:
            raise BadUsage("Name payouts with --id ID, or say --all, with filters or without")
        if options["id"]:
            if selection:
                raise BadUsage(f"--id names the payouts already: leave --{next(iter(selection))}")
            return {"ids": [payout_id(text, caller=self.caller) for text in options["id"]]}
        return {"selection": {**self.implied_by(options), **selection}}

    def implied_by(self, options: dict[str, Any]) -> Mapping[str, str]:
        """The filters that --all has when they are not given."""
        return self.implied

    def _work(self, run: BulkRun) -> None:
        try:
            while run.status == BulkRunStatus.RUNNING and bulk.work(run_id=run.pk, batches_max=1):
                run.refresh_from_db()
                if sys.stderr.isatty():
                    settled = run.done + run.skipped
                    self.stderr.write(f"\r{settled:,} of {run.total:,}", ending="")
        except KeyboardInterrupt:
            self.stderr.write("\nThe rest goes on in the background; stop_bulk_run ends it.")
        run.refresh_from_db()

    def _tell(self, run: BulkRun) -> None:
        skips = bulk.skips(run)
        waiting = run.total - run.done - run.skipped
        lines = [f"{run.done:,} {self.done_word}, {run.skipped:,} skipped"]
        lines += [f"{count:,} skipped: {reason}" for reason, count in skips.items()]
        if waiting:
            lines.append(f"{waiting:,} wait for a worker: bulk run {run.pk} ({run.status})")
        self.answer(
            {
                "bulkRun": str(run.pk), "status": run.status, "total": run.total,
                "done": run.done, "skipped": skips, "waiting": waiting, "dryRun": False,
            },
            "\n".join(lines),
        )  # fmt: skip

    def _tell_what_would_be(self, seen: bulk.Preview) -> None:
        totals = " + ".join(money.shown(each, name) for name, each in seen.totals.items())
        lines = [f"{seen.count:,} payouts, {totals or 'nothing'}, would be {self.done_word}"]
        lines += [f"{count:,} would be skipped: {why}" for why, count in seen.skipped.items()]
        self.answer(
            {
                "count": seen.count, "skipped": seen.skipped, "dryRun": True,
                "totals": {name: money.plain(each, name) for name, each in seen.totals.items()},
            },
            "\n".join(lines),
        )  # fmt: skip
