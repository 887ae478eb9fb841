#!/usr/bin/env python3
"""Holds a peer's answers against nightmarket's marts, cell by cell: counts and sums exactly, ratios to 1e-9 of their size.

Usage: compare.py NIGHTMARKET_RUN PEER_OUT   (such as out/current and what PEER_night.py wrote)

Ends with 1 where a cell, or a row, of one side is not on the other.
"""

import json
import pathlib
import sys

# Node: its mart, the columns that name a row, and the columns that are compared. What is left out (confidence intervals and
# p-values of the experiment) only nightmarket computes.
NODES = {
    "ads": (
        "metrics/ads",
        "day channel campaign creative row_kind",
        "impressions clicks ctr spend cpm cpm__num cpm__den cpc cpc__num cpc__den",
    ),
    "hot_products": ("metrics/hot_products", "hour product_id row_kind", "gmv_paid orders"),
    "revenue": ("metrics/revenue", "day channel campaign row_kind", "orders gmv_paid roas roas__num roas__den"),
    "purchase": (
        "funnel/purchase",
        "channel row_kind step step_name",
        "persons conversion_from_previous conversion_from_first drop_off drop_off_rate median_seconds p90_seconds open_persons",
    ),
    "checkout": (
        "experiment/checkout",
        "metric variant",
        "units value value__num value__den standard_deviation excluded_units",
    ),
}
RATIOS = set(
    "ctr cpm cpc roas conversion_from_previous conversion_from_first drop_off_rate value standard_deviation".split()
)
TOLERANCE = 1e-9


def same(name, ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    if name in RATIOS:
        return abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))
    # Sums have at most six places; both sides are the nearest double of the exact sum.
    return round(ours * 1_000_000) == round(theirs * 1_000_000)


def by_key(rows, key):
    result = {}
    for row in rows:
        name = tuple(row.get(column) for column in key)
        if name in result:
            raise SystemExit(f"compare: two rows are named {name}")
        result[name] = row
    return result


def is_empty(row, columns):
    """A row of an hour or day in which nothing happened: nightmarket has it, a query has not."""
    return row["row_kind"] == "total" and all(row[column] in (0, None) for column in columns)


def compare(run, out):
    cells, faults = 0, []
    for node, (mart, key, columns) in NODES.items():
        key, columns = key.split(), columns.split()
        ours = by_key(json.loads((run / f"{mart}.json").read_text())["rows"], key)
        theirs = by_key(json.loads((out / f"{node}.json").read_text()), key)
        faults += [f"{node}: only the peer has {name}" for name in theirs.keys() - ours.keys()]
        for name, row in ours.items():
            if name not in theirs:
                if not ("row_kind" in key and is_empty(row, columns)):
                    faults.append(f"{node}: the peer lacks {name}")
                continue
            for column in columns:
                cells += 1
                if not same(column, row[column], theirs[name][column]):
                    faults.append(f"{node} {name} {column}: nightmarket {row[column]}, the peer {theirs[name][column]}")
    return cells, faults


def main():
    run, out = map(pathlib.Path, sys.argv[1:3])
    cells, faults = compare(run, out)
    for fault in faults[:20]:
        print(f"compare: {fault}", file=sys.stderr)
    print(f"{cells} cells compared, {len(faults)} differ")
    return 1 if faults or cells < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
