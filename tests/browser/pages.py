"""The addresses of every page that a person can open, with something to see on each."""

from collections.abc import Iterator

from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse

from core.callers import Caller
from disbursements.models import BulkRun, DisbursementRequest, Export, Settlement
from disbursements.operations import bulk
from disbursements.operations.export import export
from disbursements.operations.propose_settlement import propose
from disbursements.states import DisbursementStatus
from tests.browser import watched
from tests.browser.scene import ENDED_OR_STUCK, UNNAMED, Scene
from tests.paid_out import not_sent, paid_out, proposed_back
from vault.models import Partner
from vault.queries import caller_of

LIST = "admin:disbursements_disbursementrequest"
THE_DESK = "/admin/disbursement-retries/"
SOMEBODY = Caller(actor="operator", origin="test", partners=None, permissions=None)
SHORTER = {"resultcoderule": "?q=204"}
VERBS = {
    "retry": "RETRYING", "force": "FAILED", "bring_forward": "RETRYING",
    "stop_retrying": "PARKED", "change_limit": "RETRYING", "cancel": "QUEUED", "ask": "UNKNOWN",
    "settle": "UNSETTLED", "correct": "FAILED", "release": "PARKED",
}  # fmt: skip


def addresses(scene: Scene) -> list[str]:
    """Brings the scene to a morning with a bulk run, a proposed settlement and an export."""
    scene.pay(UNNAMED, reference="UNNAMED")
    scene.pay(ENDED_OR_STUCK[DisbursementStatus.UNKNOWN], reference="UNSETTLED")
    scene.morning()
    running = _people_act(scene)
    watched.watched(SOMEBODY, at=scene.wire.clock())
    keys = dict(DisbursementRequest.objects.values_list("client_reference", "pk"))
    settlement = Settlement.objects.get()
    winners = {row.payee_user: row for row in DisbursementRequest.objects.exclude(payee_user="")}
    return [
        "/admin/",
        THE_DESK,
        f"{THE_DESK}?status=cancelled",
        f"{THE_DESK}?amount_from=nonsense",
        *(reverse(f"{LIST}_change", args=[pk]) for pk in keys.values()),
        *(reverse(f"{LIST}_{verb}", args=[keys[name]]) for verb, name in VERBS.items()),
        f"{reverse(f'{LIST}_retry')}?all=yes&status=retrying,failed",
        f"{reverse(f'{LIST}_export')}?status=failed",
        f"{reverse(f'{LIST}_save-view')}?status=failed",
        f"{reverse('admin:disbursements_resultcoderule_classify')}?api=b2c&code=7777",
        reverse("admin:disbursements_settlement_approve", args=[settlement.pk]),
        reverse("admin:disbursements_bulkrun_stop", args=[running.pk]),
        reverse(f"{LIST}_look-up", args=[winners["UNKNOWN"].pk]),
        reverse(f"{LIST}_reverse", args=[winners["PART-BACK"].pk]),
        *watched.addresses(),
        *tables(),
    ]


def _people_act(scene: Scene) -> BulkRun:
    """Answers with the bulk run that nobody has worked off yet."""
    at = scene.wire.clock()
    run = bulk.start(
        verb="change_limit", reason="The network was down all day", caller=SOMEBODY, at=at,
        selection={"status": "retrying,failed"}, options={"max_retries": 5},
    )  # fmt: skip
    bulk.work(run_id=run.pk)
    partner = Partner.objects.get()
    paid_out(scene.wire, partner)
    not_sent(partner)
    person = User.objects.create_superuser("operator.example")
    propose(
        disbursement_id=scene.row("UNKNOWN").pk, settled_as="not_paid",
        evidence="Statement of 20 November, page 4", reason="The payee has called",
        caller=caller_of(person, origin="admin"), at=at,
    )  # fmt: skip
    proposed_back(person, "PAID", 1_000)
    leaving = export(
        selection={}, columns=["reference"], file_format="csv", caller=SOMEBODY, at=at
    )
    list(leaving.blocks)
    assert Export.objects.exists()
    return bulk.start(
        verb="change_limit", reason="Once more, in the afternoon", caller=SOMEBODY, at=at,
        selection={"status": "retrying,failed"}, options={"max_retries": 6},
    )  # fmt: skip


def tables(*only: type[Model]) -> Iterator[str]:
    """Of every table: its list, the page of its first row, and the pages behind its buttons.

    The forms of users and groups are Django's own, for superusers; only their lists are here.
    `only`: these tables.
    """
    for model, page in site._registry.items():
        if only and model not in only:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        yield listed + SHORTER.get(str(model._meta.model_name), "")
        first = model._default_manager.order_by("pk").first()
        is_ours = model is not DisbursementRequest and model._meta.app_label != "auth"
        if first is not None and is_ours:
            yield reverse(f"{name}_change", args=[first.pk])
            for kind in getattr(page, "row_actions", ()):
                yield kind(page).url(first)
        if is_ours:
            for kind in getattr(page, "list_actions", ()):
                yield kind(page).url()
