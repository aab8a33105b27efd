"""What one person proposes and another decides, over the API: settlements, reversals, loans."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.refusals import Refused
from disbursements.api.retry_body import ReasonSerializer
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

Row = TypeVar("Row")


def done(act: Callable[[], Row], *, refused: Callable[[Refused], Exception]) -> Row:
    """What the operation answers. Raises what `refused` makes of its refusal."""
    try:
        return act()
    except Refused as error:
        raise refused(error) from None


class DecideView(APIView):
    """One decision about a proposal: `verb` takes its id as `id_name`, and a reason."""

    verb: Callable[..., Any]
    id_name: str
    examples: Mapping[str, str]

    def id_of(self, text: str, *, caller: Caller) -> UUID:
        """The proposal that is meant. Raises Http404."""
        raise NotImplementedError

    def refused(self, error: Refused) -> Exception:
        """What to raise instead."""
        raise NotImplementedError

    def answer(self, request: Request, row: Any, status: HTTPStatus) -> Response:
        """The proposal in the API's form."""
        raise NotImplementedError

    def decide(self, request: Request, text: str) -> Response:
        """200 with the proposal as it is now."""
        caller = caller_from(request)
        asked = {self.id_name: self.id_of(text, caller=caller)}
        asked |= read_body(ReasonSerializer, request.data, examples=self.examples)
        row = done(
            lambda: type(self).verb(**asked, caller=caller, at=clock.database_now()),
            refused=self.refused,
        )
        return self.answer(request, row, HTTPStatus.OK)
