"""A virtual environment for each peer, made on first use under `~/.cache/groundswell-bench`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "groundswell-bench"
HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def peer_command(peer: str, module: str, *arguments: str) -> list[str]:
    """Return the command that runs `bench.peers.<module>` with the packages of `<peer>.txt`."""
    return [str(interpreter(peer)), "-m", f"bench.peers.{module}", *arguments]


def interpreter(peer: str) -> Path:
    """Return the Python that has a peer's packages, installing them if this is the first time.

    Raises:
        SystemExit: pip could not install them; the message holds pip's last line.
    """
    requirements = HERE / f"{peer}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()[:8]
    folder = CACHE / f"{peer}-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"installing {requirements.name} into {folder}, once", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(
                f"no peers: pip could not install {requirements.name}: {_last_line(done.stderr)}"
            )
        (folder / "complete").touch()
    return python


def run_alone(command: list[str]) -> str:
    """Run a command from the repository's root on one thread; returns what it printed.

    Raises:
        RuntimeError: it failed; the message is the last line of its errors.
    """
    threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | threads
    )
    if done.returncode:
        raise RuntimeError(_last_line(done.stderr) or f"ended with status {done.returncode}")
    return done.stdout


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
