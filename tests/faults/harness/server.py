"""The real program: a server on a data directory, and its other commands."""

import os
import pathlib
import signal
import subprocess
import threading
import time

from .api import Client
from .wrong import Wrong

OPERATOR_KEY = "usher_op_0123456789abcdef0123456789abcdef"
# A debug build on a busy machine, replaying a journal.
START_SECS_MAX = 40


class NotStarted(Exception):
    """The server exited before it listened; the text is its output."""


class Server:
    """A running server. `kill`, `stop` or `gone` ends it."""

    def __init__(self, binary, data, disk=None, arguments=(), log="warn"):
        self.data = data
        self.environment = {**os.environ, "USHER_OPERATOR_KEY": OPERATOR_KEY, "USHER_LOG": log}
        if disk:
            self.environment.update(disk.environment())
        command = [str(binary), "serve", "--data", str(data), "--listen", "127.0.0.1:0", *arguments]
        self.said = []
        self._address = threading.Event()
        self.address = None
        self.process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if "listens on " in line:
                self.address = line.split("listens on ")[1].strip()
                self._address.set()
        self._address.set()

    def wait_until_ready(self, within_secs=START_SECS_MAX):
        """Waits until it answers; raises `NotStarted` if it exits instead."""
        if not self._address.wait(within_secs):
            self.kill()
            raise Wrong(f"the server did not listen within {within_secs} s: {self.text()}")
        deadline = time.monotonic() + within_secs
        while self.process.poll() is None and self.address:
            try:
                if Client(self.address, None, timeout=2).get("/livez").status == 200:
                    return self
            except OSError:
                pass
            if time.monotonic() > deadline:
                self.kill()
                raise Wrong(f"the server did not answer within {within_secs} s: {self.text()}")
            time.sleep(0.02)
        self.gone()
        raise NotStarted(self.text())

    def text(self):
        return "\n".join(self.said)

    def client(self, key=OPERATOR_KEY, timeout=30):
        return Client(self.address, key, timeout)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Kills it, as in a crash."""
        if self.process.poll() is None:
            self.process.kill()
        self.gone()

    def gone(self, within_secs=30):
        """Waits for its end. Returns the exit code."""
        code = self.process.wait(within_secs)
        self._reader.join(5)
        return code

    def stop(self, within_secs=30):
        """Stops it as an operator would. Returns how many seconds that took."""
        started = time.monotonic()
        self.signal(signal.SIGTERM)
        try:
            code = self.gone(within_secs)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Wrong(f"the server did not stop within {within_secs} s: {self.text()}") from None
        if code != 0:
            raise Wrong(f"the server stopped with code {code}: {self.text()}")
        return time.monotonic() - started


def command(binary, *arguments, data=None, disk=None, timeout=60):
    """Runs one of the program's other commands. Returns its exit code and output."""
    words = [str(binary), *map(str, arguments)]
    if data:
        words += ["--data", str(data)]
    environment = {**os.environ, **(disk.environment() if disk else {})}
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout


def begin(binary, *arguments, data, disk):
    """Starts one of the program's other commands, to be killed half-way."""
    words = [str(binary), *map(str, arguments), "--data", str(data)]
    return subprocess.Popen(words, env={**os.environ, **disk.environment()}, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def files_of(data):
    return sorted(path.name for path in pathlib.Path(data).iterdir())
