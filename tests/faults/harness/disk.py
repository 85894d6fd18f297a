"""The disk and the clock of one server: the faults, in the format that `faultlib.c` reads."""

import contextlib
import errno
import mmap
import pathlib
import struct
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parents[1]
SLOTS = 64
# The numbers of the slots in `faultlib.c`.
SYNC_DELAY_US, SYNC_ERRNO, SYNC_SWALLOW, SYNC_HANG = 0, 1, 2, 3
WRITE_ERRNO, WRITE_SHORT, WRITE_HANG, WRITE_DELAY_US = 4, 5, 6, 7
TEAR_AFTER, CUT, KEEP_UNDO, FILES = 8, 9, 10, 11
CLOCK_SHIFT_MS, EVERY, SEED = 12, 13, 14
SYNCS, WRITES, FAULTS, HANGING = 16, 17, 18, 19
# Kinds of files, for `files`.
DATABASE, WAL, OTHER = 1, 2, 4
EVERY_FILE = 0

ENOSPC, EIO = errno.ENOSPC, errno.EIO


def compile_library(target):
    """The library, rebuilt if its source is newer."""
    source, library = HERE / "faultlib.c", target / "faultlib.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        target.mkdir(parents=True, exist_ok=True)
        made = target / "faultlib.so.new"
        command = ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", made, source]
        subprocess.run(command, check=True)
        made.replace(library)
    return library


class Disk:
    """The faults of the files in `directory`. It outlives the servers that are started on it."""

    def __init__(self, library, control, directory):
        self.library, self.control, self.directory = library, control, directory
        control.write_bytes(bytes(8 * SLOTS))
        with control.open("r+b") as file:
            self._slots = mmap.mmap(file.fileno(), 8 * SLOTS)

    def environment(self):
        """The environment that makes a program use this disk."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAULTS_CONTROL": str(self.control),
            "FAULTS_DIR": str(self.directory),
        }

    def get(self, slot):
        return struct.unpack_from("<q", self._slots, 8 * slot)[0]

    def put(self, slot, value):
        struct.pack_into("<q", self._slots, 8 * slot, value)

    def heal(self):
        """Ends all faults. The clock stays where it is."""
        for slot in (SYNC_DELAY_US, SYNC_ERRNO, SYNC_SWALLOW, SYNC_HANG, WRITE_ERRNO, WRITE_SHORT, WRITE_HANG,
                     WRITE_DELAY_US, TEAR_AFTER, CUT, EVERY, FILES):
            self.put(slot, 0)

    @contextlib.contextmanager
    def wrong(self, slot, value, files=EVERY_FILE, every=1):
        """Injects this fault while the block runs."""
        self.put(FILES, files)
        self.put(EVERY, every)
        self.put(slot, value)
        try:
            yield
        finally:
            self.put(slot, 0)
            self.put(FILES, 0)
            self.put(EVERY, 0)

    def shift_clock(self, by_secs):
        self.put(CLOCK_SHIFT_MS, self.get(CLOCK_SHIFT_MS) + int(by_secs * 1000))

    @property
    def faults(self):
        """How many faults have happened so far."""
        return self.get(FAULTS)

    def wait_until_hanging(self, within_secs=10):
        """Waits until the server is in a hanging write or sync."""
        deadline = time.monotonic() + within_secs
        while not self.get(HANGING):
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not touch its disk")
            time.sleep(0.01)
