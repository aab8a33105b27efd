"""The raw record of the border: what came in (Callback), what went out (Call), shared tokens;
and what every message to a person has (OutgoingMessage)."""

import uuid
from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from gateways.interface import Delivery, Exchange

RAW = [
    "provider", "kind", "secret_digest", "secret_ok", "body", "content_type", "source_address",
    "source_listed", "received_at",
]  # fmt: skip


class Callback(models.Model):
    """One inbound message as it arrived (secrets removed), and what became of it."""

    OUTCOMES = [(delivery.value, delivery.value.capitalize()) for delivery in Delivery]

    provider = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    secret_digest = models.BinaryField(max_length=32)
    secret_ok = models.BooleanField()
    body = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    source_address = models.GenericIPAddressField(null=True)
    source_listed = models.BooleanField()
    received_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, blank=True, choices=OUTCOMES)
    note = models.TextField(blank=True)
    subject_id = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(processed_at__isnull=True),
                name="callback_unread",
            ),
            # Nothing that an arrival has to enter: it is stored first, and sorted when it is read.
            models.Index(
                fields=["subject_id"],
                condition=~models.Q(subject_id=""),
                name="callback_by_subject",
            ),
            models.Index(
                fields=["outcome", "-id"],
                condition=models.Q(processed_at__isnull=False),
                name="callback_by_outcome",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="raw_is_read_only", fields=RAW),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} callback {self.pk}"


class CallManager(models.Manager["Call"]):
    def from_exchange(self, exchange: Exchange, **facts: Any) -> "Call":
        """An unsaved row of the exchange; `facts` are provider, kind, shortcode, subject_id."""
        return Call(
            method=exchange.method,
            url=exchange.url,
            request_body=exchange.request_body,
            http_status=exchange.http_status,
            response_body=exchange.response_body,
            request_id=exchange.request_id,
            started_at=exchange.started_at,
            duration_ms=exchange.duration_ms,
            error=exchange.error,
            **facts,
        )


class Call(models.Model):
    """One outbound call and its answer, secrets removed. Append-only."""

    provider = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    shortcode = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=8)
    url = models.CharField(max_length=500)
    request_body = models.TextField(blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    response_body = models.TextField(blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = CallManager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "id"], name="call_by_subject"),
            models.Index(fields=["-started_at"], name="call_by_moment"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.http_status or self.error}"


class AccessToken(models.Model):
    """The one token of a consumer key that every worker shares (daraja.md 1.2)."""

    key_digest = models.CharField(max_length=64, primary_key=True)
    sealed_token = models.TextField()
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"token of key {self.key_digest[:8]}"


class OutgoingMessage(models.Model):
    """A message that is due, sent or given up. `reference` is unique: each is made once.

    What may have been sent is UNCLEAR and never sent again: a second one may arrive twice. Only
    what staff must hear of is sent once more where a worker died over it (gateways/outbox.py).
    """

    class State(models.TextChoices):
        DUE = "due", "Due"
        SENT = "sent", "Sent"
        UNCLEAR = "unclear", "May have been sent"
        GIVEN_UP = "given_up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=10)
    reference = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=100, blank=True)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference
