#!/usr/bin/env python3
"""Holds the instructions that callgrind counted against the committed thresholds.

Usage: instructions.py FOLDER THRESHOLDS [--record]   (FOLDER holds a STEP.callgrind a step)
"""

import json
import pathlib
import re
import sys

STEPS = ["ingest", "metrics", "funnel", "experiment", "next_ingest"]
ALLOWED = 0.05


def instructions(file):
    return int(re.search(r"^(?:summary|totals): (\d+)", file.read_text(), re.MULTILINE).group(1))


def main():
    folder, thresholds = map(pathlib.Path, sys.argv[1:3])
    counted = {step: instructions(folder / f"{step}.callgrind") for step in STEPS}
    known = json.loads(thresholds.read_text()) if thresholds.exists() else {}
    slower = []
    print(f"{'step':12} {'instructions':>15} {'threshold':>15} {'change':>8}")
    for step, count in counted.items():
        before = known.get(step)
        change = count / before - 1 if before else 0
        print(f"{step:12} {count:15,} {before or 0:15,} {change:+8.2%}")
        if not before or change > ALLOWED:
            slower.append(step)
    if "--record" in sys.argv:
        thresholds.write_text(json.dumps(counted, indent=2) + "\n")
        print(f"recorded in {thresholds}")
        return 0
    if slower:
        print(
            f"callgrind: over {ALLOWED:.0%} more instructions than the threshold: {', '.join(slower)}\n"
            "  help: find what it is with `callgrind_annotate FOLDER/STEP.callgrind`; where it is wanted, run\n"
            "  scripts/callgrind.sh --record and say in the commit why".replace("FOLDER", str(folder)),
            file=sys.stderr,
        )
    passed = len(STEPS) - len(slower)
    print(f"{passed} passed, {len(slower)} failed")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
