"""Start a PostgreSQL server of the tests' own, and install one where none is found.

python -m tests.tools.postgres    # say which programs are used, installing them if needed
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tools import debian

MISSING = (
    "The tests need PostgreSQL's server programs, and none are found. "
    "Install them: apt-get install postgresql."
)

# The server refuses to run as root; Debian's package makes a user for it.
_USER = "postgres" if os.geteuid() == 0 else None


class PostgresMissingError(Exception):
    """No PostgreSQL server is found on this machine."""


@functools.cache
def programs() -> Path:
    """Return the folder of PostgreSQL's server programs, the newest where there are several.

    Raises PostgresMissingError where there are none: tests on PostgreSQL are never skipped.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    raise PostgresMissingError(MISSING)


def _version(initdb: Path) -> int:
    return int(initdb.parts[-3])


@contextmanager
def server() -> Iterator[str]:
    """Run a server for a while, and give the address of its database.

    It listens on a socket in a folder of its own alone, so it meets no other server, and it does
    not wait for the disk, as nothing in it is to last.
    """
    with TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if _USER:
            shutil.chown(folder, _USER)
        data = folder / "data"
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        _run("initdb", "--auth=trust", "--username=owner", "--no-sync", f"--pgdata={data}")
        _run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={folder}/log", "-o", options)
        try:
            yield f"postgresql+psycopg://owner@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={data}")


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, as the user that it wants."""
    subprocess.run(
        [programs() / program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        user=_USER,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )


def main() -> int:
    """Say which programs the tests use; return 1 when there are none."""
    try:
        programs()
    except PostgresMissingError:
        debian.install(["postgresql"], "the tests need a PostgreSQL server")
    try:
        print(f"PostgreSQL: {programs()}")
    except PostgresMissingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
