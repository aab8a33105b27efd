"""Pages of big tables: counts above COUNTED_MAX are estimated, the last pages are cut off."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED_MAX = 10_000
PAGES_MAX = 1_000


class EstimatingPaginator(Paginator):
    """Counts exactly up to COUNTED_MAX and takes the planner's word for what is above it."""

    template_name = "core/pagination.html"

    @property
    def is_estimated(self) -> bool:
        """Whether `count` is the planner's word."""
        return self.count > COUNTED_MAX

    @cached_property
    def count(self) -> int:
        """Rows, counted up to COUNTED_MAX: a count that ends there takes no longer for more."""
        if not isinstance(self.object_list, QuerySet):
            return super().count
        rows = self.object_list.order_by()
        counted = rows[: COUNTED_MAX + 1].count()
        if counted <= COUNTED_MAX:
            return counted
        return max(counted, _planned_rows(rows.explain(format="json")))

    @cached_property
    def num_pages(self) -> int:
        """At most PAGES_MAX: whoever looks further narrows the filter."""
        return min(super().num_pages, PAGES_MAX)


def _planned_rows(plan: Any) -> int:
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return int(parsed[0]["Plan"]["Plan Rows"])
