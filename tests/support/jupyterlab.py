"""A JupyterLab of its own for tests in a browser."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

QUIET = {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True}
BOOT_SECONDS = 90


@contextmanager
def jupyterlab(root: Path) -> Iterator[str]:
    """The address of a JupyterLab on this folder, with a home of its own, gone at the end."""
    settings = root / ".settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    homes = {name: str(root / ".home") for name in ("HOME", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
             "--IdentityProvider.token=", f"--ServerApp.root_dir={root}"]  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, **homes, "PATH": path, "JUPYTERLAB_SETTINGS_DIR": str(root / ".settings")}
    with (root / "log").open("w") as log:
        server = subprocess.Popen(words, cwd=root, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, root / "log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text("utf-8")
        try:
            urlopen(f"{address}/api/status", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(log.read_text("utf-8"))
