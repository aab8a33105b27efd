"""What can be reconciled: a kind and an id, and whose it is."""

from django.db import models


class SubjectKind(models.TextChoices):
    """A `stranger` is a callback that tells of money which nothing of ours accounts for."""

    PAYMENT = "payment", "Payment in"
    PROMPT = "prompt", "Payment prompt"
    DISBURSEMENT = "disbursement", "Disbursement"
    PAYOUT_TRANSFER = "payout_transfer", "Payout transfer"
    LOAN = "loan", "Loan"
    STRANGER = "stranger", "Unknown to us"


class OfSubject(models.Model):
    """`subject_id` is our id of the row, as text; of a stranger the number of its callback."""

    subject_kind = models.CharField(max_length=16, choices=SubjectKind)
    subject_id = models.CharField(max_length=60)
    partner = models.ForeignKey(
        "vault.Partner", models.DO_NOTHING, related_name="+", db_index=False, null=True,
        help_text="Whose it is; empty where nobody can tell",
    )  # fmt: skip

    class Meta:
        abstract = True
