"""A verb about a tenant or a property: choose whom, see what will happen, write why, do it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import refusals
from core.admin.confirm import Confirmation, ConfirmedAction
from rents.admin import choosing
from rents.queries.finding import Whom


class AboutWhom(ConfirmedAction):
    """Whom it is about stands in the address. A subclass says its form, its words, its deed.

    `fields` names what an operation may refuse, in words.
    """

    permission = "collect"
    heading = ""
    choose = ""
    not_done = ""
    fields: dict[str, str] = {}

    def allowed(self, request: HttpRequest) -> bool:
        """The permission is that of payments, on whichever list the button stands."""
        needed = f"vault.{self.permission}_payment"
        return self.admin.is_open_to(request) and request.user.has_perm(needed)

    def form_about(self, whom: Whom, data: Any) -> forms.Form:
        """The form; `data` None: not sent yet."""
        raise NotImplementedError

    def confirmation_about(self, whom: Whom) -> Confirmation:
        """What the page says."""
        raise NotImplementedError

    def done(self, request: HttpRequest, whom: Whom, answers: dict[str, Any]) -> HttpResponse:
        """Call the operation. May raise core.refusals.Refused."""
        raise NotImplementedError

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Choose whom; then the form with what will happen; then it is done."""
        self._demand_permission(request)
        partners = choosing.reach(request)
        whom = choosing.chosen(request, partners=partners)
        if whom is None:
            return self._choose(request, partners)
        form = self.form_about(whom, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                return self.done(request, whom, form.cleaned_data)
            except refusals.Refused as refused:
                name = self.fields.get(refused.field, refused.field)
                text = f"{name}: {refused.message}" if name else str(refused)
                form.add_error(None, f"{text}. {self.not_done}")
        return self.page(
            request, self.confirmation_about(whom), form, hidden=[],
            action_url=choosing.address(self.url(), whom), back_url=self.url(),
        )  # fmt: skip

    def _choose(self, request: HttpRequest, partners: Any) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "title": self.heading,
            "page_url": self.url(),
            "back_url": self.back_url([]),
            **choosing.searched(request, self.url(), verb=self.choose, partners=partners),
        }
        return TemplateResponse(request, "rents/choose.html", context)
