"""HTTP and HTML: the only importer of Flask."""

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from app.base.config import Config, from_environment
from app.base.db import Database
from app.bpmnio import budget
from app.services.core import ids, settings
from app.web import api, context, errors, filters, list_rows, login, security
from app.web.casefile import casefile, identities, joining, masking, replay, waits
from app.web.channels import mail
from app.web.channels import webhooks as channel_pages
from app.web.context import Installation
from app.web.definitions import comparison, definitions, incidents, lifecycle, proposals
from app.web.dossiers import dossiers
from app.web.eventlogs import eventlogs
from app.web.evidence import checkpoints as evidence
from app.web.files import downloads
from app.web.forecast import forecast as forecast_pages
from app.web.imports import imports
from app.web.instances import intake, photos, slips
from app.web.maintenance import installation as installation_pages
from app.web.maintenance import notices as office_notices
from app.web.maintenance import work as work_pages
from app.web.maintenance import worker_jobs as worker_job_pages
from app.web.migration import migration, stopped_cases
from app.web.notifications import choices as notice_choices
from app.web.notifications import notices
from app.web.numbers import overview as number_pages
from app.web.numbers import public as public_numbers
from app.web.numbers import reports as number_reports
from app.web.people import auth, days_off, passkeys, providers, record, rosters, second_steps, units, users
from app.web.performance import performance as performance_pages
from app.web.questions import ledger as identity_ledger
from app.web.questions import questions as question_pages
from app.web.questions import samples
from app.web.questions import saved as saved_questions
from app.web.reporter import tracking
from app.web.retention import destructions as retention
from app.web.sandbox import sandbox as sandbox_pages
from app.web.search import palette
from app.web.security_log import events as security_pages
from app.web.security_log import noting
from app.web.serving import delivery, health, metrics, proxies
from app.web.sop_documents import documents as sop_documents
from app.web.sop_tables import imports as sop_tables
from app.web.studio import drafts as studio_pages
from app.web.studio import editors as studio_editors
from app.web.studio import publishing as studio_publishing
from app.web.tasks import live, presence, reply_templates, saved_views, selection, snoozing, tasks
from app.web.workload import absences
from app.web.workload import transfers as workload_pages


class _Json(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """JSON text; times are ISO 8601 with their offset."""
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value of a JSON text.

        Raises:
            ValueError: it is none, or nested too deeply.
        """
        return orjson.loads(s)


class _Application(Flask):
    """Flask whose views and hooks are functions: none is looked at before each call whether it is a coroutine."""

    def ensure_sync(self, func: Any) -> Any:
        """The function itself."""
        return func


#: Pages and whatever else is served without a bearer token. Each module holds one ``blueprint``.
PAGES = (
    health,
    metrics,
    auth,
    second_steps,
    passkeys,
    providers,
    tasks,
    selection,
    saved_views,
    snoozing,
    presence,
    live,
    reply_templates,
    palette,
    casefile,
    joining,
    waits,
    replay,
    eventlogs,
    dossiers,
    identities,
    masking,
    intake,
    slips,
    photos,
    imports,
    workload_pages,
    absences,
    tracking,
    definitions,
    lifecycle,
    comparison,
    sop_documents,
    proposals,
    studio_pages,
    studio_editors,
    studio_publishing,
    sop_tables,
    sandbox_pages,
    forecast_pages,
    number_pages,
    number_reports,
    question_pages,
    identity_ledger,
    saved_questions,
    samples,
    evidence,
    retention,
    public_numbers,
    performance_pages,
    incidents,
    migration,
    stopped_cases,
    users,
    rosters,
    units,
    days_off,
    record,
    installation_pages,
    channel_pages,
    mail,
    office_notices,
    work_pages,
    worker_job_pages,
    notices,
    notice_choices,
    downloads,
    security_pages,
)

#: What all expressions of one request may take together, be it a deployment of many tables.
SECONDS = 20.0


def create_app(config: Config | None = None, database: Database | None = None) -> Flask:
    """An application that serves the installation that ``config`` describes; by default the environment's.

    Connections are opened when first needed, in the process that needs them.
    """
    config = config or from_environment()
    app = _Application(__name__)
    app.json = _Json(app)
    app.secret_key = config.secret_key
    app.extensions["alur"] = Installation(config, database or settings.open_database(config))
    if database is None:  # whoever hands one in writes its notes himself
        noting.write_along(app)
    app.wsgi_app = proxies.behind_proxies(  # type: ignore[method-assign]
        app.wsgi_app, config.trusted_proxies
    )
    app.wsgi_app = _bounded(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(context.begin_language)
    # Whoever hands a database in serves by himself: nobody to tell.
    metrics.init_app(app, config.data_dir / "metrics" if database is None else None)
    noting.init_app(app)  # the first to know where a request comes from
    csrf = security.init_app(app, config)
    login.init_app(app)
    csrf.init_app(app)  # after signing in is asked for: an ended session is not an attack
    errors.init_app(app)
    filters.init_app(app)
    list_rows.init_app(app)
    delivery.init_app(app)
    _init_app(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    api.init_app(app, csrf, base_url=config.base_url)
    app.teardown_request(context.end_language)
    return app


def _bounded(served: Any) -> Any:
    def serve(environ: Any, start_response: Any) -> Iterable[bytes]:
        with budget.sharing(SECONDS):
            answer: Iterable[bytes] = served(environ, start_response)
            return answer

    return serve


class _Id(IntegerConverter):
    """A number in an address. A larger one than any id is the address of nothing, and never reaches the database."""

    def to_python(self, value: str) -> int:
        """The id.

        Raises:
            NotFound: it can be none. What a converter usually raises would become 405 where another method fits.
        """
        number = ids.parse_id(value)
        if number is None:
            raise NotFound
        return number


def _init_app(app: Flask) -> None:
    """Bound every ``<int:…>``; none can be forgotten."""
    app.url_map.converters["int"] = _Id
