"""The forms of the result-code table."""

from django import forms

from core.admin.confirm import ReasonForm
from disbursements.models import RuleNext, RuleOutcome, RuleScope, WhoseSide

CHOSEN = {"class": "pv-input"}
APIS = (
    ("b2c", "B2C results"), ("b2b", "B2B results"), ("stk", "Prompts"),
    ("http", "Answers of the gateway"), ("status", "Status queries"),
    ("stripe", "Stripe"), ("any", "Any"),
)  # fmt: skip
TEXT_LENGTH_MAX = 500


def _sentence(label: str, help_text: str, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=TEXT_LENGTH_MAX,
        widget=forms.Textarea(attrs={**CHOSEN, "rows": 2}),
    )


class RuleForm(ReasonForm):
    """The editable part of a row, and why it changes."""

    meaning = _sentence(
        "What happened", "One short sentence for staff, in English.", required=True
    )
    meaning_sw = _sentence("What happened, in Swahili", "The same sentence for notices.")
    whose_side = forms.ChoiceField(
        label="Whose side", choices=WhoseSide, widget=forms.Select(attrs=CHOSEN)
    )
    what_to_do = _sentence("What to do", "Such as: ask the payee for the right number.")
    what_to_do_sw = _sentence("What to do, in Swahili", "The same advice for notices.")
    outcome = forms.ChoiceField(
        label="What it proves", choices=RuleOutcome, widget=forms.Select(attrs=CHOSEN)
    )
    next = forms.ChoiceField(
        label="What we do", choices=RuleNext, widget=forms.Select(attrs=CHOSEN)
    )
    scope = forms.ChoiceField(
        label="Concerns", choices=RuleScope, widget=forms.Select(attrs=CHOSEN)
    )
    text_pattern = forms.CharField(
        label="Only with this text",
        required=False,
        max_length=100,
        help_text="Part of M-Pesa's text that must occur too. Empty for any text.",
        widget=forms.TextInput(attrs=CHOSEN),
    )
    field_order: tuple[str, ...] = (
        "meaning",
        "meaning_sw",
        "whose_side",
        "what_to_do",
        "what_to_do_sw",
        "outcome",
        "next",
        "scope",
        "text_pattern",
        "reason",
    )


class NewRuleForm(RuleForm):
    """A row for a code that none names."""

    api = forms.ChoiceField(
        label="Where it occurs", choices=APIS, widget=forms.Select(attrs=CHOSEN)
    )
    code = forms.CharField(
        max_length=60,
        help_text="Exactly as the provider sends it, such as 2001 or balance_insufficient.",
        widget=forms.TextInput(attrs=CHOSEN),
    )
    field_order = ("api", "code", *RuleForm.field_order)
