"""The city's sign-in service, spoken to by OpenID Connect: the authorization code flow with PKCE.

Authlib makes the requests and checks the claims. What it leaves to its callers is checked here: the
issuer of the metadata, that there is an ID token at all, its audience and its algorithm. The rules
are those of OpenID Connect Core 1.0, 3.1.3.7, of RFC 9700 and of RFC 9207.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask.sansio.app import App

from app.config import Settings
from app.sign_in.failures import BEGIN_AGAIN, NO_ANSWER, NOT_ACCEPTED, NOT_LET_IN, Failed

try:
    import requests
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""How an ID token may be signed: with a key pair, as what both sides know anybody could forge."""

LEEWAY = 60
"""Seconds by which the clocks of both sides may differ."""

TIMEOUT = 5.0
"""Seconds that the service may let a connection or an answer wait; without an end it would hold a
thread of the server for ever."""

_KEPT_FOR = 3600
"""Seconds after which the service's metadata and keys are read anew."""

_PATIENCE = 3600
"""Seconds that a reader may take at the service."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Begun(NamedTuple):
    """A sign-in that has begun.

    Attributes:
        address: Where the reader signs in.
        pending: What must be known when they come back; it belongs into their cookie.
    """

    address: str
    pending: dict[str, Any]


def init_app(app: App) -> None:
    """Let `app` know the sign-in service of its settings, if there is one."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.oidc_issuer:
        return
    if INSTALLED:
        app.extensions["city_account"] = Provider(settings)
    else:
        app.logger.error("OIDC_ISSUER is set, but the packages of the extra oidc are missing")


def provider() -> "Provider | None":
    """Return the sign-in service of this instance; None where it has none that works."""
    found: Provider | None = current_app.extensions.get("city_account")
    return found


class Provider:
    """A sign-in service, by its issuer, and what it says of itself."""

    timeout = TIMEOUT

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret
        self._scopes = settings.oidc_scopes
        self._kept: dict[str, tuple[float, Any]] = {}

    def begin(self, redirect_uri: str, language: str) -> Begun:
        """Begin a sign-in.

        Args:
            redirect_uri: Where the reader comes back to.
            language: The language that they read.

        Raises:
            Failed: The service does not answer, or not as it must.
        """
        metadata = self._metadata()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session(metadata) as session:
            address, _state = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                redirect_uri=redirect_uri,
                ui_locales=language,
            )
        begun_at = int(time.time())
        return Begun(
            address, {"state": state, "nonce": nonce, "verifier": verifier, "begun_at": begun_at}
        )

    def finish(
        self, answer: Mapping[str, str], pending: Mapping[str, Any], redirect_uri: str
    ) -> Mapping[str, Any]:
        """Finish a sign-in, and return the verified claims of the ID token.

        Args:
            answer: What the service sent the reader back with; its state is that of `pending`.
            pending: What `begin` gave.
            redirect_uri: The same as in `begin`.

        Raises:
            Failed: The reader was not let in, took too long, or something is not as it must be.
        """
        if time.time() - pending["begun_at"] > _PATIENCE:
            raise Failed(BEGIN_AGAIN, "it took too long")
        metadata = self._metadata()
        says_issuer = metadata.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if says_issuer else self.issuer) != self.issuer:
            raise Failed(NOT_ACCEPTED, "the answer is another issuer's")
        if "error" in answer:
            raise _refusal(answer["error"])
        if not answer.get("code"):
            raise Failed(BEGIN_AGAIN, "there is no code")
        tokens = self._tokens(metadata, answer["code"], pending["verifier"], redirect_uri)
        return self._verified(tokens, pending["nonce"])

    def _tokens(
        self, metadata: Mapping[str, Any], code: str, verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        """Return what the service gives for a code."""
        with self._session(metadata) as session:
            try:
                tokens: Mapping[str, Any] = session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=redirect_uri,
                    allow_redirects=False,
                )
            except OAuthError as error:
                failure = BEGIN_AGAIN if error.error == "invalid_grant" else NOT_ACCEPTED
                detail = f"the code was refused: {_short(error.error)}"
                raise Failed(failure, detail) from error
            except requests.RequestException as error:
                raise Failed(NO_ANSWER, f"no tokens: {_kind(error)}") from error
            except (TypeError, ValueError) as error:
                raise Failed(NOT_ACCEPTED, f"no tokens: {_kind(error)}") from error
        return tokens

    def _verified(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Return the claims of the ID token, once everything in it has been checked."""
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise Failed(NOT_ACCEPTED, "there is no ID token")
        token = self._decoded(id_token)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                **{name: {"essential": True} for name in ("sub", "exp", "iat", "nonce")},
            },
            {
                "client_id": self._client_id,
                "nonce": nonce,
                "access_token": tokens.get("access_token"),
            },
        )
        try:
            claims.validate(leeway=LEEWAY)
        except (JoseError, TypeError, ValueError) as error:
            raise Failed(NOT_ACCEPTED, f"the ID token: {_kind(error)}") from error
        subject = claims["sub"]
        # OpenID Connect Core 1.0, 2: at most 255 characters of ASCII.
        if not (subject.isascii() and subject.isprintable() and len(subject) <= 255):
            raise Failed(NOT_ACCEPTED, "the ID token: sub")
        return dict(claims)

    def _decoded(self, id_token: str, *, fresh: bool = False) -> "jwt.Token":
        """Return the ID token, once its signature has been checked."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        keys = self._keys(fresh=fresh)
        try:
            return jwt.decode(id_token, keys, registry=registry)
        except (JoseError, TypeError, ValueError) as error:
            # The service may have changed its keys since they were read.
            if not fresh and isinstance(error, BadSignatureError | InvalidKeyIdError):
                return self._decoded(id_token, fresh=True)
            raise Failed(NOT_ACCEPTED, f"the ID token: {_kind(error)}") from error

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self._kept_or("metadata", self._read_metadata)
        return found

    def _keys(self, *, fresh: bool) -> "KeySet":
        found: KeySet = self._kept_or("keys", self._read_keys, fresh=fresh)
        return found

    def _kept_or(self, name: str, read: Callable[[], Any], *, fresh: bool = False) -> Any:
        """Return what was read not long ago and was in order, else what is there now."""
        until, found = self._kept.get(name, (0.0, None))
        if fresh or time.monotonic() >= until:
            found = read()
            self._kept[name] = (time.monotonic() + _KEPT_FOR, found)
        return found

    def _read_metadata(self) -> dict[str, Any]:
        """Return what the service says of itself, by OpenID Connect Discovery 1.0."""
        metadata = self._read(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.issuer:
            raise Failed(NOT_ACCEPTED, "the metadata: another issuer")
        scheme = urlsplit(self.issuer).scheme
        for name in _ENDPOINTS:
            if not _is_address(metadata.get(name), scheme):
                raise Failed(NOT_ACCEPTED, f"the metadata: {name}")
        return metadata

    def _read_keys(self) -> "KeySet":
        answer: Any = self._read(self._metadata()["jwks_uri"])
        try:
            return KeySet.import_key_set(answer)
        except (AttributeError, JoseError, KeyError, TypeError, ValueError) as error:
            raise Failed(NOT_ACCEPTED, f"the keys: {_kind(error)}") from error

    def _read(self, address: str) -> dict[str, Any]:
        """Return the JSON object at an address."""
        try:
            answer = requests.get(address, timeout=self.timeout, allow_redirects=False)
        except requests.RequestException as error:
            raise Failed(NO_ANSWER, f"{address}: {_kind(error)}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Failed(NO_ANSWER, f"{address}: {answer.status_code}")
        found: Any
        try:
            found = answer.json() if answer.status_code == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Failed(NOT_ACCEPTED, f"{address}: {answer.status_code} without a JSON object")
        return found

    def _session(self, metadata: Mapping[str, Any]) -> "OAuth2Session":
        # In the header Authlib writes a secret as it is, where RFC 6749, 2.3.1 wants it encoded.
        method = "client_secret_basic"
        if "client_secret_post" in (metadata.get("token_endpoint_auth_methods_supported") or ()):
            method = "client_secret_post"
        return OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method=method if self._client_secret else "none",
            scope=self._scopes,
            code_challenge_method="S256",
            default_timeout=self.timeout,
        )


def _refusal(error: str) -> Failed:
    """Return the failure that the service gives as a reason (RFC 6749, 4.1.2.1)."""
    detail = f"the service says {_short(error)}"
    if error in {"access_denied", "login_required", "interaction_required", "consent_required"}:
        return Failed(NOT_LET_IN, detail)
    if error in {"server_error", "temporarily_unavailable"}:
        return Failed(NO_ANSWER, detail)
    return Failed(NOT_ACCEPTED, detail)


def _is_address(value: object, scheme: str) -> bool:
    """Tell whether `value` is an address that is as safe as the issuer's, of the same scheme."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"https", scheme} and bool(parts.hostname)


def _kind(error: Exception) -> str:
    """Return what the log may be told of an error: its message may hold a part of a token."""
    return type(error).__name__


def _short(text: object) -> str:
    return repr(text)[:80]
