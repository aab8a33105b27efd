"""A button whose page is a form of its own: what such a page always needs."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core.admin.confirm import ConfirmedAction


class FormAction(ConfirmedAction):
    """Shows a form in a template; a wrong form answers 422."""

    def show(
        self, request: HttpRequest, template: str, form: forms.Form, *, is_wrong: bool = False,
        **more: Any,
    ) -> HttpResponse:  # fmt: skip
        """The page with the form. `is_wrong`: also where the form itself has no error."""
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "form": form,
            "action_url": self.url(),
            "back_url": self.back_url([]),
            **more,
        }
        wrong = is_wrong or (form.is_bound and form.errors)
        return TemplateResponse(request, template, context, status=422 if wrong else 200)
