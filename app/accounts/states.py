"""How people sign in, and how they want to be told."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Method(Labelled):
    """How a session was begun."""

    DEMO = "demo", _l("demo")
    OIDC = "oidc", _l("city account")
    PASSWORD = "password", _l("password")


class Mail(Labelled):
    """When a person gets what the tool has to tell them by e-mail."""

    AT_ONCE = "at_once", _l("at once")
    DIGEST = "digest", _l("once a day, all together")
    NEVER = "never", _l("not by e-mail")


class Access(Labelled):
    """Whether a person may sign in, and whether they ever have."""

    ACTIVE = "active", _l("in use"), "done"
    NEVER = "never", _l("never signed in"), "waiting"
    DISABLED = "disabled", _l("disabled"), "muted"
    ERASED = "erased", _l("erased"), "muted"
