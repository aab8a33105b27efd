"""Calling Mifos X: one try per call, each let through and kept by the keeper (fineract.md 1)."""

from collections.abc import Callable, Mapping
from functools import partial

from django.conf import settings

from gateways.errors import Unclear, Unreachable
from gateways.fineract.kept_parts import loan_parts
from gateways.fineract.parameters import API, SERVLET, headers_of, server_of
from gateways.http import (
    GUARDED,
    Guard,
    HttpAnswer,
    Limits,
    address_problem,
    get,
    kept,
    post_json,
    refuse_in_transaction,
)
from gateways.interface import AccessRefused, CallKeeper, LoanAccess

# A hundred loans are a megabyte; a booking may run the close of business of its loan (3.8).
READING = Limits(read_timeout_s=20.0, deadline_s=30.0, body_bytes_max=8_388_608)
WRITING = Limits(read_timeout_s=45.0, deadline_s=50.0, body_bytes_max=1_048_576)


class Client:
    """Calls one tenant. Every method raises AccessRefused for an address that is not called,
    Unreachable, Unclear, and whatever the keeper says before a call."""

    def __init__(self, access: LoanAccess, keeper: CallKeeper) -> None:
        self._access = access
        self._keeper = keeper

    def read(self, path: str) -> HttpAnswer:
        """GET below the API, such as `/loans/7`; the answer whatever its status."""
        ask = partial(get, url=self._url(API + path), limits=READING)
        return self._call(ask, headers_of(self._access))

    def read_beside(self, path: str) -> HttpAnswer:
        """GET below the servlet, outside of the API, where no credentials belong."""
        ask = partial(get, url=self._url(SERVLET + path), limits=READING)
        headers = headers_of(self._access)
        del headers["Authorization"]
        return self._call(ask, headers)

    def write(
        self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """POST below the API; the answer whatever its status."""
        ask = partial(post_json, url=self._url(API + path), body=body, limits=WRITING)
        return self._call(ask, {**headers_of(self._access), **(headers or {})})

    def _url(self, path: str) -> str:
        return server_of(self._access.host) + path

    def _call(self, ask: Callable[..., HttpAnswer], headers: Mapping[str, str]) -> HttpAnswer:
        refuse_in_transaction()
        guard = self._guard()
        self._keeper.before_call()
        try:
            answer = ask(headers=headers, guard=guard)
        except (Unreachable, Unclear) as error:
            if error.exchange is not None:
                self._keeper.after_call(error.exchange)
            if error.code == GUARDED:
                raise _refused(error.text) from error
            raise
        self._keeper.after_call(kept(answer, parts=loan_parts))
        return answer

    def _guard(self) -> Guard:
        networks = tuple(settings.VAULT_MIFOS_PRIVATE_NETWORKS)
        if problem := address_problem(self._access.host, networks):
            raise _refused(problem)
        return Guard(owner=self._access.owner, ca_bundle=self._access.ca_bundle, networks=networks)


def _refused(problem: str) -> AccessRefused:
    return AccessRefused(f"The address is not called: {problem}", code="address")
