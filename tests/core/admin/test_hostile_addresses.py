"""Addresses that no page of ours leads to: an empty list or no row, never an error."""

import pytest
from django.test import Client

from tests.staff import superuser


@pytest.fixture
def desk(db: None) -> Client:
    return superuser()


@pytest.mark.parametrize("page", ["core/step", "gateways/callback", "disbursements/bulkrun"])
def test_a_list_until_the_last_day_of_all(desk: Client, page: str) -> None:
    answer = desk.get(f"/admin/{page}/?when_to=9999-12-31")

    assert answer.status_code == 200


@pytest.mark.parametrize("verb", ["change", "history"])
def test_an_id_with_a_nul_is_nobodys(desk: Client, verb: str) -> None:
    answer = desk.get(f"/admin/django_q/success/%00/{verb}/")

    assert answer.status_code == 302
