"""A sign-in service of the tests' own, on a real port, that does as it should or lies."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from app.config import Settings
from tests.client import LintingClient
from tests.conftest import make_settings
from tests.sign_in.real_provider import ROLES

CLIENT_ID = "roadmap"
CLIENT_SECRET = "a secret of the tests: + / %"

# Making a key takes a while, and one serves all tests.
KEY = RSAKey.generate_key(2048, {"kid": "first"})


# Seconds; nobody waits for so long but who would wait for ever.
_TOO_LATE = 20


class Absent:
    """Stands for a claim or a field that is left out."""


ABSENT = Absent()


@dataclass
class Answer:
    """What the service answers at one of its addresses, in place of what it should."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as it is sent: bytes as they are, all else as JSON."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Provider:
    """The service; its fields are what a test changes of it.

    Attributes:
        issuer: Its own address.
        claims: Claims that the next ID token has beside, or instead of, the proper ones.
        header: The header of ID tokens.
        key: What ID tokens are signed with; bytes are a shared key.
        published: The keys that the service publishes.
        metadata: What its metadata say beside, or instead of, what they should.
        tokens: What the answer to a code says beside, or instead of, what it should.
        answers: What it answers at a path, in place of anything else.
        requests: The paths of all requests so far.
        silent: The paths at which every answer comes too late.
    """

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    key: Any = field(default_factory=lambda: KEY)
    published: list[Any] = field(default_factory=lambda: [KEY])
    metadata: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self, client: LintingClient, onward: str = "") -> dict[str, str]:
        """Let a client begin to sign in, and return what the service is asked."""
        where = client.get("/sign-in/city-account", query_string={"next": onward} if onward else {})
        assert where.status_code == 302, where.text
        assert where.location.startswith(f"{self.issuer}/authorize?")
        return dict(parse_qsl(urlsplit(where.location).query, strict_parsing=True))

    def let_in(self, asked: dict[str, str], **given: str) -> str:
        """Return the address that the service sends a reader back to."""
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        answer = {"code": code, "state": asked["state"], **given}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(answer)}"

    def sign_in(self, client: LintingClient, onward: str = "", **given: str) -> TestResponse:
        """Sign a client in, and return how the tool answers to whoever comes back."""
        return client.get(self.let_in(self.begin(client, onward), **given))

    def answer_to(self, path: str, fields: dict[str, str], secret: str) -> Answer:
        """Return what the service answers."""
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return Answer(self._metadata())
        if path == "/keys":
            return Answer({"keys": [key.as_dict(private=False) for key in self.published]})
        if path == "/token":
            return self._answer_to_code(fields, secret)
        return Answer({}, 404)

    def _metadata(self) -> dict[str, Any]:
        return _without_absent(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                **self.metadata,
            }
        )

    def _answer_to_code(self, fields: dict[str, str], secret: str) -> Answer:
        asked = self.asked.pop(fields["code"], None)
        if asked is None or not self._is_whose_it_was(asked, fields):
            return Answer({"error": "invalid_grant"}, 400)
        methods = self._metadata()["token_endpoint_auth_methods_supported"]
        method = "client_secret_post" if "client_secret" in fields else "client_secret_basic"
        known = fields.get("client_secret", secret) == CLIENT_SECRET
        if not known or method not in (methods or ["client_secret_basic"]):
            return Answer({"error": "invalid_client"}, 401)
        tokens = {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked["nonce"]),
        }
        return Answer(_without_absent(tokens | self.tokens))

    def _is_whose_it_was(self, asked: dict[str, str], fields: dict[str, str]) -> bool:
        """Check what PKCE asks (RFC 7636, 4.6), and where the answer was sent."""
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        challenge = _base64(digest).decode()
        proved = asked["code_challenge_method"] == "S256" and asked["code_challenge"] == challenge
        return proved and asked["redirect_uri"] == fields["redirect_uri"]

    def id_token(self, nonce: str) -> str:
        """Return an ID token."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "name": "Aino Esimerkki",
            **self.claims,
        }
        return _signed(self.header, _without_absent(claims), self.key)


def _signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """Return a token as it is told to be; joserfc itself would refuse to make a bad one."""
    signed = b".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    if isinstance(key, bytes):
        signature = hmac.digest(key, signed, "sha256")
    else:
        signature = JWSRegistry.algorithms[header["alg"]].sign(signed, key)
    return b".".join((signed, _base64(signature))).decode()


def _base64(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def _without_absent(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not ABSENT}


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the provider of its server."""

    def do_GET(self) -> None:
        self._answer({}, "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        scheme, _, proof = self.headers.get("Authorization", "").partition(" ")
        client = base64.b64decode(proof).decode() if scheme == "Basic" else ""
        self._answer(fields, client.partition(":")[2])

    def _answer(self, fields: dict[str, str], secret: str) -> None:
        provider: Provider = self.server.provider
        provider.requests.append(self.path)
        if self.path in provider.silent and provider.over.wait(_TOO_LATE):
            return
        answer = provider.answer_to(self.path, fields, secret)
        body = answer.encoded()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a service on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def trusting(instance: Path, issuer: str, **given: object) -> Settings:
    """Return the settings of an instance that trusts an issuer."""
    known = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_roles": ROLES,
        "oidc_unit_claim": "department",
        "public_url": "http://localhost",
    }
    return make_settings(instance, **{**known, **given})
