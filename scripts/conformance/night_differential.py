#!/usr/bin/env python3
"""The benchmark's night, with shared devices and much dirt, through nightmarket and through DuckDB, chDB and Polars: every cell agrees.

Usage: night_differential.py WORK_FOLDER   (the nightmarket executable is taken from the PATH)
"""

import pathlib
import shutil
import subprocess
import sys

PEERS = pathlib.Path("Benchmarks/peers").absolute()


def main():
    folder = pathlib.Path(sys.argv[1]).absolute() / "night-differential"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    logs = folder / "logs"
    simulate = ["nightmarket", "simulate", str(logs), "--events", "200000", "--days", "7", "--seed", "99", "--dirt", "0.1"]
    subprocess.run([*simulate, "--shared-devices"], check=True)
    manifest = folder / "night.yaml"
    manifest.write_text((PEERS.parent / "night.yaml").read_text().replace("@LOGS@", str(logs)))
    subprocess.run(
        ["nightmarket", "run", str(manifest), "--date", "2026-11-07", "--set", "sources.web.reject_limit=50%"], check=True
    )
    failed = 0
    for peer in ("duckdb", "chdb", "polars"):
        answers = folder / peer
        subprocess.run([sys.executable, PEERS / f"{peer}_night.py", logs, answers], check=True, stdout=subprocess.DEVNULL)
        print(f"{peer}: ", end="", flush=True)
        failed += subprocess.run([sys.executable, PEERS / "compare.py", folder / "out/current", answers]).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
