"""A cgroup with a limit of memory and no swap, below the one that this process is in: v2, or v1 where v2 has no memory controller."""

import os
import pathlib
import time

ROOT = pathlib.Path("/sys/fs/cgroup")


class Cgroup:
    """Raises OSError where no cgroup can be made."""

    def __init__(self, limit):
        paths = dict(line.strip().split(":", 2)[1:] for line in open("/proc/self/cgroup"))
        name = f"nightmarket-bench-{os.getpid()}"
        controllers = ROOT / "cgroup.controllers"
        if controllers.exists() and "memory" in controllers.read_text().split():
            self.version, parent = "v2", ROOT / paths[""].lstrip("/")
            self.folder = parent / name
            self.folder.mkdir()
            if not (self.folder / "memory.max").exists():
                self.folder.rmdir()
                raise OSError(f"the memory controller is not on in {parent}")
            self._set({"memory.max": limit, "memory.swap.max": 0})
        else:
            self.version, parent = "v1", ROOT / "memory" / paths.get("memory", "/").lstrip("/")
            if not parent.is_dir():
                raise OSError(f"{parent} is missing")
            self.folder = parent / name
            self.folder.mkdir()
            self._set({"memory.limit_in_bytes": limit, "memory.swappiness": 0})

    def _set(self, values):
        for file, value in values.items():
            try:
                (self.folder / file).write_text(str(value))
            except OSError:
                # A kernel without swap has no limit for it.
                if "swap" not in file:
                    self.folder.rmdir()
                    raise

    def enter(self):
        """Moves the calling process in; what it starts stays in."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self):
        file = self.folder / ("memory.peak" if self.version == "v2" else "memory.max_usage_in_bytes")
        return int(file.read_text()) if file.exists() else 0

    def kills(self):
        """Processes that were killed for want of memory."""
        file = self.folder / ("memory.events" if self.version == "v2" else "memory.oom_control")
        values = dict(line.split() for line in file.read_text().splitlines())
        return int(values.get("oom_kill", 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _ in range(50):
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.1)  # until the last process has left
