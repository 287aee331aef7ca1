"""What holds for the files of the repository as a whole."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]

FOLDERS = {"app", "demo", "docs", "migrations", "static", "templates", "tests", "translations"}
FILES = {
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "babel.cfg",
    "gunicorn.conf.py",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements-extras.txt",
    "requirements.txt",
    "wsgi.py",
}
HIDDEN = {".ci", ".editorconfig", ".gitattributes", ".gitignore"}

LOCKS = {
    "requirements.txt": (),
    "requirements-extras.txt": ("documents", "oidc", "optimisation", "postgresql"),
    "requirements-dev.txt": ("documents", "oidc", "optimisation", "postgresql", "dev"),
}
LOCKED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

# A dot is written as [.] so that this file does not find itself.
REGISTRIES = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|yarnpkg[.]com|proxy[.]golang", re.I
)
PLACES = re.compile(r"(?<![\w.:/-])/(?:home|root|work|Users|mnt|media)/\w")

IN_TEMPLATES = {
    "an inline style": re.compile(r"\sstyle=|<style", re.I),
    "an inline script": re.compile(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", re.I),
    "a handler in an attribute": re.compile(r"\son[a-z]+=|javascript:|\sjs:", re.I),
    "hx-on, hx-boost or hx-disable": re.compile(r"hx-(?:on|boost|disable)\b"),
    "an event filter, which needs eval": re.compile(r"hx-trigger=\"[^\"]*\["),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape"),
    "a file of another site": re.compile(r"<(?:script|link|img)[^>]*(?:src|href)=\"https?:", re.I),
}
LETTER = "templates/mail/letter.html:8"
IN_SCRIPTS = re.compile(r"\beval\(|\bFunction\(|\.innerHTML\b|setAttribute\(\"style\"")
IN_STYLES = re.compile(r"url\(\s*[\"']?(?:data:|https?:)|@import\s+url")


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git knows or would add, without the vendored ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *patterns]
    listing = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    paths = [PROJECT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and "vendor" not in path.parts]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in paths
        if path.suffix not in {".png", ".woff2", ".ico"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def locked(lock: str) -> dict[str, str]:
    matches = map(LOCKED.match, (PROJECT / lock).read_text().splitlines())
    return {match["name"]: match["version"] for match in matches if match}


def dependencies(*extras: str) -> list[Requirement]:
    """Return the dependencies that pyproject.toml names, with those of some extras."""
    with (PROJECT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    optional = project["optional-dependencies"]
    further = [line for extra in extras for line in optional[extra]]
    return [Requirement(line) for line in project["dependencies"] + further]


def test_top_level_is_the_agreed_one() -> None:
    names = {path.relative_to(PROJECT).parts[0] for path in tracked()}
    assert names == FOLDERS | FILES | HIDDEN


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRIES, tracked()) == []


def test_no_file_names_a_place_on_one_machine() -> None:
    assert lines_with(PLACES, tracked()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_versions_and_hashes_alone(lock: str) -> None:
    lines = (PROJECT / lock).read_text().splitlines()
    assert [line for line in lines if not LOCKED.match(line) and not HASH.match(line)] == []
    without_hash = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if LOCKED.match(line) and not HASH.match(following)
    ]
    assert without_hash == []


@pytest.mark.parametrize(("lock", "extras"), LOCKS.items())
def test_lock_satisfies_pyproject(lock: str, extras: tuple[str, ...]) -> None:
    versions = locked(lock)
    unsatisfied = [
        str(requirement)
        for requirement in dependencies(*extras)
        if versions.get(canonicalize_name(requirement.name), "") not in requirement.specifier
    ]
    assert unsatisfied == [], "run make lock"


def test_the_locks_agree() -> None:
    run, extras, tests = map(locked, LOCKS)
    assert run.items() <= extras.items() <= tests.items()


def test_every_dependency_is_explained() -> None:
    page = (PROJECT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert [
        each.name for each in dependencies(*LOCKS["requirements-dev.txt"]) if each.name not in page
    ] == []


@pytest.mark.parametrize("what", IN_TEMPLATES)
def test_templates_have_none_of(what: str) -> None:
    # A letter is no page: it has no policy, and mail programs fetch no sheet of styles.
    found = lines_with(IN_TEMPLATES[what], tracked("templates"))
    assert [line for line in found if line != f"{LETTER}: <style>"] == []


def test_scripts_need_no_eval_and_write_no_markup() -> None:
    assert lines_with(IN_SCRIPTS, tracked("static/js")) == []


def test_styles_fetch_nothing_that_the_policy_blocks() -> None:
    assert lines_with(IN_STYLES, tracked("static/css")) == []


def test_files_are_short() -> None:
    paths = tracked("app/*.py")
    assert [path for path in paths if len(path.read_text("utf-8").splitlines()) > 500] == []


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(PROJECT)}: {node.name}"
        for path in tracked("app/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 60
    ]
    assert long == []


def test_every_target_is_in_the_help() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (\S+)", makefile, re.M)
    shown = subprocess.run(["make", "help"], cwd=PROJECT, check=True, capture_output=True).stdout
    assert [each for each in targets if f"make {each} " not in shown.decode()] == []
