"""Runs a program and measures it."""

import dataclasses
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Run:
    """Wall and processor seconds of a program and of all that it started and waited for; the peak memory, in MB, of the largest
    process among them."""

    wall: float
    cpu: float
    peak_mb: float
    out: str

    def figures(self):
        return {"wall": round(self.wall, 4), "cpu": round(self.cpu, 4), "peak_mb": round(self.peak_mb, 1)}


def run(command, allowed=(0,), before=None):
    """Ends the benchmark where the program fails, with the end of what it printed. `before` is called in the new process."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, preexec_fn=before)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), errors.seek(0)
        text = out.read().decode(errors="replace")
        log = errors.read().decode(errors="replace")
    if process.returncode not in allowed:
        sys.exit(f"{text[-2000:]}{log[-2000:]}\nbench: ended with {process.returncode}: {shlex.join(command)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text + log)


def median(runs, figure="wall"):
    return statistics.median(run[figure] for run in runs)


def folder_bytes(folder):
    """The bytes that a folder's files take; a file with several links counts once."""
    files = (path.lstat() for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
    return sum({(file.st_dev, file.st_ino): file.st_size for file in files}.values())


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
