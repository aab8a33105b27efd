"""Pages of big tables: counts above ESTIMATE_ABOVE are estimated, the last pages are cut off."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

ESTIMATE_ABOVE = 100_000
PAGES_MAX = 1_000


class EstimatingPaginator(Paginator):
    """Counts exactly where that is cheap and takes the planner's word where it is not."""

    template_name = "core/pagination.html"

    @property
    def is_estimated(self) -> bool:
        """Whether `count` is the planner's word."""
        return self.count > ESTIMATE_ABOVE

    @cached_property
    def count(self) -> int:
        """Rows, or the planner's estimate of them above ESTIMATE_ABOVE."""
        estimate = self._estimate()
        return estimate if estimate > ESTIMATE_ABOVE else super().count

    @cached_property
    def num_pages(self) -> int:
        """At most PAGES_MAX: whoever looks further narrows the filter."""
        return min(super().num_pages, PAGES_MAX)

    def _estimate(self) -> int:
        if not isinstance(self.object_list, QuerySet) or self.object_list.query.is_empty():
            return 0
        plan: Any = self.object_list.order_by().explain(format="json")
        return _planned_rows(plan)


def _planned_rows(plan: Any) -> int:
    parsed = json.loads(plan) if isinstance(plan, str) else plan
    return int(parsed[0]["Plan"]["Plan Rows"])
