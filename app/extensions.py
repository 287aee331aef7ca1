"""Flask extensions, created once; imports nothing from app."""

from typing import TYPE_CHECKING

from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The declarative base; every constraint has a name, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


IDS_ONCE = {"sqlite_autoincrement": True}
"""Among the arguments of a table whose rows may be deleted: no id is ever given a second time.

The record, addresses and pages that are still open name rows by their ids. PostgreSQL counts on by
itself; SQLite would give the id of the newest row again once that row is deleted.
"""

db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

babel = Babel()
compress = Compress()
csrf = CSRFProtect()
login_manager = LoginManager()
# A session is a row of ours; Flask-Login's own mark of a browser would only end sessions of those
# whose address changes.
login_manager.session_protection = None
migrate = Migrate()
