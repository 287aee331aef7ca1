"""Install Debian packages that the tests need, where that is possible."""

import os
import shutil
import subprocess


def install(packages: list[str], reason: str) -> bool:
    """Install packages by apt-get, after saying so; return whether that worked.

    Only root on a system with apt-get can; anywhere else nothing is tried.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"Installing {' '.join(packages)} by apt-get: {reason}.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "--quiet=2", "-o", "Dpkg::Use-Pty=0"]
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        result = subprocess.run(
            [*quiet, *command], check=False, env=environment, stdin=subprocess.DEVNULL
        )
        if result.returncode != 0:
            return False
    return True
