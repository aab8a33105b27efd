"""The admin's login form, throttled by the same counts as tokens are."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from core import clock
from core.peers import address_of
from vault.operations.sign_in import Throttled, give_back_the_try, take_a_try


class SignInForm(AuthenticationForm):
    """Refuses after too many failures, whatever the password."""

    def clean(self) -> dict[str, Any]:
        """Each try is counted before it is judged, and given back when it was right."""
        username = self.cleaned_data.get("username")
        if username is None or not self.cleaned_data.get("password"):
            return super().clean()
        asked = {
            "username": username, "address": address_of(self.request), "at": clock.now()
        }  # fmt: skip
        try:
            take_a_try(**asked)
        except Throttled as error:
            raise ValidationError(f"{error}.", code="throttled") from None
        values = super().clean()
        give_back_the_try(**asked)
        return values
