"""What a sign-in service may not answer, and what nobody else may answer in its place."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_babel import force_locale
from joserfc.jwk import OctKey, RSAKey

from app.sign_in import oidc
from app.sign_in.failures import (
    BEGIN_AGAIN,
    NO_ANSWER,
    NOT_ACCEPTED,
    NOT_LET_IN,
    Failure,
)
from tests.html import document_of, first, text_of
from tests.sign_in.provider import ABSENT, CLIENT_ID, CLIENT_SECRET, KEY, Answer, Provider, trusting
from tests.sign_in.test_demo import signed_in_name

Lie = Callable[[Provider], object]

STRANGER = RSAKey.generate_key(2048, {"kid": "first"})
LONG_AGO, FAR_AHEAD = 1_000_000_000, 4_000_000_000

pytestmark = pytest.mark.usefixtures("nothing_written")


@pytest.fixture
def settings(tmp_path, provider: Provider):
    """Return the settings of an instance that trusts the provider of the test."""
    return trusting(tmp_path / "instance", provider.issuer)


@pytest.fixture
def client(app: Flask):
    """Return a client whose pages may say that something else is broken."""
    client = app.test_client()
    client.expects_errors = True
    return client


def assert_refused(response, failure: Failure) -> None:
    """Check that an answer is the page of a failure, with the way to begin again."""
    assert response.status_code == failure.status
    root = document_of(response).root
    with force_locale("fi"):
        assert text_of(first(root, ".//h1")) == str(failure.title)
        main = text_of(first(root, ".//main"))
        assert str(failure.text) in main
        assert str(failure.what_next) in main
    assert first(root, ".//main//a[@class='btn']").get("href").startswith("/sign-in")


def claims(**given: object) -> Lie:
    return lambda provider: provider.claims.update(given)


def metadata(**given: object) -> Lie:
    return lambda provider: provider.metadata.update(given)


def tokens(**given: object) -> Lie:
    return lambda provider: provider.tokens.update(given)


def answer(path: str, body: object, status: int = 200, **headers: str) -> Lie:
    return lambda provider: provider.answers.update({path: Answer(body, status, headers)})


def sign(alg: str, key: object, published: list[object] | None = None, **header: str) -> Lie:
    def lie(provider: Provider) -> None:
        provider.header = {"alg": alg, "kid": "first", **header}
        provider.key = key
        if published is not None:
            provider.answers["/keys"] = Answer({"keys": published})

    return lie


SHARED = OctKey.generate_key(256, {"kid": "first"})

FORGED_TOKENS: dict[str, Lie] = {
    "another issuer": claims(iss="https://evil.example"),
    "an issuer with a slash": lambda provider: provider.claims.update(iss=f"{provider.issuer}/"),
    "no issuer": claims(iss=ABSENT),
    "another audience": claims(aud="another"),
    "another audience, for this client": claims(aud="another", azp=CLIENT_ID),
    "other audiences": claims(aud=["another", "a third"], azp=CLIENT_ID),
    "a second audience without azp": claims(aud=[CLIENT_ID, "another"]),
    "no audience": claims(aud=ABSENT),
    "an empty audience": claims(aud=[]),
    "an audience that is no text": claims(aud=7),
    "another azp": claims(azp="another"),
    "expired": claims(exp=LONG_AGO),
    "no expiry": claims(exp=ABSENT),
    "an expiry in words": claims(exp="tomorrow"),
    "an expiry that is no number": claims(exp=float("nan")),
    "issued in the future": claims(iat=FAR_AHEAD, exp=FAR_AHEAD + 300),
    "no time of issue": claims(iat=ABSENT),
    "not valid yet": claims(nbf=FAR_AHEAD),
    "another nonce": claims(nonce="another"),
    "no nonce": claims(nonce=ABSENT),
    "an empty nonce": claims(nonce=""),
    "no subject": claims(sub=ABSENT),
    "an empty subject": claims(sub=""),
    "a subject that is a number": claims(sub=17),
    "a subject that is a list": claims(sub=["a"]),
    "a subject that is too long": claims(sub="x" * 256),
    "a subject with a zero byte": claims(sub="a\0b"),
    "a subject beyond ASCII": claims(sub="ä"),
    "another access token": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "a hash that is no text": claims(at_hash=["x"]),
    "a stranger's key": sign("RS256", STRANGER),
    "a key that is not published": sign("RS256", STRANGER, kid="second"),
    "no signature": sign("none", None),
    "the public key as a shared one": sign("HS256", KEY.as_pem(private=False)),
    "a shared key that is published": sign("HS256", SHARED, [SHARED.as_dict(private=True)]),
    "a critical header that nobody knows": lambda provider: provider.header.update(
        crit=["odd"], odd="odd"
    ),
    "no token": tokens(id_token=ABSENT),
    "an empty token": tokens(id_token=""),
    "a token that is a number": tokens(id_token=17),
    "a token that is a list": tokens(id_token=["a"]),
    "garbage": tokens(id_token="a.b.c"),
    "garbage in one piece": tokens(id_token="garbage"),
    "an encrypted token": tokens(id_token="a.b.c.d.e"),
    "a token that is too large": tokens(id_token="a" * 300_000),
    "an odd time of life": tokens(expires_in="soon"),
    "an odder time of life": tokens(expires_in=["soon"]),
}


@pytest.mark.parametrize("lie", FORGED_TOKENS.values(), ids=FORGED_TOKENS)
def test_a_forged_token_lets_nobody_in(client, provider: Provider, lie: Lie) -> None:
    lie(provider)
    assert_refused(provider.sign_in(client), NOT_ACCEPTED)
    assert signed_in_name(client) is None


FORGED_KEYS: dict[str, object] = {
    "no object": [],
    "no keys": {},
    "an empty list": {"keys": []},
    "a number": {"keys": 7},
    "words": {"keys": "keys"},
    "numbers": {"keys": [1, 2]},
    "half a key": {"keys": [{"kty": "RSA", "kid": "first", "n": "AQAB"}]},
    "a key of garbage": {"keys": [{"kty": "RSA", "kid": "first", "n": "%%%", "e": "%%%"}]},
    "a key of numbers": {"keys": [{"kty": "RSA", "kid": "first", "n": 1, "e": 2}]},
    "a key of an unknown kind": {"keys": [{"kty": "odd", "kid": "first"}]},
    "a curve of an unknown kind": {"keys": [{"kty": "EC", "crv": "P-1", "x": "AA", "y": "AA"}]},
    "no JSON": b"<html>keys</html>",
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("keys", FORGED_KEYS.values(), ids=FORGED_KEYS)
def test_keys_of_garbage_let_nobody_in(client, provider: Provider, keys: object) -> None:
    provider.answers["/keys"] = Answer(keys)
    assert_refused(provider.sign_in(client), NOT_ACCEPTED)


FORGED_METADATA: dict[str, Lie] = {
    "another issuer": metadata(issuer="https://evil.example"),
    "an issuer with a slash": lambda provider: provider.metadata.update(
        issuer=f"{provider.issuer}/"
    ),
    "no issuer": metadata(issuer=ABSENT),
    "no place to sign in": metadata(authorization_endpoint=ABSENT),
    "a place that is no address": metadata(authorization_endpoint="javascript:alert(1)"),
    "a place without a host": metadata(token_endpoint="http:///token"),
    "a place that is a number": metadata(token_endpoint=7),
    "a place that is no right address": metadata(jwks_uri="http://[::1"),
    "no keys": metadata(jwks_uri=ABSENT),
    "a list": answer("/.well-known/openid-configuration", []),
    "no JSON": answer("/.well-known/openid-configuration", b"<html>"),
    "nothing there": answer("/.well-known/openid-configuration", {}, 404),
    "a way to elsewhere": answer(
        "/.well-known/openid-configuration", {}, 302, Location="http://127.0.0.1:9/"
    ),
}


@pytest.mark.parametrize("lie", FORGED_METADATA.values(), ids=FORGED_METADATA)
def test_forged_metadata_begin_nothing(client, provider: Provider, lie: Lie) -> None:
    lie(provider)
    assert_refused(client.get("/sign-in/city-account"), NOT_ACCEPTED)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example.org/token", True),
        ("http://id.example.org/token", False),
        ("ftp://id.example.org/token", False),
        ("/token", False),
    ],
)
def test_a_service_by_https_has_all_its_addresses_by_https(address: str, safe: bool) -> None:
    assert oidc._is_address(address, "https") == safe


REFUSED_CODES: dict[str, tuple[Lie, Failure]] = {
    "used or made up": (answer("/token", {"error": "invalid_grant"}, 400), BEGIN_AGAIN),
    "another client": (answer("/token", {"error": "invalid_client"}, 401), NOT_ACCEPTED),
    "an error of no words": (answer("/token", {"error": ["odd"]}, 400), NOT_ACCEPTED),
    "a list": (answer("/token", []), NOT_ACCEPTED),
    "no JSON": (answer("/token", b"<html>"), NOT_ACCEPTED),
    "a way to elsewhere": (
        answer("/token", b"", 307, Location="http://127.0.0.1:9/"),
        NOT_ACCEPTED,
    ),
    "a fault": (answer("/token", b"oh", 500), NO_ANSWER),
    "a fault in JSON": (answer("/token", {"error": "server_error"}, 503), NO_ANSWER),
    "too many requests": (answer("/token", b"slow down", 429), NO_ANSWER),
}


@pytest.mark.parametrize(("lie", "failure"), REFUSED_CODES.values(), ids=REFUSED_CODES)
def test_a_refused_code_is_said(client, provider: Provider, lie: Lie, failure: Failure) -> None:
    lie(provider)
    assert_refused(provider.sign_in(client), failure)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("access_denied", NOT_LET_IN),
        ("login_required", NOT_LET_IN),
        ("interaction_required", NOT_LET_IN),
        ("consent_required", NOT_LET_IN),
        ("server_error", NO_ANSWER),
        ("temporarily_unavailable", NO_ANSWER),
        ("invalid_scope", NOT_ACCEPTED),
        ("<script>", NOT_ACCEPTED),
        ("", NOT_ACCEPTED),
    ],
)
def test_an_error_of_the_service_is_said_without_its_words(
    client, provider: Provider, error: str, failure: Failure
) -> None:
    state = provider.begin(client)["state"]
    told = {"error": error, "error_description": "Call 0123", "state": state}
    response = client.get("/sign-in/returned", query_string=told)
    assert_refused(response, failure)
    assert "0123" not in text_of(first(document_of(response).root, ".//main"))


def test_a_missing_state_or_one_of_another_browser_is_refused(app: Flask, client, provider) -> None:
    another = app.test_client()
    back = provider.let_in(provider.begin(another))
    assert_refused(client.get(back), BEGIN_AGAIN)
    provider.begin(client)
    assert_refused(client.get(back), BEGIN_AGAIN)
    assert_refused(client.get("/sign-in/returned"), BEGIN_AGAIN)
    assert_refused(client.get("/sign-in/returned?state=%C3%A4&code=x"), BEGIN_AGAIN)
    assert "/token" not in provider.requests


def test_an_answer_of_another_state_does_not_end_what_has_begun(client, provider) -> None:
    provider.claims["nonce"] = "so that nobody is let in"
    back = provider.let_in(provider.begin(client))
    assert_refused(client.get("/sign-in/returned?state=another&error=access_denied"), BEGIN_AGAIN)
    assert_refused(client.get(back), NOT_ACCEPTED)


def test_a_state_is_used_once_also_when_it_led_to_nothing(client, provider: Provider) -> None:
    asked = provider.begin(client)
    told = {"error": "access_denied", "state": asked["state"]}
    assert_refused(client.get(f"/sign-in/returned?{urlencode(told)}"), NOT_LET_IN)
    assert_refused(client.get(provider.let_in(asked)), BEGIN_AGAIN)
    assert "/token" not in provider.requests


def test_every_sign_in_has_its_own_secrets(client, provider: Provider) -> None:
    asked = [provider.begin(client) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        values = {each[name] for each in asked}
        assert len(values) == 2
        assert min(map(len, values)) >= 43


def test_an_answer_without_a_code_is_refused(client, provider: Provider) -> None:
    state = provider.begin(client)["state"]
    assert_refused(client.get(f"/sign-in/returned?state={state}"), BEGIN_AGAIN)


def test_an_answer_of_another_issuer_is_refused(client, provider: Provider) -> None:
    assert_refused(provider.sign_in(client, iss="https://evil.example"), NOT_ACCEPTED)
    assert "/token" not in provider.requests


def test_a_service_that_names_itself_must_do_so(client, provider: Provider) -> None:
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    assert_refused(provider.sign_in(client), NOT_ACCEPTED)


def test_whoever_takes_too_long_begins_again(client, provider: Provider) -> None:
    back = provider.let_in(provider.begin(client))
    with client.session_transaction() as session:
        session["city_account"] = {**session["city_account"], "begun_at": LONG_AGO}
    assert_refused(client.get(back), BEGIN_AGAIN)


def test_a_wrong_secret_is_told_to_the_log(client, provider, app, caplog) -> None:
    app.extensions["city_account"]._client_secret = "wrong"
    assert_refused(provider.sign_in(client), NOT_ACCEPTED)
    assert "invalid_client" in caplog.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_service_that_keeps_silent_is_not_waited_for(app, client, provider, path: str) -> None:
    back = provider.let_in(provider.begin(client))
    app.extensions["city_account"]._kept.clear()
    app.extensions["city_account"].timeout = 0.2
    provider.silent.add(path)
    assert_refused(client.get(back), NO_ANSWER)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_broken_is_said(client, provider: Provider, status: int) -> None:
    provider.answers["/.well-known/openid-configuration"] = Answer({}, status)
    assert_refused(client.get("/sign-in/city-account"), NO_ANSWER)
    del provider.answers["/.well-known/openid-configuration"]
    provider.begin(client)


def test_the_log_tells_the_reason_and_no_secret(client, provider: Provider, caplog) -> None:
    caplog.set_level(logging.INFO)
    provider.claims["exp"] = LONG_AGO
    asked = provider.begin(client)
    back = provider.let_in(asked)
    assert_refused(client.get(back), NOT_ACCEPTED)
    assert "ExpiredTokenError" in caplog.text
    secrets = (asked["state"], asked["nonce"], CLIENT_SECRET, *provider.asked, "eyJ", "Aino")
    assert [each for each in secrets if each in caplog.text] == []


def test_the_way_back_is_kept_on_the_page_of_a_failure(client, provider: Provider) -> None:
    provider.claims["exp"] = LONG_AGO
    root = document_of(provider.sign_in(client, "/proposals?a=1")).root
    link = first(root, ".//main//a[@class='btn']").get("href")
    assert link == "/sign-in?next=/proposals?a%3D1"
    again = document_of(client.get(link)).root
    begin = first(again, ".//main//a[@class='btn']").get("href")
    assert begin == "/sign-in/city-account?next=/proposals?a%3D1"
