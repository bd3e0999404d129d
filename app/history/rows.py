"""The table of events, for those who look for events by many conditions at once: `services.questions`.

What an event says is read by `reader`; here are its columns, to compare and to sort by.
"""

from typing import cast

from sqlalchemy import Table

from app.models import HistoryEvent

EVENTS = cast("Table", HistoryEvent.__table__)
