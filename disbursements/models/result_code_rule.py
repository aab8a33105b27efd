"""ResultCodeRule: what a provider's code means and what we do next; staff edit these rows."""

from django.db import models
from django.db.models import Q


class RuleOutcome(models.TextChoices):
    SUCCESS = "success", "Paid"
    FAILED = "failed", "Not paid"
    UNKNOWN = "unknown", "Cannot be told"


class RuleNext(models.TextChoices):
    NEVER = "never", "Do not try again"
    BACKOFF = "backoff", "Try again after 5, 15, 45, 135 minutes"
    NEXT_DAY = "next_day", "Try again after midnight"
    OPERATOR = "operator", "A person puts it right first"
    ASK = "ask", "Ask the provider"


class RuleScope(models.TextChoices):
    PAYMENT = "payment", "This payment"
    SHORTCODE = "shortcode", "The whole shortcode: pause it"


class WhoseSide(models.TextChoices):
    PAYEE = "payee", "The payee's"
    OURS = "ours", "Ours"
    PROVIDER = "provider", "M-Pesa's"
    NOBODY = "nobody", "Nobody's"
    UNKNOWN = "unknown", "Not known"


class ResultCodeRule(models.Model):
    """One row of the table. `code` is exact; a range row has `code_from` and `code_to` instead."""

    api = models.CharField(max_length=10, help_text="b2c, http, status or any")
    code = models.CharField(max_length=60, blank=True)
    code_from = models.BigIntegerField(null=True, blank=True)
    code_to = models.BigIntegerField(null=True, blank=True)
    text_pattern = models.CharField(
        max_length=100, blank=True, help_text="Part of the provider's text, empty for any"
    )
    meaning = models.TextField(help_text="What happened, in English")
    meaning_sw = models.TextField(blank=True, help_text="What happened, in Swahili")
    whose_side = models.CharField(max_length=10, choices=WhoseSide, default=WhoseSide.UNKNOWN)
    what_to_do = models.TextField(blank=True, help_text="In English")
    what_to_do_sw = models.TextField(blank=True, help_text="In Swahili")
    outcome = models.CharField(max_length=10, choices=RuleOutcome)
    next = models.CharField(max_length=10, choices=RuleNext)
    scope = models.CharField(max_length=10, choices=RuleScope, default=RuleScope.PAYMENT)
    is_default = models.BooleanField(default=False, help_text="As shipped, not edited by staff")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "result code"
        ordering = ["api", "code", "code_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["api", "code", "text_pattern"],
                condition=~Q(code=""),
                name="one_rule_per_code",
            ),
            models.CheckConstraint(
                condition=(~Q(code="") & Q(code_from=None, code_to=None))
                | (Q(code="") & Q(code_from__isnull=False, code_to__gte=models.F("code_from"))),
                name="rule_is_exact_or_range",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=RuleOutcome.values)
                & Q(next__in=RuleNext.values)
                & Q(scope__in=RuleScope.values)
                & Q(whose_side__in=WhoseSide.values),
                name="rule_values_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.api} {self.code or f'{self.code_from}-{self.code_to}'}"
