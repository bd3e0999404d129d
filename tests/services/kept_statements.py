"""Statements that are built once and kept: a test that changes a bound forgets them before and afterwards."""

from app.services.casefile import instance_lists
from app.services.tasks import inbox_counts, page_counts


def forget() -> None:
    for module in (inbox_counts, instance_lists, page_counts):
        module._counting.cache_clear()
