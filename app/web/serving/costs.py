"""What a request costs, by its route: each kind has places and turns of its own, and three are worked on apart.

A route that is not named here is answered by the threads of the server. Name one here that makes a file, reads many
cases, or plays or checks a whole process; tests/web/test_costs.py finds those that make files.
"""

from enum import Enum

from app.web.serving.turns import Bounds

#: Answering takes Python's lock most of the time: more threads answer no sooner.
THREADS = 8


class Kind(Enum):
    """A kind of work. ``ALWAYS``: what costs little and never waits for what else somebody sends: health, and
    signing out. ``DOOR``: passwords and codes, some 40 ms each. ``FILES``, ``WORK``: what may take seconds
    and changes little. ``TRIAL``: what is checked, played or published, where somebody waits in front of an editor or
    the database for the end of a transaction. ``POLL``: calls that wait for work, whose threads sleep."""

    USUAL = "usual"
    ALWAYS = "always"
    DOOR = "door"
    FILES = "files"
    WORK = "work"
    PREVIEW = "preview"
    TRIAL = "trial"
    POLL = "poll"


#: Whoever sends much beside others has one thread of them for a third of the time, and each program for a fifth.
_REST, _LONG_REST = 2.0, 4.0
#: In each process. A browser has six connections; of what is costly nobody has more than one at a time.
BOUNDS = {
    Kind.USUAL: Bounds(THREADS, of_one=2, of_one_alone=4, waiting_of_one=100, waiting=1_000, rest=_REST),
    Kind.ALWAYS: Bounds(2, of_one=1, of_one_alone=2, waiting_of_one=100, waiting=400),
    Kind.DOOR: Bounds(2, of_one=1, of_one_alone=1, waiting_of_one=100, waiting=400, rest=_REST),
    Kind.FILES: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=8, waiting=64, rest=_LONG_REST),
    Kind.WORK: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=16, waiting=64, rest=_LONG_REST),
    Kind.PREVIEW: Bounds(1, of_one=1, of_one_alone=1, waiting_of_one=16, waiting=64, rest=_LONG_REST),
    Kind.POLL: Bounds(8, of_one=4, of_one_alone=8, waiting_of_one=16, waiting=64),
    Kind.TRIAL: Bounds(2, of_one=1, of_one_alone=1, waiting_of_one=32, waiting=128, rest=_LONG_REST),
}
#: Made by programs of their own: see `costly_program`.
APART = (Kind.FILES, Kind.WORK, Kind.PREVIEW)

_ALWAYS = frozenset({"auth.end_sessions", "auth.sign_out", "health.check", "metrics.tell", "tracking.leave"})
_DOOR = frozenset(
    {
        *("auth.enter", "auth.password", "passkeys.enter", "passkeys.enter_second", "second_steps.enter"),
        "tracking.knock",
    }
)
_FILES = frozenset(
    {
        *("absences.download", "casefile.download", "dossiers.download", "eventlogs.download"),
        *("evidence.download", "forecast.download", "identities.download", "incidents.download"),
        *("identity_ledger.download", "imports.result_file", "migration.effect_file"),
        *("notices.download", "questions.download", "record.download", "reports.pdf", "reports.xlsx"),
        *("retention.download", "retention.download_cases", "retention.download_records", "samples.download"),
        *("security_log.download", "sop_documents.docx", "sop_documents.pdf", "studio.download"),
        *("studio_publishing.effect_file", "tasks.download", "units.download", "users.download"),
        *("workload.download", "workload.download_counts"),
    }
)
_WORK = frozenset(
    {
        *("comparison.show", "proposals.compare_with", "studio_publishing.comparison", "forecast.show"),
        *("performance.conformance", "performance.conformance_with_file", "performance.heat_map"),
        *("performance.over_time", "performance.ways", "retention.dry_run"),
        *("sop_documents.show", "sop_documents.telaah"),
    }
)
_PREVIEW = frozenset({"sandbox.show", "studio_publishing.show"})
_TRIAL = frozenset(
    {
        *("api-api.api-deployments.approve", "api-api.api-deployments.deploy", "definitions.deploy"),
        *("imports.add", "imports.choose_values", "rosters.add", "samples.draw", "migration.survey"),
        *("proposals.approve", "studio.publish", "studio_publishing.survey"),
        *("sandbox.act", "sandbox.begin", "sandbox.go_back", "sandbox.keep_scenario", "sandbox.run_clock"),
        *("sop_tables.begin", "sop_tables.correct", "sop_tables.look"),
        *("studio.begin_from_files", "studio.bring_in", "studio_editors.check", "studio_editors.rename"),
        "studio_editors.try_table",
    }
)
#: Endpoint → kind; all others are usual.
KINDS = {
    **dict.fromkeys(_ALWAYS, Kind.ALWAYS),
    **dict.fromkeys(_DOOR, Kind.DOOR),
    **dict.fromkeys(_FILES, Kind.FILES),
    **dict.fromkeys(_WORK, Kind.WORK),
    **dict.fromkeys(_PREVIEW, Kind.PREVIEW),
    **dict.fromkeys(_TRIAL, Kind.TRIAL),
    "api-api.api-jobs.activate": Kind.POLL,
}
