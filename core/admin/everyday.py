"""The everyday questions above a list: ready-made filters, the one that stands marked."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.admin.views.main import ChangeList

Questions = Sequence[tuple[str, dict[str, str]]]


def views(
    changelist: ChangeList,
    questions: Questions,
    *,
    names: Collection[str],
    also_removed: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Each as text, url, chosen. `names`: the filters that a question replaces."""
    given = changelist.filter_params
    now = {name: ",".join(filter(None, given[name])) for name in names if given.get(name)}
    now = {name: text for name, text in now.items() if text}
    removed = [*names, "p", *also_removed]
    return [
        {
            "text": text,
            "url": changelist.get_query_string(query, remove=removed),
            "chosen": query == now,
        }
        for text, query in questions
    ]
