"""POST /api/payouts/jobs/{id}/retry and /cancel: a verb about the transfers of one job."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.refusals import Refused
from disbursements.api import pages, payout_reads, verbs
from disbursements.api import payout_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.bulk_answers import DoneAnswer
from disbursements.api.payout_fields import EXAMPLES, CancelJobSerializer, RetryJobSerializer
from disbursements.api.payout_jobs import JOB_ID
from disbursements.api.views import REFUSALS
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import bulk, job_verbs
from vault.api.authentication import caller_from, demand
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields

IDS = "transfer_ids"
ANSWERS = {
    **dict.fromkeys((200, 202), DoneAnswer), **dict.fromkeys((400, 404, 409), ErrorAnswer),
    **REFUSALS,
}  # fmt: skip


class _VerbView(APIView):
    """One verb about one job."""

    body: type[serializers.Serializer]

    def act(self, request: Request, job_id: str) -> Response:
        """What was done and why not the rest; 404 for a job that is not the caller's."""
        caller = caller_from(request)
        job = pages.one(payout_reads.jobs(caller), job_id)
        values = read_body(type(self).body, request.data, examples=EXAMPLES)
        common: dict[str, Any] = {
            "job_id": job.pk, "reason": values["reason"], "caller": caller,
            "at": clock.database_now(), "transfer_ids": values.get("transferIds"),
        }  # fmt: skip
        try:
            run = self.begin(request, common, values)
        except bulk.NothingSelected:
            return verbs.nothing()
        except Refused as error:
            raise _refused(error) from None
        return verbs.answer(run)

    def begin(self, request: Request, common: dict[str, Any], values: dict[str, Any]) -> BulkRun:
        """Freeze what is meant. Raises Refused."""
        raise NotImplementedError


def _refused(error: Refused) -> ApiError | PermissionDenied:
    if error.field == IDS:
        return bad_fields({"transferIds": [f"{error.message}."]})
    return verbs.refused(error)


class RetryJobView(_VerbView):
    """Try a job's transfers again."""

    permissions = {"POST": job_verbs.RETRY}
    body = RetryJobSerializer

    @extend_schema(
        operation_id="retry_payout_job",
        summary="Retry what a job has not paid",
        description=examples.RETRY,
        parameters=[JOB_ID],
        request=RetryJobSerializer,
        responses=ANSWERS,
        examples=[
            OpenApiExample("All of it", value=examples.REASON, request_only=True),
            OpenApiExample("Two of it", value=examples.SOME, request_only=True),
            OpenApiExample(
                "Done", value=examples.RETRIED, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Only what is proven not paid."""
        return self.act(request, job_id)

    def begin(self, request: Request, common: dict[str, Any], values: dict[str, Any]) -> BulkRun:
        """403 before anything else for who may not force."""
        verb = BulkVerb.FORCE if values["force"] else BulkVerb.RETRY
        demand(request, bulk.VERB_PERMISSIONS[verb])
        return job_verbs.retry_job(**common, force=values["force"])


class CancelJobView(_VerbView):
    """Cancel what a job has not sent."""

    permissions = {"POST": job_verbs.CANCEL}
    body = CancelJobSerializer

    @extend_schema(
        operation_id="cancel_payout_job",
        summary="Cancel what a job has not sent yet",
        description=examples.CANCEL,
        parameters=[JOB_ID],
        request=CancelJobSerializer,
        responses=ANSWERS,
        examples=[
            OpenApiExample("All of it", value=examples.REASON, request_only=True),
            OpenApiExample(
                "Done", value=examples.CANCELLED, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Only what was never sent."""
        return self.act(request, job_id)

    def begin(
        self,
        request: Request,
        common: dict[str, Any],
        values: dict[str, Any],  # noqa: ARG002
    ) -> BulkRun:
        """What a verb about one payout demands too."""
        demand(request, bulk.VERB_PERMISSIONS[BulkVerb.CANCEL])
        return job_verbs.cancel_job(**common)
