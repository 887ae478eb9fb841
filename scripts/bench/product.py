"""Nightmarket as the benchmark runs it: simulated logs, a manifest over them, and the executables."""

import datetime
import json
import pathlib
import re
import shutil

import measure

STAGES = ["metrics", "funnel", "experiment"]
# The day that the experiment of Benchmarks/night.yaml ends with.
LAST_DAY = datetime.date(2026, 11, 7)
# How many nodes of the manifest each has.
NODES = {"metrics": 3, "funnel": 1, "experiment": 1}


class Logs:
    """A simulated campaign; made once and kept under var/bench."""

    def __init__(self, binaries, events, days=7, folder=None):
        self.folder = pathlib.Path(folder or f"var/bench/logs-{events}" + ("" if days == 7 else f"-{days}d")).absolute()
        if not (self.folder / "truth.json").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            measure.note(f"simulating {events:,} events of {days} days")
            first = LAST_DAY - datetime.timedelta(days=days - 1)
            command = [binaries / "nightmarket", "simulate", self.folder, "--seed", 7]
            measure.run(command + ["--events", events, "--from", first, "--days", days])
        options = json.loads((self.folder / "truth.json").read_text())["options"]
        first = datetime.date.fromisoformat(options["first_day"])
        self.last_day = first + datetime.timedelta(days=options["days"] - 1)
        self.files = sorted(self.folder.glob("events/*.csv.gz"))
        self.packed = sum(file.stat().st_size for file in self.files)

    def plain_bytes(self):
        """The bytes of the inflated logs."""
        return int(measure.run(["sh", "-c", 'igzip -dc "$@" | wc -c', "sh", *self.files]).out)


class Pipeline:
    """One store and output over logs."""

    def __init__(self, binaries, logs, work, date=None):
        self.binaries, self.date = binaries, str(date or logs.last_day)
        self.work = pathlib.Path(work).absolute()
        self.manifest = self.work / "night.yaml"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.manifest.write_text(pathlib.Path("Benchmarks/night.yaml").read_text().replace("@LOGS@", str(logs.folder)))

    def clear(self):
        for name in ("store", "out"):
            shutil.rmtree(self.work / name, ignore_errors=True)

    def command(self, step, threads=None):
        name = ["nightmarket", "run"] if step == "run" else [f"nightmarket-{step}"]
        command = [self.binaries / name[0], *name[1:], self.manifest, "--date", self.date]
        command += ["--format", "json"] if step in STAGES else []
        return command + (["--threads", threads] if threads else [])

    def run(self, step, threads=None, **options):
        return measure.run(self.command(step, threads), **options)

    def store_bytes(self):
        return measure.folder_bytes(self.work / "store")


def records_read(out):
    """How many records an ingest says that it read."""
    found = re.search(r"books: (\d+) read", out)
    return int(found.group(1)) if found else None
