"""`flask jobs run` in processes of their own."""

import os
import subprocess
import sys
import threading
from collections import Counter
from email.message import EmailMessage

from app.config import ROOT, Settings
from tests.mail.smtp_server import SmtpServer

PATIENCE = 60


def start_job(settings: Settings) -> subprocess.Popen[str]:
    """Start the job, as a timer does."""
    names = (
        "instance",
        "database_url",
        "public_url",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "mail_from",
    )
    given = {name.upper(): str(getattr(settings, name)) for name in names}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"],
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_job(job: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end of a job; return its exit code, what it printed, and its errors."""
    output, errors = job.communicate(timeout=PATIENCE)
    return job.returncode, output, errors


def run_two(settings: Settings, server: SmtpServer) -> Counter[str]:
    """Run the job twice at the same time; return how often each letter arrived, by its id."""
    # Neither run gets an answer to its first letter before the other has sent one too.
    both, greeted = threading.Barrier(2), iter(range(2))

    def wait_for_the_other(_letter: EmailMessage) -> None:
        if next(greeted, None) is not None:
            both.wait(PATIENCE)

    server.on_letter = wait_for_the_other
    results = [end_job(job) for job in (start_job(settings), start_job(settings))]
    assert [code for code, _output, _errors in results] == [0, 0], results
    assert not any("Sent: 0." in output for _code, output, _errors in results)
    return Counter(letter["Message-ID"] for letter in server.letters)
