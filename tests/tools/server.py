"""Start gunicorn on an app, as make run does, and speak to it over one connection."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parents[2]

# Seconds until a server must answer for the first time.
PATIENCE = 30


@dataclass
class Answer:
    """What came back, and how long it took in milliseconds."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    milliseconds: float


@dataclass
class Client:
    """One reader: a connection that is kept alive, and cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._request("GET", path, None, headers or {})

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        # The server may end a kept connection just as a form comes, and no form is sent twice.
        self.close()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._request("POST", path, urlencode(fields).encode(), headers)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def _request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        headers = {"Accept-Encoding": "br, gzip", "Accept-Language": "fi", **headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connect()
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - started) * 1000
        for cookie in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, response.headers, content, took)

    def _connect(self) -> None:
        # A server that ended an idle connection is connected to anew, outside the measured time.
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.connection.sock is not None and _ended(self.connection.sock):
            self.connection.close()
        if self.connection.sock is None:
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _ended(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(60)


@contextmanager
def serving(app: str, environment: dict[str, str], port: int | None = None) -> Iterator[int]:
    """Serve an app with the project's gunicorn settings, on a free port if none is given; give it.

    Raises RuntimeError where it does not answer in time.
    """
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", app],
        cwd=PROJECT,
        env={**os.environ, **environment, "HOST": "127.0.0.1", "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_answer(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        client = Client(port)
        try:
            client.get("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            client.close()
    raise RuntimeError("the server does not answer")
