"""Take in a file of payees: everything is checked first, then all of it is added, or nothing."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from core.locks import NotHad, wait_for_transaction_lock
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct_many
from disbursements.operations.rejected_rows import RejectedRows, bad_row
from disbursements.operations.which_shortcode import shortcode_for
from disbursements.rules import intake
from disbursements.rules.intake import Instruction
from disbursements.rules.payee_file import BadFile, BadRow, PayeeRow, read_rows
from disbursements.rules.repeated_references import SeenReferences

ORIGIN = "file"
CHUNK_ROWS = 1_000
FILE_ROWS_MAX = 2_000_000
FILE_BYTES_MAX = 512 * 1024 * 1024
COPY_BYTES = 1024 * 1024
WAIT_S_MAX = 60
CHECKING = "Checking"
ADDING = "Adding"
Progress = Callable[[str, int, int], None]
Chunk = list[tuple[int, Instruction]]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of the file. `problems` are the first of them; `rejected` counts every row.

    `added`, `replayed` and `total_minor` (of what is added) tell what would be when `dry_run`,
    and are 0 when rows were rejected and therefore nothing was done.
    """

    rows: int
    added: int
    replayed: int
    rejected: int
    problems: list[BadRow] = field(default_factory=list)
    total_minor: int
    rejected_file: Path | None = None
    file_digest: str
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What both passes need. `file` is our own copy: nobody changes it between them."""

    file: IO[bytes]
    bytes_total: int
    digest: str
    partner_id: UUID
    shortcode_number: str | None
    actor: str
    at: datetime
    progress: Progress
    # Lines whose reference stands again further down: nobody can know which one is meant.
    repeated: dict[int, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Counted:
    rows: int = 0
    added: int = 0
    replayed: int = 0
    total_minor: int = 0


def import_file(
    *,
    source: Path | BinaryIO,
    partner_id: UUID,
    actor: str,
    at: datetime,
    shortcode_number: str | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    rejected_path: Path | None = None,
) -> ImportReport:
    """Instruct a payout for each row; the same file or reference again adds nothing.

    With `skip_bad`, good rows are added and the others written to `rejected_path`; rows that share
    a reference are rejected all, because nobody can know which one is meant. `progress`
    is told a word, bytes done and bytes in all. Raises BadFile, NoShortcode, Refused.
    """
    shortcode_for(partner_id=partner_id, number=shortcode_number)
    with ExitStack() as stack:
        copy = stack.enter_context(tempfile.TemporaryFile())
        digest, bytes_total = _copy(source, copy)
        job = _Job(
            file=copy, bytes_total=bytes_total, digest=digest, partner_id=partner_id,
            shortcode_number=shortcode_number, actor=actor, at=at,
            progress=progress or _no_progress,
        )  # fmt: skip
        rejects = stack.enter_context(RejectedRows())
        counted = _check_all(job, rejects)
        if dry_run:
            return _report(job, counted, rejects, dry_run=True)
        if rejects.rows and not skip_bad:
            return _report(job, _Counted(rows=counted.rows), rejects)
        if skip_bad:
            kept = stack.enter_context(RejectedRows(path=rejected_path))
            return _report(job, _add_all(job, kept, each_chunk=True), kept)
        return _all_or_nothing(job, stack.enter_context(RejectedRows()))


def _all_or_nothing(job: _Job, rejects: RejectedRows) -> ImportReport:
    with transaction.atomic():
        counted = _add_all(job, rejects, each_chunk=False)
        if rejects.rows:
            # somebody used a reference since the first pass: everything is taken back
            transaction.set_rollback(True)
            counted = _Counted(rows=counted.rows)
    return _report(job, counted, rejects)


def _report(
    job: _Job, counted: _Counted, rejects: RejectedRows, *, dry_run: bool = False
) -> ImportReport:
    return ImportReport(
        rows=counted.rows,
        added=counted.added,
        replayed=counted.replayed,
        rejected=rejects.rows,
        problems=rejects.first,
        total_minor=counted.total_minor,
        rejected_file=rejects.close(),
        file_digest=job.digest,
        dry_run=dry_run,
    )


def _check_all(job: _Job, rejects: RejectedRows) -> _Counted:
    """The first pass: reads the tables, writes nothing."""
    counted = _Counted()
    for chunk in _chunks(job, rejects, counted, word=CHECKING):
        checked = {}
        for line, instruction in chunk:
            good, problems = intake.check(
                instruction, retries_limit=settings.VAULT_MAX_RETRIES_LIMIT
            )
            if good is None:
                rejects.add(
                    [bad_row(line, each.field, each.value, each.message) for each in problems]
                )
            else:
                checked[good.client_reference] = (line, good)
        _compare(job, checked, rejects, counted)
    if not counted.rows:
        raise Refused("names no payees: put one on each line below the first", field="file")
    return counted


def _compare(
    job: _Job,
    checked: dict[str, tuple[int, intake.Checked]],
    rejects: RejectedRows,
    counted: _Counted,
) -> None:
    """Count what is new and what was instructed before; another body is a reject."""
    earlier = dict(
        DisbursementRequest.objects.filter(
            partner_id=job.partner_id, client_reference__in=list(checked)
        ).values_list("client_reference", "request_digest")
    )
    for reference, (line, good) in checked.items():
        if reference not in earlier:
            counted.added += 1
            counted.total_minor += good.amount_minor
        elif bytes(earlier[reference]) == good.digest(shortcode_number=job.shortcode_number):
            counted.replayed += 1
        else:
            message = "was used before for another payout"
            rejects.add([bad_row(line, "client_reference", reference, message)])


def _add_all(job: _Job, rejects: RejectedRows, *, each_chunk: bool) -> _Counted:
    """The second pass: add what is good; `each_chunk` commits one by one."""
    counted = _Counted()
    for chunk in _chunks(job, rejects, counted, word=ADDING):
        with transaction.atomic(savepoint=each_chunk):
            _wait_for_others(job)
            done = instruct_many(
                partner_id=job.partner_id, instructions=chunk, origin=ORIGIN,
                origin_id=job.digest, shortcode_number=job.shortcode_number,
                actor=job.actor, at=job.at,
            )  # fmt: skip
        counted.added += done.added
        counted.replayed += done.replayed
        by_line: dict[int, list[BadRow]] = {}
        for each in done.problems:
            bad = bad_row(each.line, each.field, each.value, each.message)
            by_line.setdefault(each.line, []).append(bad)
        for problems in by_line.values():
            rejects.add(problems)
    if counted.added:
        counted.total_minor = _added_minor(job)
    return counted


def _wait_for_others(job: _Job) -> None:
    """One file of a partner at a time: two in opposite order would wait for each other."""
    try:
        wait_for_transaction_lock(f"import:{job.partner_id}", wait_s=WAIT_S_MAX)
    except NotHad:
        raise Refused(
            "another file of this partner is being added just now: give the same file again in "
            "a few minutes, nothing is added twice",
            field="file",
        ) from None


def _added_minor(job: _Job) -> int:
    added = DisbursementRequest.objects.filter(
        origin_id=job.digest, partner_id=job.partner_id, origin=ORIGIN, created_at=job.at
    )
    return int(added.aggregate(total=Sum("amount_minor"))["total"] or 0)


def _chunks(job: _Job, rejects: RejectedRows, counted: _Counted, *, word: str) -> Iterator[Chunk]:
    """Rows that can be read and whose reference is new in the file; the rest is rejected."""
    job.file.seek(0)
    seen = SeenReferences()
    chunk: Chunk = []
    for row in read_rows(job.file):
        counted.rows += 1
        if counted.rows > FILE_ROWS_MAX:
            raise BadFile(f"it has more than {FILE_ROWS_MAX:,} rows: split it")
        if isinstance(row, BadRow):
            rejects.add([row])
        elif first := row.reference and seen.first_line(row.reference, line=row.line):
            job.repeated.setdefault(first, row.line)
            message = f"stands in line {first} already"
            rejects.add([bad_row(row.line, "client_reference", row.reference, message)])
        elif row.line in job.repeated:
            message = f"stands in line {job.repeated[row.line]} too"
            rejects.add([bad_row(row.line, "client_reference", row.reference, message)])
        else:
            chunk.append((row.line, _instruction(row)))
        if len(chunk) == CHUNK_ROWS:
            yield chunk
            chunk = []
            job.progress(word, job.file.tell(), job.bytes_total)
    yield chunk
    job.progress(word, job.bytes_total, job.bytes_total)


def _instruction(row: PayeeRow) -> Instruction:
    return Instruction(
        client_reference=row.reference,
        msisdn=row.msisdn,
        amount=row.amount,
        payee_name=row.name,
        remarks=row.remarks,
    )


def _copy(source: Path | BinaryIO, copy: IO[bytes]) -> tuple[str, int]:
    """Our own copy of the file: its SHA-256 and its bytes. Raises Refused, BadFile."""
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return _copy(file, copy)
        except OSError as error:
            raise Refused(f"{source} cannot be read: {error.strerror}", field="file") from error
    digest = hashlib.sha256()
    size = 0
    while block := source.read(COPY_BYTES):
        size += len(block)
        if size > FILE_BYTES_MAX:
            raise BadFile(f"it has more than {FILE_BYTES_MAX:,} bytes: split it")
        digest.update(block)
        copy.write(block)
    return digest.hexdigest(), size


def _no_progress(word: str, done: int, total: int) -> None:
    """Nobody watches."""
