"""Owner: whom rent is collected for, where it goes and when."""

import uuid

from django.db import models
from django.db.models import Q


class PaidTo(models.TextChoices):
    """Where an owner's money goes. NOWHERE: it is handed over outside of this system."""

    PAYBILL = "paybill", "Paybill"
    TILL = "till", "Till"
    PHONE = "phone", "M-Pesa phone"
    NOWHERE = "nowhere", "Not forwarded"


class ForwardWhen(models.TextChoices):
    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"
    BY_HAND = "by_hand", "Only by hand"


class Forwarding(models.Model):
    """Where rent is forwarded to, and when. On a property, blank parts are the owner's.

    `forward_weekday` 0 is Monday; `forward_monthday` 31 is the last day of every month;
    `forward_time` is Nairobi's. The minimum holds back what is less until more has come.
    """

    paid_to = models.CharField(max_length=10, choices=PaidTo, blank=True)
    receiver_number = models.CharField(max_length=7, blank=True)
    receiver_account = models.CharField(max_length=13, blank=True)
    receiver_msisdn = models.CharField(max_length=12, blank=True)
    forward_when = models.CharField(max_length=10, choices=ForwardWhen, blank=True)
    forward_time = models.TimeField(null=True, blank=True)
    forward_weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    forward_monthday = models.PositiveSmallIntegerField(null=True, blank=True)
    forward_minimum_minor = models.BigIntegerField(null=True, blank=True)
    hold_hours = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    paid_to__in=["", "nowhere"],
                    receiver_number="", receiver_account="", receiver_msisdn="",
                )
                | Q(paid_to="paybill", receiver_msisdn="")
                & ~Q(receiver_number="") & ~Q(receiver_account="")
                | Q(paid_to="till", receiver_msisdn="", receiver_account="")
                & ~Q(receiver_number="")
                | Q(paid_to="phone", receiver_number="", receiver_account="")
                & ~Q(receiver_msisdn=""),
                name="%(class)s_receiver_fits",
            ),
            models.CheckConstraint(
                condition=Q(forward_when__in=["", *ForwardWhen.values]),
                name="%(class)s_forward_when_known",
            ),
            models.CheckConstraint(
                condition=(~Q(forward_when="weekly") | Q(forward_weekday__range=(0, 6)))
                & (~Q(forward_when="monthly") | Q(forward_monthday__range=(1, 31))),
                name="%(class)s_forward_day_fits",
            ),
        ]  # fmt: skip


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SWAHILI = "sw", "Kiswahili"


class Owner(Forwarding):
    """A person or company whose rent a partner collects. `user`: their own sign-in, if any."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=12, blank=True, help_text="For notices")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    user = models.OneToOneField("auth.User", models.SET_NULL, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta(Forwarding.Meta):
        ordering = ["name"]
        constraints = [
            *Forwarding.Meta.constraints,
            models.UniqueConstraint(fields=["partner", "name"], name="one_owner_per_name"),
            models.CheckConstraint(
                condition=~Q(paid_to="") & ~Q(forward_when=""), name="owner_says_where_and_when"
            ),
        ]

    def __str__(self) -> str:
        return self.name
