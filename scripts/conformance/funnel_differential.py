#!/usr/bin/env python3
"""Random journeys through nightmarket's funnel and ClickHouse's windowFunnel: the best level of each person must agree.

Usage: funnel_differential.py WORK_FOLDER   (the nightmarket executable is taken from the PATH)
"""
import json
import pathlib
import random
import subprocess
import sys

import chdb

JOURNEYS = 2000
SEED = 20261111
# (name, steps, window in seconds)
FUNNELS = [
    ("two", ["a", "b"], 60),
    ("three", ["a", "b", "c"], 60),
    ("four", ["a", "b", "c", "d"], 300),
    ("repeated", ["a", "b", "a"], 120),
    ("instant", ["a", "b", "c"], 1),
]
START = 1_764_547_200  # 2025-12-01T00:00:00Z


def journeys():
    rng = random.Random(SEED)
    for person in range(JOURNEYS):
        span = rng.choice([3, 30, 200, 1000])
        for _ in range(rng.randint(1, 25)):
            yield f"p{person:05d}", rng.choice("aaabbbcccddx"), START + rng.randint(0, span)


def main():
    folder = pathlib.Path(sys.argv[1]) / "funnel-differential"
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(journeys())
    log = folder / "journeys.csv"
    with log.open("w") as file:
        file.write("person,event,ts\n")
        file.writelines(f"{person},{event},{ts}\n" for person, event, ts in rows)

    nodes = "".join(
        f"    {name}:\n      period: {{ from: 2025-12-01, to: 2025-12-02 }}\n"
        f"      steps: [{', '.join(steps)}]\n      within: {window}s\n      by: [person_name]\n"
        for name, steps, window in FUNNELS
    )
    manifest = folder / "pipeline.yaml"
    manifest.write_text(
        "pipeline: funnel_differential\ntimezone: UTC\ncurrency: CNY\nstore: store\noutput: out\n"
        "sources:\n  log:\n    kind: events\n    files: journeys.csv\n    format: csv\n    time: { format: epoch_s }\n"
        "    columns: { event_time: ts, event: event, user_id: person, person_name: { column: person, type: category } }\n"
        f"stages:\n  funnel:\n{nodes}publish: [json]\n"
    )
    subprocess.run(["nightmarket", "run", str(manifest), "--date", "2025-12-01"], check=True)

    agreed = disagreed = 0
    persons = sorted({person for person, _, _ in rows})
    for name, steps, window in FUNNELS:
        conditions = ", ".join(f"event = '{step}'" for step in steps)
        query = (
            f"SELECT person, windowFunnel({window})(ts, {conditions}) FROM "
            f"file('{log}', 'CSVWithNames', 'person String, event String, ts UInt64') GROUP BY person FORMAT CSV"
        )
        theirs = {}
        for line in str(chdb.query(query)).strip().splitlines():
            person, level = line.split(",")
            theirs[person.strip('"')] = int(level)
        mart = json.loads((folder / "out/current/funnel" / f"{name}.json").read_text())
        ours = dict.fromkeys(persons, 0)
        for row in mart["rows"]:
            if row["row_kind"] == "detail" and row["persons"] > 0:
                ours[row["person_name"]] = max(ours[row["person_name"]], row["step"])
        for person in persons:
            if ours[person] == theirs[person]:
                agreed += 1
            else:
                disagreed += 1
                if disagreed <= 5:
                    events = sorted((t, e) for p, e, t in rows if p == person)
                    print(f"{name} {person}: nightmarket {ours[person]}, ClickHouse {theirs[person]}: {events}")
    print(f"funnel levels of {len(persons)} journeys, {len(FUNNELS)} funnels: {agreed} passed, {disagreed} failed")
    return 1 if disagreed or len(persons) < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
