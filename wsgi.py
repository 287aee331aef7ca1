"""The entry point of gunicorn and of the `flask` command."""

import sys

from pydantic import ValidationError

from app import create_app
from app.config import UnfitForProduction

# gunicorn gives up when a worker ends with this code, in place of starting it again and again.
GIVE_UP = 3

try:
    app = create_app()
except ValidationError as wrong:
    for each in wrong.errors():
        name = ".".join(str(part) for part in each["loc"]).upper()
        sys.stderr.write(f"The settings are wrong. {name}: {each['msg']}\n")
    sys.exit(GIVE_UP)
except UnfitForProduction as unfit:
    sys.stderr.write(f"PRODUCTION is set, and the tool does not start. {unfit}\n")
    sys.exit(GIVE_UP)
