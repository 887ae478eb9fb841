#!/usr/bin/env python3
"""What scripts/bench.sh starts; that file documents the options."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

import cases
import extras
import goals
import measure
import product


def counts(text):
    return [int(float(part) * 1_000_000) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench.sh")
    parser.add_argument("events", nargs="?", type=int, default=7_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--only-extras", action="store_true")
    parser.add_argument("--growth", type=counts, nargs="?", const=counts("1,3,10,30,100"), metavar="LIST")
    parser.add_argument("--memory", type=counts, nargs="?", const=counts("7,100"), metavar="LIST")
    parser.add_argument("--next-night", action="store_true")
    parser.add_argument("--logs", type=pathlib.Path)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).absolute(), required=True)
    parser.add_argument("--built", action="store_true", help="the executables are of this commit")
    parser.add_argument("--peer-python", default="python3")
    return parser.parse_args()


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1))
    return {
        "cores": os.cpu_count(),
        "processor": model.group(1) if model else platform.machine(),
        "memory_gb": round(memory / 2**20, 1),
        "kernel": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def versions(peers):
    found = {
        "swift": (output("swift", "--version") or "").splitlines()[:1],
        "igzip": output("dpkg-query", "-W", "-f=${Version}", "isal"),
    }
    if peers:
        pinned = pathlib.Path("Benchmarks/peers/requirements.txt").read_text().split()
        found |= dict(line.split("==") for line in pinned)
    return found


def main():
    options = arguments()
    here = machine()
    print("{cores} cores, {processor}, {memory_gb} GB, kernel {kernel}, load {load_before} before".format(**here))
    if here["load_before"] > 0.5:
        print("bench: others work on this machine: wall times are not to be trusted", flush=True)
    report = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": here,
        "executables": "built" if options.built else "given",
        "commit": output("git", "rev-parse", "HEAD"),
        "changed": bool(output("git", "status", "--porcelain", "--untracked-files=no")),
        "versions": versions(options.peers and not options.only_extras),
        "events": options.events,
    }
    rows = []
    if not options.only_extras:
        logs = product.Logs(options.bin, options.events, folder=options.logs)
        run = cases.Cases(options, logs, "var/bench/run")
        for number in range(options.repeats):
            measure.note(f"repeat {number + 1} of {options.repeats}")
            run.repeat()
        sizes = {"packed": logs.packed, "csv": logs.plain_bytes(), "store": run.pipeline.store_bytes()}
        report |= {
            "records": run.records,
            "repeats": options.repeats,
            "bytes": sizes,
            "cases": run.results,
            "compared": run.compared,
        }
        print(
            f"{run.records:,} records in {len(logs.files)} files; {logs.packed / 1e6:.0f} MB packed, {sizes['csv'] / 1e6:.0f} MB of CSV"
        )
        print(f"{'median of ' + str(options.repeats):38} {'wall':>9} {'cpu':>9} {'peak':>9}")
        for name, runs in run.results.items():
            figures = [measure.median(runs, figure) for figure in ("wall", "cpu", "peak_mb")]
            print("{:38} {:7.2f} s {:7.2f} s {:6.0f} MB".format(name, *figures))
        for name, found in run.compared.items():
            print(f"{name}: the same answers, {found}")
        rows += goals.table(run.results, sizes, run.records, options.peers)
    for name, wanted in (("growth", options.growth), ("memory", options.memory), ("next_night", options.next_night)):
        if wanted:
            report[name], more = getattr(extras, name)(options, wanted)
            rows += more
    print()
    goals.show(rows)
    report["goals"] = [{"goal": goal, "measured": text, "met": met} for goal, text, met in rows]
    file = pathlib.Path(
        f"Benchmarks/results/{report['date'][:10]}-{options.events}{'-extras' if options.only_extras else ''}.json"
    )
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(f"raw results: {file}")


if __name__ == "__main__":
    main()
