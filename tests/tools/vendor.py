"""Lock, fetch and check the third-party files that the pages and the browser tests use.

The files stand in the repository, so running the tool and its tests needs neither npm nor a
network. ``static/vendor/vendor.json`` names each package with its exact version, licence,
integrity (of the packed archive, as npm states it) and the SHA-256 of every file taken from it.

    python tests/tools/vendor.py lock    # after a change of version: pack, write files and hashes
    python tests/tools/vendor.py fetch   # write the files again, refusing any that differ
    python tests/tools/vendor.py check   # offline: every file as locked, and no file beside them
"""

import argparse
import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
LOCK = PROJECT / "static/vendor/vendor.json"


def lock() -> None:
    """Pack every package, write its files and record their hashes in the lock."""
    packages = _packages()
    for package in packages:
        archive = _pack(package)
        package["integrity"] = _integrity(archive)
        for source, file in package["files"].items():
            content = _member(archive, source)
            file["sha256"] = hashlib.sha256(content).hexdigest()
            _write(_target(package, file), content)
    LOCK.write_text(json.dumps({"packages": packages}, indent=2) + "\n", encoding="utf-8")


def fetch() -> None:
    """Pack every package and write its files.

    Raises ValueError where an archive or a file is not the one that was locked.
    """
    for package in _packages():
        archive = _pack(package)
        if _integrity(archive) != package["integrity"]:
            raise ValueError(f"{package['name']} {package['version']}: not the locked archive")
        for source, file in package["files"].items():
            content = _member(archive, source)
            if hashlib.sha256(content).hexdigest() != file["sha256"]:
                raise ValueError(f"{package['name']} {package['version']}: {source} differs")
            _write(_target(package, file), content)


def problems() -> list[str]:
    """Say what differs between the lock and the files; an empty list means all is well.

    Reads the disk only. A file that is missing, changed or unlisted is a problem each.
    """
    packages = _packages()
    found = []
    listed = {LOCK}
    for package in packages:
        for file in package["files"].values():
            target = _target(package, file)
            listed.add(target)
            if not target.is_file():
                found.append(f"{target.relative_to(PROJECT)}: missing")
            elif hashlib.sha256(target.read_bytes()).hexdigest() != file["sha256"]:
                found.append(f"{target.relative_to(PROJECT)}: differs from the lock")
    for root in sorted({package["root"] for package in packages}):
        for path in sorted((PROJECT / root).rglob("*")):
            if path.is_file() and path not in listed:
                found.append(f"{path.relative_to(PROJECT)}: not listed in vendor.json")
    return found


def _packages() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    return packages


def _target(package: dict[str, Any], file: dict[str, str]) -> Path:
    return Path(PROJECT, package["root"], file["to"])


def _pack(package: dict[str, Any]) -> bytes:
    # Scripts are ignored: a package is a box of files to us and must not run anything.
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                "npm",
                "pack",
                "--ignore-scripts",
                "--silent",
                f"{package['name']}@{package['version']}",
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = Path(folder).glob("*.tgz")
        return archive.read_bytes()


def _integrity(archive: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()


def _member(archive: bytes, source: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        content = tar.extractfile(f"package/{source}")
        if content is None:
            raise ValueError(f"{source}: not a file")
        return content.read()


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def main() -> int:
    """Run one command; return 1 when ``check`` finds problems."""
    parser = argparse.ArgumentParser(description="Third-party files of the pages and the tests")
    parser.add_argument("command", choices=["lock", "fetch", "check"])
    command = parser.parse_args().command
    if command == "lock":
        lock()
    elif command == "fetch":
        fetch()
    found = problems()
    print("\n".join(found) or "Every vendored file is as locked.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
