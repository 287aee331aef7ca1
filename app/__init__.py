"""The application factory."""

import logging

from flask import Flask

from app.accounts.import_routes import blueprint as accounts
from app.accounts.invented import check_people
from app.attachments.routes import blueprint as attachments
from app.audit import refusals
from app.cli import init_app as init_cli
from app.comments.routes import blueprint as comments
from app.config import ROOT, Settings
from app.core import assets, context, database, errors, i18n, numbers, security
from app.core.routes import blueprint as core
from app.desk.routes import blueprint as desk
from app.extensions import compress, csrf, db, login_manager, migrate
from app.followup import carry_over_check
from app.followup.routes import blueprint as followup
from app.history.routes import blueprint as history
from app.mail.routes import blueprint as mail
from app.meetings.screen_routes import blueprint as meetings
from app.navigation import init_app as init_navigation
from app.organisation.routes import blueprint as organisation
from app.own_page.routes import blueprint as own_page
from app.proposing.lineage_routes import blueprint as proposing
from app.roadmaps import checks
from app.roadmaps.change_routes import blueprint as roadmaps
from app.scoring.scenario_routes import blueprint as scoring
from app.sign_in.session_routes import blueprint as sign_in
from app.status_page.routes import blueprint as status_page
from app.translating.routes import blueprint as translating

BLUEPRINTS = (
    core,
    accounts,
    mail,
    organisation,
    sign_in,
    own_page,
    proposing,
    comments,
    attachments,
    scoring,
    meetings,
    roadmaps,
    followup,
    desk,
    history,
    status_page,
    translating,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application.

    Args:
        settings: The settings of the instance; read from the environment when None.

    Raises:
        UnfitForProduction: The instance is in production, and would not be safe.
    """
    settings = settings or Settings()
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=None)
    settings.check_production(debug=app.debug)
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.key(),
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        # An error that is logged names the statement, but none of the values in it.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        # A browser takes a cookie of the first name over https alone, and from no other host.
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        # Flask-Login would also believe a cookie that remembers people; there is none here.
        REMEMBER_COOKIE_NAME=None,
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=settings.default_language,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        COMPRESS_MIMETYPES=["text/html"],
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app.logger.setLevel(logging.INFO)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    # Templates know the reader as `actor`; Flask-Login would ask the database on error pages too.
    login_manager.init_app(app, add_context_processor=False)
    compress.init_app(app)
    for part in (database, numbers, i18n, errors, context, assets, security, refusals):
        part.init_app(app)
    init_navigation(app)
    init_cli(app)
    checks.add(carry_over_check.CHECK)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.production:
        with app.app_context():
            check_people()
    return app
