"""How the mail server is spoken to: encryption, its certificate, signing in, and `mail test`."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from app.config import Settings
from app.mail import commands, sending
from app.mail.server import Fault
from app.mail.states import Trouble
from tests.conftest import running
from tests.mail.smtp_server import SmtpServer, html_of, smtp_server, text_of

PASSWORD = "a password of the tool's own"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key_text = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("certificate") / "mail.pem"
    path.write_bytes(made.public_bytes(pem) + key_text)
    return path


@pytest.fixture
def of_server(certificate: Path) -> ssl.SSLContext:
    """Return how the server encrypts."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system trust the server's certificate, as an administrator does."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def authenticator(
    _server: object, _session: object, _envelope: object, _how: str, data: Any
) -> Any:
    known = LoginPassword(b"digi", PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


@pytest.fixture
def strict(of_server: ssl.SSLContext) -> Iterator[SmtpServer]:
    """Return a server that takes letters only encrypted (by STARTTLS) and from whom it knows."""
    with smtp_server(
        tls_context=of_server,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticator,
    ) as server:
        yield server


@pytest.fixture
def given(settings: Settings, strict: SmtpServer) -> dict[str, object]:
    """Return what the settings say of `strict`."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": strict.port,
        "smtp_security": "starttls",
        "smtp_user": "digi",
        "smtp_password": PASSWORD,
    }


def fault_of(settings: Settings) -> tuple[Trouble, str] | None:
    """Send a test letter; return what went wrong."""
    try:
        sending.send_test(settings, "anna@example.org")
    except Fault as fault:
        return fault.trouble, fault.answer
    return None


def test_a_letter_goes_encrypted_by_starttls(
    app: Flask, settings: Settings, strict: SmtpServer, given: dict[str, object], trusted: None
) -> None:
    assert fault_of(settings.model_copy(update=given)) is None
    (letter,) = strict.letters
    assert letter["Subject"] == "Testiviesti"


@pytest.mark.parametrize(
    ("wrong", "trouble", "answer"),
    [
        ({"smtp_password": "another"}, Trouble.SIGN_IN, "535 5.7.8"),
        ({"smtp_password": "älä"}, Trouble.SIGN_IN, "letters that cannot be sent"),
        ({"smtp_user": ""}, Trouble.SENDER, "530 5.7.0 Authentication required"),
        ({"smtp_security": "none"}, Trouble.SIGN_IN, "not supported"),
        ({"smtp_security": "none", "smtp_user": ""}, Trouble.SENDER, "530 Must issue a STARTTLS"),
        ({"smtp_security": "tls"}, Trouble.ENCRYPTION, "[SSL"),
        ({"smtp_port": 1}, Trouble.UNREACHABLE, "Connection refused"),
        ({"smtp_host": "mail.invalid"}, Trouble.UNREACHABLE, ""),
        ({"smtp_host": "x" * 99 + ".invalid"}, Trouble.UNREACHABLE, "letters that cannot be sent"),
    ],
)
def test_what_is_wrong_is_said(
    app: Flask,
    settings: Settings,
    strict: SmtpServer,
    given: dict[str, object],
    trusted: None,
    wrong: dict[str, object],
    trouble: Trouble,
    answer: str,
) -> None:
    fault = fault_of(settings.model_copy(update={**given, **wrong}))
    assert fault is not None
    assert fault[0] is trouble
    assert answer in fault[1]
    assert not any(secret in fault[1] for secret in (PASSWORD, "another", "\n"))
    assert strict.letters == []


def test_a_certificate_that_nobody_knows_is_refused(
    app: Flask, settings: Settings, strict: SmtpServer, given: dict[str, object]
) -> None:
    fault = fault_of(settings.model_copy(update=given))
    assert fault == (Trouble.ENCRYPTION, "certificate not trusted: self-signed certificate")
    assert strict.letters == []


def test_a_certificate_of_another_host_is_refused(
    app: Flask, settings: Settings, strict: SmtpServer, given: dict[str, object], trusted: None
) -> None:
    fault = fault_of(settings.model_copy(update={**given, "smtp_host": "localhost"}))
    assert fault is not None
    assert fault[0] is Trouble.ENCRYPTION
    assert "Hostname mismatch" in fault[1]
    assert strict.letters == []


def test_a_letter_goes_encrypted_from_the_beginning(
    app: Flask, settings: Settings, of_server: ssl.SSLContext, trusted: None
) -> None:
    with smtp_server(wrapped=of_server) as server:
        given = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "tls"}
        assert fault_of(settings.model_copy(update=given)) is None
        assert len(server.letters) == 1


def test_a_server_without_encryption_gets_nothing(
    app: Flask, settings: Settings, server: SmtpServer
) -> None:
    given = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "starttls"}
    fault = fault_of(settings.model_copy(update=given))
    assert fault == (Trouble.ENCRYPTION, "STARTTLS extension not supported by server.")
    assert server.letters == []


def test_the_command_says_that_it_went(
    mail_settings: Settings, compiled: Path, server: SmtpServer
) -> None:
    with running(mail_settings, compiled) as app:
        result = app.test_cli_runner().invoke(args=["mail", "test", "anna@example.org"])
    assert result.exit_code == 0, result.output
    assert "from digi@city.example to anna@example.org" in result.output
    (letter,) = server.letters
    assert letter["X-Envelope-To"] == "anna@example.org"
    assert "https://digi.example.org/" in text_of(letter)
    assert "Testiviesti" in html_of(letter)


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "anna@[", "änna@example.org", "anna@example.org\nBcc: x@example.org"],
)
def test_the_command_writes_to_addresses_alone(
    mail_settings: Settings, compiled: Path, server: SmtpServer, address: str
) -> None:
    with running(mail_settings, compiled) as app:
        result = app.test_cli_runner().invoke(args=["mail", "test", address])
    assert result.exit_code == 1
    assert "Nothing was sent" in result.output
    assert server.letters == []


def test_the_command_says_that_nothing_is_set(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["mail", "test", "anna@example.org"])
    assert result.exit_code == 1
    assert "SMTP_HOST is not set" in result.output


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_sentence(settings: Settings, trouble: Trouble) -> None:
    known = settings.model_copy(update={"smtp_host": "mail.example"})
    sentence = commands.sentence(Fault(trouble, "550 No"), known)
    assert sentence.endswith(": 550 No")
    assert "{" not in sentence
    assert commands.sentence(Fault(trouble), known).endswith(".")
