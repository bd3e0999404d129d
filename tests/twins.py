"""Which tests run on PostgreSQL each time beside SQLite, and which each night alone (``ALUR_TWINS=all``).

Every command and every route runs on PostgreSQL each time (`tests/commands/test_every_command.py`,
`tests/web/access/test_access_on_postgresql.py`). Beside them the rooms do in which SQL, locks, triggers, migrations
or dialects differ. What rooms named here ask of a database is asked in those, too.
"""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
#: Rooms whose tests of `database` run on PostgreSQL each night.
NIGHTLY = (
    *(
        "casefile",
        "definitions",
        "deployment",
        "dossiers",
        "eventlogs",
        "forecast",
        "messaging",
        "notifications",
    ),
    *("people", "performance", "questions", "reporter", "roster", "sandbox", "studio", "workload"),
)
#: Of those rooms the modules in which locks, plans or what several do at once are tested.
EACH_TIME = (
    *("casefile/test_growth.py", "casefile/test_narrowed_lists.py", "casefile/test_plans.py"),
    *("notifications/test_digests.py", "notifications/test_mail.py", "notifications/test_outbox.py"),
    *("deployment/test_deployments.py", "deployment/test_plans.py", "deployment/test_versions.py"),
    *("messaging/test_undelivered.py", "people/test_rate_limits.py", "people/test_second_steps.py"),
    *("people/test_sessions.py", "questions/test_cases.py", "questions/test_events.py"),
    *(
        "questions/test_plans.py",
        "reporter/test_tracking.py",
        "studio/test_drafts.py",
        "workload/test_transfers.py",
    ),
)


def is_left_to_the_night(item: pytest.Item) -> bool:
    """Whether a test is the twin of one that runs on SQLite and need not run now."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    if params.get("database") != "postgres" or os.environ.get("ALUR_TWINS") == "all":
        return False
    room = item.path.relative_to(_HERE).as_posix().removeprefix("services/")
    return room.partition("/")[0] in NIGHTLY and room not in EACH_TIME
