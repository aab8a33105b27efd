"""What many tests share: a clock that stands still, a partner with a shortcode, the wire."""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from core import clock
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from gateways.daraja.client import forget_tokens
from gateways.simulator import Simulator
from tests.between_tests import empty_quickly, put_rules
from tests.wire import MovedClock, Wire
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode


def pytest_configure() -> None:
    """Of the many processes that tests start, one compiles our modules, not each for itself."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """What is imported stays to the end: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def emptied_quickly() -> Iterator[None]:
    """Django's flush truncates every table there is, which takes a second; most have no rows."""
    with pytest.MonkeyPatch.context() as patch:
        empty_quickly(patch)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database; at the end without the sessions of threads and processes that just ended.

    The session at hand may be one of before the browser came, ended by a test meanwhile.
    """
    yield
    connection.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Run callables at the same moment, each on a database session of its own.

    Answers with what each returned, or the exception it raised.
    """

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                connection.ensure_connection()
                start.wait(timeout=120)
                return call()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    """The clock of everything, standing at 21 November 2026, 11:00 in Nairobi."""
    source = MovedClock()
    with clock.reading_from(source):
        yield source


@pytest.fixture
def engine_db(transactional_db: Any, moved: MovedClock) -> None:
    """A real database with the result-code table, committed to as in production."""
    forget_tokens()
    put_rules(at=moved())


@pytest.fixture(scope="session")
def key_pair() -> Any:
    """One key pair for all simulators: making one takes a while."""
    from gateways.simulator import KeyPair

    return KeyPair.generate()


@pytest.fixture
def simulator(moved: MovedClock, key_pair: Any) -> Simulator:
    return Simulator(seed=1, clock=moved, key_pair=key_pair)


@pytest.fixture
def wire(engine_db: None, simulator: Simulator, moved: MovedClock) -> Iterator[Wire]:
    wire = Wire(simulator, moved)
    wire.attach()
    yield wire
    wire.detach()


@pytest.fixture
def a_partner(engine_db: None, moved: MovedClock) -> Partner:
    return add_partner(name="Umoja Example Ltd", actor="test", at=moved())


@pytest.fixture
def a_shortcode(a_partner: Partner, simulator: Simulator, moved: MovedClock) -> Shortcode:
    return add_shortcode(
        number="600111",
        partner_id=a_partner.pk,
        kind="paybill",
        initiator_name="apiop",
        credentials=Credentials(
            consumer_key="key", consumer_secret="secret", initiator_password="Safe#1"
        ),
        certificate=simulator.certificate_pem.encode()
        if isinstance(simulator.certificate_pem, str)
        else simulator.certificate_pem,
        actor="test",
        at=moved(),
        tps_limit=1000,
    )


@pytest.fixture
def pay(a_shortcode: Shortcode, moved: MovedClock) -> Any:
    """Instruct one payout to the number that ends in these digits."""

    def instruct_one(
        digits: str = "00001", *, reference: str = "", amount: str = "1250", **more: Any
    ) -> DisbursementRequest:
        instruction = Instruction(
            client_reference=reference or f"REF-{digits}",
            msisdn=f"2547001{digits}",
            amount=amount,
            **more,
        )
        return instruct(
            partner_id=a_shortcode.partner_id,
            instruction=instruction,
            origin="test",
            actor="test",
            at=moved(),
        ).disbursement

    return instruct_one
