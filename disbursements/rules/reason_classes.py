"""Why payouts fail, in the five classes that the result-code table's `next` makes."""

REASON_CLASSES = {
    "never": "Permanent: the same again would fail again",
    "backoff": "Passing: tried again by itself",
    "next_day": "Limit of the day: tried again tomorrow",
    "operator": "Ours: a person puts it right",
    "ask": "Unclear: we ask",
}
