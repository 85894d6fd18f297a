"""One run of one scenario: its folder, its disk, its servers; and the list of scenarios."""

import pathlib
import random
import shutil
import sqlite3
import tempfile
import time
import traceback

from . import server as programs
from .disk import Disk
from .wrong import Wrong, expect

SCENARIOS = []


class Scenario:
    def __init__(self, function, right, is_control):
        self.name = function.__name__.replace("_", "-")
        self.function, self.right, self.is_control = function, right, is_control


def scenario(right, is_control=False):
    """Makes a function a scenario. `right` says what must be true; a positive control must fail instead."""
    def register(function):
        SCENARIOS.append(Scenario(function, right, is_control))
        return function
    return register


class Run:
    """The resources of a scenario. Everything it starts is ended when the block is left."""

    def __init__(self, binary, library, seed, scale=1):
        self.binary, self.seed, self.scale = binary, seed, scale
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="usher-faults-"))
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.disk = Disk(library, self.folder / "control", self.data)
        self._processes = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.disk.heal()
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(30)
        if kind is None or kind is KeyboardInterrupt:
            shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self, *arguments):
        """A server that may fail to start."""
        server = programs.Server(self.binary, self.data, self.disk, arguments)
        self._processes.append(server.process)
        return server

    def serve(self, *arguments):
        """A server that must start."""
        server = self.launch(*arguments)
        try:
            return server.wait_until_ready()
        except programs.NotStarted as refused:
            raise Wrong(f"the server did not start: {refused}") from None

    def serve_with_loss(self):
        """A server that is started with `--accept-loss` if it finds that something is missing."""
        server = self.launch()
        try:
            return server.wait_until_ready()
        except programs.NotStarted:
            return self.serve("--accept-loss")

    def refused(self, *arguments):
        """The output of a server that must fail to start."""
        server = self.launch(*arguments)
        try:
            server.wait_until_ready()
        except programs.NotStarted as refused:
            return str(refused)
        server.kill()
        raise Wrong("the server started without a word")

    def begin(self, *arguments):
        """Starts one of the program's other commands on this disk, to be killed half-way."""
        process = programs.begin(self.binary, *arguments, data=self.data, disk=self.disk)
        self._processes.append(process)
        return process

    def verify(self):
        return programs.command(self.binary, "verify", data=self.data)

    def expect_verified(self):
        code, said = self.verify()
        expect(code == 0, f"`usher verify` ended with {code}: {said}")

    def expect_never_oversold(self):
        """Checks in the stored data that no pool was oversold at any commit. For scenarios that lower no pool."""
        with sqlite3.connect(f"file:{self.data / 'usher.db'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT occupied, seats FROM occupancy WHERE occupied > seats").fetchall()
        database.close()
        expect(not rows, f"oversold at {len(rows)} commits: {rows[:3]}")

    def again(self, server, desk, *arguments):
        """Kills the server and starts it again, with the desk on the new server."""
        server.kill()
        server = self.serve(*arguments)
        desk.on(server.client())
        return server


class Outcome:
    def __init__(self, scenario, seed, secs, error, folder):
        self.scenario, self.seed, self.secs = scenario, seed, secs
        self.error, self.folder = error, folder

    @property
    def is_good(self):
        return (self.error is None) != self.scenario.is_control

    def line(self):
        word = "ok  " if self.is_good else "FAIL"
        if self.scenario.is_control:
            text = f"found, as it must be: {self.error}" if self.error else "the control found nothing: checks are blind"
        else:
            text = self.error or self.scenario.right
        return f"{word} {self.scenario.name:<28} {self.secs:5.1f} s  {first_line(text)}"


def first_line(text):
    return " ".join(str(text).split())[:300]


def play(scenario, binary, library, seed, scale):
    """Runs it, and returns the outcome."""
    started = time.monotonic()
    error = folder = None
    try:
        with Run(binary, library, seed, scale) as run:
            folder = run.folder
            scenario.function(run)
    except Wrong as wrong:
        error = str(wrong)
        if scenario.is_control and not error.startswith(("lost", "came back", "another")):
            print(f"     the control {scenario.name} found something else: {error}")
            error = None
    except Exception as failure:  # noqa: BLE001 - a scenario that raises has failed, no matter why
        # A control must be found by a check: one that raises proves nothing.
        if scenario.is_control:
            traceback.print_exc()
        else:
            error = f"{type(failure).__name__}: {failure} ({where(failure)})"
    if error is None:
        folder = None
    elif scenario.is_control:
        shutil.rmtree(folder, ignore_errors=True)
        folder = None
    return Outcome(scenario, seed, time.monotonic() - started, error, folder)


def where(failure):
    last = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{pathlib.Path(last.filename).name}:{last.lineno}"
