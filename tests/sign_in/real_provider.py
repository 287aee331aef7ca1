"""A sign-in service that others have written, oidc-provider-mock, in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.tools.server import PATIENCE, free_port

PEOPLE: dict[str, dict[str, Any]] = {
    "aino": {
        "name": "Aino Tunnuksellinen",
        "email": "aino@example.org",
        "preferred_username": "aino@example.org",
        "locale": "fi-FI",
        "roles": ["digi-secretaries", "something else"],
    },
    "sven": {
        "name": "Sven Kontoexempel",
        "email": "sven@example.org",
        "locale": "sv-FI",
    },
}
"""The claims of those who can sign in, by subject."""

ROLES = {"digi-secretaries": "secretary", "digi-administrators": "administrator"}
"""The setting that gives roles for their claims."""


@contextmanager
def real_provider() -> Iterator[str]:
    """Run the service and give its issuer; everybody of `PEOPLE` signs in with one click."""
    port = free_port()
    given = [f"--user-claims={json.dumps({'sub': sub, **each})}" for sub, each in PEOPLE.items()]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-n", f"-p{port}", *given],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONWARNINGS": ""},
    )
    issuer = f"http://localhost:{port}"
    try:
        _await_answer(issuer, process)
        yield issuer
    finally:
        process.terminate()
        process.wait()


def _await_answer(issuer: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the sign-in service does not answer")
