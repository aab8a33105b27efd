"""The base of every list and detail page: read, never edited. Changes are ConfirmedActions."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib.admin.decorators import display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.admin import checkbox as unfold_checkbox

from core.admin import reveal, saved_views
from core.admin.also import added_to, with_sections
from core.admin.confirm import ConfirmedAction
from core.admin.counting import EstimatingPaginator
from core.admin.filters import parameters_of
from core.admin.record import Button, Record
from core.admin.scope import of_partners, partners_of

ROWS_PER_PAGE = 50


class ReadOnlyAdmin(ModelAdmin):
    """No field is editable and no row can be added or deleted, by anybody.

    `partner_path` leads from a row to its partner, such as `shortcode__partner`. A partner's own
    staff see only their rows; where there is no path, they see nothing and may do nothing.
    """

    partner_path: str | None = None
    actions: Sequence[Any] = ()
    list_per_page = ROWS_PER_PAGE
    list_max_show_all = ROWS_PER_PAGE
    show_full_result_count = False
    show_facets = False
    paginator = EstimatingPaginator
    list_fullwidth = True
    list_filter_sheet = True
    list_before_template = "core/list_top.html"
    sortable_by: Sequence[str] = ()
    purpose = ""
    nothing_yet = "Nothing yet."
    all_clear = ""
    row_actions: tuple[type[ConfirmedAction], ...] = ()
    list_actions: tuple[type[ConfirmedAction], ...] = ()

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Any) -> SafeString:
        """As unfold's, whose templates are rendered once and not for every row."""
        return format_html(_checkbox(), obj.pk)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: rows change through operations only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may view or act."""
        return self.may(request, "view") or self.may(request, "change")

    def may(self, request: HttpRequest, verb: str) -> bool:
        """Whether the person has the permission `verb` for this model, and it is open to them."""
        return self.is_open_to(request) and request.user.has_perm(
            f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
        )

    def is_open_to(self, request: HttpRequest) -> bool:
        """Whether there are rows of the person's partner here at all."""
        return self.partner_path is not None or partners_of(request) is None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the person may see."""
        return self.rows_of(super().get_queryset(request), partners_of(request))

    def rows_of(self, rows: QuerySet[Any], partners: frozenset[UUID] | None) -> QuerySet[Any]:
        """The rows of these partners; None: of all."""
        return of_partners(rows, partners, path=self.partner_path)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row if the person may see it; no id has a NUL, which PostgreSQL refuses."""
        if "\x00" in object_id:
            return None
        return super().get_object(request, object_id, from_field)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters name: no probing of other columns through the URL."""
        return any(lookup in parameters_of(part) for part in self.list_filter)

    def get_urls(self) -> list[URLPattern]:
        """The confirmation pages first, then Django's own."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = []
        for kind in self.row_actions:
            view = self.admin_site.admin_view(kind(self).row_view)
            pages.append(path(f"<str:object_id>/{kind.name}/", view, name=f"{name}_{kind.name}"))
        for kind in (*self.list_actions, saved_views.SaveView):
            view = self.admin_site.admin_view(kind(self).list_view)
            pages.append(path(f"{kind.name}/", view, name=f"{name}_{kind.name}"))
        return [*pages, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; a search with exactly one hit opens it."""
        buttons = [
            Button(label=kind.label, url=kind(self).url(), primary=kind.primary)
            for kind in self.list_actions
            if kind(self).allowed(request) and kind.label and kind.above_list
        ]
        context = {"title": str(self.opts.verbose_name_plural).capitalize(), "buttons": buttons}
        answer = super().changelist_view(request, {**context, **(extra_context or {})})
        changelist = getattr(answer, "context_data", None) and answer.context_data.get("cl")
        if changelist and changelist.query and changelist.result_count == 1:
            return HttpResponseRedirect(changelist.url_for_result(changelist.result_list[0]))
        return answer

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """Ready-made filters above the list: text, url, chosen."""
        return []

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With chips of the active filters and what to say when there is nothing."""
        changelist = super().get_changelist_instance(request)
        changelist.full_result_count = changelist.result_count
        changelist.chips = _chips(changelist)
        changelist.without_query = changelist.get_query_string(remove=["q"])
        changelist.views = [
            *self.views(changelist), *saved_views.shown_for(self, request),
        ]  # fmt: skip
        changelist.save_view_url = saved_views.save_url(self, changelist)
        changelist.purpose = self.purpose
        changelist.nothing_yet = self.nothing_yet
        changelist.all_clear = self.all_clear if changelist.chips and not changelist.query else ""
        return changelist


class RecordAdmin(ReadOnlyAdmin):
    """A detail page of our own instead of a form of greyed fields."""

    record_template = "core/record.html"
    has_phones = False
    page_title = ""  # instead of the row's own name, where that is a code or may be a phone

    def get_urls(self) -> list[URLPattern]:
        """With the address that shows a page's phones."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_phones"
        view = self.admin_site.admin_view(partial(reveal.show, self))
        own = [path("<str:object_id>/phones/", view, name=name)] if self.has_phones else []
        return [*own, *super().get_urls()]

    def record(self, request: HttpRequest, row: Any) -> Record:
        """What the page shows."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The detail page. It is only read: a POST is refused."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        reveal.prepare(request, row)
        added = added_to(request, row)
        record = with_sections(self.record(request, row), added)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": self.page_title or row,
            "title": self.page_title or str(row),
            "record": record,
            "buttons": [*record.buttons, *self._buttons(request, row), *added.buttons],
            "phones": self._phones(request, row),
            "off": self._off(request, row),
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.record_template, context)

    def _phones(self, request: HttpRequest, row: Any) -> dict[str, Any] | None:
        if not self.has_phones:
            return None
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_phones"
        return reveal.button(request, row, url=reverse(name, args=[row.pk]))

    def _buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        actions = [kind(self) for kind in self.row_actions]
        return [
            Button(
                label=action.label,
                url=action.url(row),
                explanation=action.explanation,
                primary=action.primary,
            )
            for action in actions
            if action.allowed(request) and action.offered(row)
        ]

    def _off(self, request: HttpRequest, row: Any) -> dict[str, list[str]]:
        """Why something that the person may do cannot be done now: reason to labels."""
        reasons: dict[str, list[str]] = {}
        for action in (kind(self) for kind in self.row_actions):
            because = action.allowed(request) and action.off_because(row)
            if because:
                reasons.setdefault(because, []).append(action.label.removesuffix("…"))
        return reasons


def column(
    heading: str, *, ordering: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name a method as a column of a list."""
    from django.contrib import admin

    return admin.display(description=heading, ordering=ordering, empty_value="—")


@cache
def _checkbox() -> str:
    return str(unfold_checkbox.render(ACTION_CHECKBOX_NAME, "{}"))


def _chips(changelist: ChangeList) -> list[dict[str, str]]:
    chips = []
    for spec in changelist.filter_specs:
        names = [name for name in spec.expected_parameters() if name]
        if not any(name in changelist.filter_params for name in names):
            continue
        chosen = [choice["display"] for choice in spec.choices(changelist) if choice["selected"]]
        if chosen:
            chips.append(
                {
                    "text": f"{str(spec.title).capitalize()}: {', '.join(map(str, chosen))}",
                    "remove": changelist.get_query_string(remove=names),
                }
            )
    return chips
