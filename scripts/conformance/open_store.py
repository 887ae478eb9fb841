"""Runs the recipe of docs/OPEN-STORE.md over a store and compares its mart with the published one, cell by cell.

Usage: open_store.py STORE RUN_DIR
The code is read from the document, so that what is printed there is what is tested.
"""

import json
import re
import sys
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "OPEN-STORE.md"
MART = "metrics/engagement"


def recipe():
    blocks = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if len(blocks) != 1:
        raise ValueError(f"{DOCUMENT} has {len(blocks)} blocks of Python, not one")
    return blocks[0]


def published(value):
    """A value as a mart writes it: a derived number with 12 significant digits."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def main(store, run):
    names = {"store": store}
    exec(compile(recipe(), str(DOCUMENT), "exec"), names)
    found = [{key: published(value) for key, value in row.items()} for row in names["mart"]]
    expected = json.loads((Path(run) / f"{MART}.json").read_text(encoding="utf-8"))["rows"]
    problems = []
    if len(found) != len(expected):
        problems.append(f"{len(found)} rows instead of {len(expected)}")
    cells = 0
    for number, (a, b) in enumerate(zip(expected, found), 1):
        if list(a) != list(b):
            problems.append(f"row {number}: the columns are {list(b)} instead of {list(a)}")
        for key in a:
            cells += 1
            if a[key] != b.get(key):
                problems.append(f"row {number}, {key}: {b.get(key)!r} instead of {a[key]!r}")
    if not expected:
        problems.append("the published mart has no row")
    for problem in problems:
        print(f"{MART}: {problem}")
    print(f"{MART}: {cells} cells of {len(expected)} rows, {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
