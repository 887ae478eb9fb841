"""The figures of one size: Nightmarket's steps, the floor, and the peers, run in turn."""

import json
import pathlib
import shutil

import measure
import product

# Name, program, and whether the events stay in a database that is synced, as nightmarket's store is.
PEERS = [
    ("DuckDB, database", "duckdb_night.py", True),
    ("DuckDB, in memory", "duckdb_night.py", False),
    ("chDB, database", "chdb_night.py", True),
    ("chDB, in memory", "chdb_night.py", False),
    ("Polars, in memory", "polars_night.py", False),
]
FLOOR = "inflate, ISA-L, two files at a time"


class Cases:
    def __init__(self, options, logs, work):
        self.options, self.logs = options, logs
        self.work = pathlib.Path(work).absolute()
        self.pipeline = product.Pipeline(options.bin, logs, self.work / "night")
        self.results = {}
        self.records = None
        self.compared = {}

    def add(self, name, run, **more):
        self.results.setdefault(name, []).append(run.figures() | more)
        measure.note(f"  {name:38} {run.wall:8.2f} s {run.cpu:8.2f} s cpu {run.peak_mb:7.0f} MB")

    def repeat(self):
        """Everything once; called as often as there are repeats, so that what is compared is run in turn."""
        pipeline = self.pipeline
        files = [str(file) for file in self.logs.files]
        self.add(
            FLOOR,
            measure.run(
                ["sh", "-c", 'printf "%s\\0" "$@" | xargs -0 -P2 -n1 sh -c \'igzip -dc "$0" >/dev/null\'', "sh", *files]
            ),
        )
        pipeline.clear()
        ingest = pipeline.run("ingest")
        self.records = product.records_read(ingest.out)
        self.add("ingest", ingest)
        self.add("ingest, nothing new", pipeline.run("ingest"))
        for stage in product.STAGES:
            self.add(f"{stage} alone", pipeline.run(stage))
            self.add(f"{stage} alone, one thread", pipeline.run(stage, threads=1))
        pipeline.clear()
        self.add("ingest, one thread", pipeline.run("ingest", threads=1))
        pipeline.clear()
        self.add("whole night, one thread", pipeline.run("run", threads=1))
        pipeline.clear()
        self.add("whole night", pipeline.run("run"))
        if self.options.peers:
            self.peers()

    def peers(self):
        out = self.work / "peer-out"
        base = self.work / "peer-base"
        for name, program, is_durable in PEERS:
            for folder in (out, base):
                shutil.rmtree(folder, ignore_errors=True)
            base.mkdir()
            command = [self.options.peer_python, f"Benchmarks/peers/{program}", self.logs.folder, out]
            run = measure.run(command + (["--database", base / "night"] if is_durable else []))
            # Without equal answers times mean nothing: the benchmark ends here.
            found = measure.run(["python3", "Benchmarks/peers/compare.py", self.pipeline.work / "out/current", out])
            self.compared[name] = found.out.strip().splitlines()[-1]
            more = {"phases": json.loads(run.out.splitlines()[0])}
            if is_durable:
                more["database_bytes"] = measure.folder_bytes(base)
            self.add(name, run, **more)
        shutil.rmtree(base, ignore_errors=True)
