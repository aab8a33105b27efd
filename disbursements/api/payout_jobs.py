"""Settlements taken in, and payout jobs with their transfers as they stand."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from disbursements.api import pages, payout_query, payout_reads
from disbursements.api import payout_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.payout_answers import (
    JobAnswer,
    JobsAnswer,
    JobSerializer,
    ScheduledAnswer,
    TransferAnswer,
    TransferDetailSerializer,
    TransfersAnswer,
    TransferSerializer,
)
from disbursements.api.payout_query import OF_JOBS, OF_TRANSFERS, line_cursor, parameters
from disbursements.api.payout_settlement import (
    NAMES,
    ContestSettlementSerializer,
    problems_in,
    read_settlement,
)
from disbursements.api.views import REFUSALS, REPLAYED, context_of, partner_to_pay_for
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.operations.schedule_payout import (
    BadSettlement,
    ConflictingSettlement,
    Scheduled,
    schedule_payout_for_settlement,
)
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.queries import payout_jobs
from disbursements.queries.filter_table import SEARCH
from vault.api.authentication import caller_from
from vault.api.errors import ApiError, bad_fields

SCHEDULE = "disbursements.schedule_payoutjob"
VIEW_JOBS = "disbursements.view_payoutjob"
VIEW_TRANSFERS = "disbursements.view_payouttransfer"
JOB_ID = OpenApiParameter("job_id", UUID, OpenApiParameter.PATH)
TRANSFER_ID = OpenApiParameter("transfer_id", UUID, OpenApiParameter.PATH)


class SettlementsInView(APIView):
    """Settlements to be paid out."""

    permissions = {"POST": SCHEDULE}

    @extend_schema(
        operation_id="schedule_payouts",
        summary="Hand in a contest's settlement: each winner is paid once",
        description=examples.SCHEDULE,
        request=ContestSettlementSerializer,
        responses={
            201: ScheduledAnswer, **dict.fromkeys((400, 409, 413), ErrorAnswer), **REFUSALS
        },
        examples=[
            OpenApiExample("Two winners", value=examples.SETTLEMENT, request_only=True),
            OpenApiExample(
                "Taken in", value=examples.SCHEDULED, response_only=True, status_codes=["201"]
            ),
            OpenApiExample(
                "Bad amount", value=examples.BAD_AMOUNT, response_only=True, status_codes=["400"]
            ),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """201 with the job; the same again answers the same, with a header that says so."""
        asked, caller = read_settlement(request.data), caller_from(request)
        try:
            done = schedule_payout_for_settlement(
                partner_id=partner_to_pay_for(caller, asked.partner_id),
                settlement=asked.settlement,
                shortcode_number=asked.shortcode_number,
                origin="api",
                actor=caller.actor,
                at=clock.database_now(),
            )
        except BadSettlement as error:
            raise bad_fields(problems_in(error.problems)) from None
        except NoShortcode as error:
            raise bad_fields({"shortcode": [f"{error}."]}) from None
        except ConflictingSettlement as error:
            raise _conflict(error) from None
        return _scheduled(request, done)


class JobsView(APIView):
    """Payout jobs."""

    permissions = {"GET": VIEW_JOBS}

    @extend_schema(
        operation_id="list_payout_jobs",
        summary="List payout jobs, newest first",
        description=examples.FIGURES,
        parameters=parameters([*OF_JOBS, SEARCH]),
        responses={200: JobsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One job", value=examples.JOBS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        page, caller = payout_query.read_jobs(request.query_params), caller_from(request)
        rows, cursor = payout_reads.jobs_page(caller=caller, page=page)
        return Response(
            {
                "success": True,
                "jobs": as_they_stand(request, rows),
                "nextCursor": cursor,
            }
        )


class JobView(APIView):
    """One payout job."""

    permissions = {"GET": VIEW_JOBS}

    @extend_schema(
        operation_id="get_payout_job",
        summary="One payout job with its counts and amounts",
        parameters=[JOB_ID],
        responses={200: JobAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Half done", value=examples.JOB, response_only=True)],
    )
    def get(self, request: Request, job_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        job = pages.one(payout_reads.jobs(caller_from(request)), job_id)
        return Response({"success": True, "job": as_they_stand(request, [job])[0]})


class JobTransfersView(APIView):
    """The transfers of a job."""

    permissions = {"GET": VIEW_TRANSFERS}

    @extend_schema(
        operation_id="list_payout_transfers",
        summary="The winners of a job, in the order of the settlement",
        parameters=[JOB_ID, *parameters([*OF_TRANSFERS, SEARCH])],
        responses={200: TransfersAnswer, **dict.fromkeys((400, 404), ErrorAnswer), **REFUSALS},
        examples=[OpenApiExample("One waits", value=examples.TRANSFERS, response_only=True)],
    )
    def get(self, request: Request, job_id: str) -> Response:
        """One page; `nextCursor` is null on the last."""
        page, caller = payout_query.read_transfers(request.query_params), caller_from(request)
        job = pages.one(payout_reads.jobs(caller), job_id)
        rows, last_line = payout_reads.transfers_page(job=job, page=page)
        context = _context(request, rows)
        return Response(
            {
                "success": True,
                "transfers": TransferSerializer(rows, many=True, context=context).data,
                "nextCursor": line_cursor(last_line) if last_line else None,
            }
        )


class TransferView(APIView):
    """One winner."""

    permissions = {"GET": VIEW_TRANSFERS}

    @extend_schema(
        operation_id="get_payout_transfer",
        summary="One winner with every attempt and booking",
        parameters=[TRANSFER_ID],
        responses={200: TransferAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Paid", value=examples.TRANSFER, response_only=True)],
    )
    def get(self, request: Request, transfer_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        row = pages.one(payout_reads.transfers(caller_from(request)), transfer_id)
        context = _context(request, [row])
        context["ledger"] = payout_reads.booked(row, context["beside"].attempts[row.pk])
        answer = TransferDetailSerializer(row, context=context)
        return Response({"success": True, "transfer": answer.data})


def described(
    request: Request, rows: Sequence[PayoutJob], figures: Mapping[UUID, payout_jobs.JobFigures]
) -> list[dict[str, Any]]:
    """Each job as it is answered."""
    context = {
        **context_of(request), "figures": figures,
        "meanings": payout_reads.meanings(figures.values()),
    }  # fmt: skip
    return list(JobSerializer(rows, many=True, context=context).data)


def as_they_stand(request: Request, rows: Sequence[PayoutJob]) -> list[dict[str, Any]]:
    """The same with their figures of now; as many queries for one and many."""
    return described(request, rows, payout_jobs.figures([job.pk for job in rows]))


def _context(request: Request, rows: Sequence[PayoutTransfer]) -> dict[str, Any]:
    return {
        **context_of(request),
        "beside": payout_reads.beside(rows),
        "whys": payout_jobs.whys(rows),
    }


def _conflict(error: ConflictingSettlement) -> ApiError:
    """409; each winner who is in another settlement is named with the line."""
    name = NAMES.get(error.field, error.field)
    fields = problems_in(error.problems) or {name: [f"{error.message}."]}
    return ApiError(
        status=HTTPStatus.CONFLICT, code="conflict", sentence=f"{name}: {error.message}.",
        fields=fields,
    )  # fmt: skip


def _scheduled(request: Request, done: Scheduled) -> Response:
    """The job as it was taken in, also to a replay: how it goes on is told by its id."""
    job = payout_reads.as_scheduled(done.job)
    [said] = described(request, [job], {job.pk: payout_reads.all_pending(job)})
    return Response(
        {
            "success": True,
            "message": f"The settlement was taken in; {job.winners_count:,} winners are paid "
            "once each.",
            "job": said,
        },
        status=HTTPStatus.CREATED,
        headers={REPLAYED: "true"} if done.replayed else None,
    )
