#!/usr/bin/env python3
"""What a funnel's breakdowns and further tables count of random journeys, against definitions written out without short cuts.

Usage: funnel_tables_differential.py WORK_FOLDER   (the nightmarket executable is taken from the PATH)
"""
import collections
import datetime
import json
import pathlib
import random
import subprocess
import sys

from funnel_differential import SEED, START, Funnel, ordered

JOURNEYS = 2000
DAY = 86_400
# The run's date is the seventh: what comes later is not seen.
SEEN = START + 7 * DAY
WINDOW = 2 * DAY
CLASSES = [3600, 6 * 3600, DAY, WINDOW]
FUNNEL = Funnel("", ["a", "b", "c"], WINDOW)
PERIOD = (START, START + 8 * DAY)
LATER, EARLIER = (START + 4 * DAY, START + 7 * DAY), (START, START + 3 * DAY)


def date(second):
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%d")


def period(span):
    return f"{{ from: {date(span[0])}, to: {date(span[1])} }}"


NODES = {
    "trend_day": f"period: {period(PERIOD)}, by: [person_name], trend: day",
    "trend_week": f"period: {period(PERIOD)}, by: [person_name], trend: week",
    "trend_month": f"period: {period(PERIOD)}, by: [person_name], trend: month",
    "times": f"period: {period(PERIOD)}, by: [person_name], histogram: [1h, 6h, 1d]",
    "leave_out": f"period: {period(PERIOD)}, by: [person_name], open_windows: leave_out",
    "by_last": f"period: {period(PERIOD)}, by: [person_name, item], by_step: last",
    "by_second": f"period: {period(PERIOD)}, by: [person_name, item], by_step: 2",
    "by_variant": f"period: {period(PERIOD)}, by: [person_name], variant_of: e",
    "next": f"period: {period(PERIOD)}, next_events: 3",
    "compared": f"period: {period(LATER)}, compare: {period(EARLIER)}",
}


def journeys():
    """By person its rows (second, event, item, variant), no two of one second; the same on every machine."""
    rng = random.Random(f"{SEED} tables")
    people = {}
    for person in range(JOURNEYS):
        rows = [(START + s, rng.choice("aaabbbcccdx"), rng.choice("ij"), "") for s in rng.sample(range(10 * DAY), rng.randint(1, 30))]
        if rng.random() < 0.7:
            second = rng.choice([START + s for s in rng.sample(range(10 * DAY), 5) if START + s not in {row[0] for row in rows}])
            rows.append((second, "exposure", "", rng.choice("AB")))
        people[f"p{person:05d}"] = sorted(rows)
    return people


def best(rows, span, before=None):
    """The attempt of a period that counts, as the seconds of its steps; None where there is none.

    before: only attempts that begin before it.
    """
    seen = [row[:3] for row in rows if span[0] <= row[0] < min(SEEN, span[1] + WINDOW + 1)]
    starts = [row[0] for row in seen if row[1] == "a" and row[0] < span[1] and (before is None or row[0] < before)]
    attempts = [ordered(FUNNEL, seen, start)[0] for start in starts]
    return max(attempts, key=lambda taken: (max(taken), -taken[max(taken)], taken[0]), default=None)


def definitions(people):
    """By node what its table counts: cells by their names."""
    cells = {name: collections.Counter() for name in NODES}
    nexts = [collections.Counter() for _ in FUNNEL.steps]
    for person, rows in people.items():
        at = {row[0]: row for row in rows}
        late = best(rows, PERIOD, before=SEEN - WINDOW)
        for step in late or {}:
            cells["leave_out"][person, step + 1] += 1
        own, earlier = best(rows, LATER), best(rows, EARLIER)
        for sample, holds in [("all", True), ("both", own is not None and earlier is not None)]:
            for column, taken in [("conversion", own), ("conversion_before", earlier)]:
                if holds and taken is not None:
                    for step in range(len(FUNNEL.steps)):
                        cells["compared"][sample, step + 1, column + "__den"] += 1
                        cells["compared"][sample, step + 1, column + "__num"] += step in taken
        taken = best(rows, PERIOD)
        if taken is None:
            continue
        start, last = taken[0], max(taken)
        exposure = next((row for row in rows if row[1] == "exposure" and row[0] < SEEN), None)
        variant = exposure[3] if exposure and exposure[0] <= start else None
        day = datetime.date.fromisoformat(date(start))
        for step, second in taken.items():
            cells["trend_day"][person, day.isoformat(), step + 1] += 1
            cells["trend_week"][person, (day - datetime.timedelta(days=day.weekday())).isoformat(), step + 1] += 1
            cells["trend_month"][person, day.replace(day=1).isoformat(), step + 1] += 1
            cells["by_last"][person, at[taken[last]][2], step + 1] += 1
            # Who did not take the second step has no value of it, not even a name.
            cells["by_second"][(person, at[taken[1]][2], step + 1) if 1 in taken else (None, None, step + 1)] += 1
            cells["by_variant"][person, variant, step + 1] += 1
            if step > 0:
                place = next(i for i, bound in enumerate(CLASSES) if second - start <= bound)
                cells["times"][person, step + 1, CLASSES[place]] += 1
        if last < len(FUNNEL.steps) - 1:
            behind = [row[1] for row in rows if taken[last] < row[0] < SEEN]
            nexts[last][behind[0] if behind else None] += 1
    for step, counts in enumerate(nexts):
        named = sorted(((-count, name) for name, count in counts.items() if name is not None))
        for place, (count, name) in enumerate(named):
            key = (step + 1, "event", name) if place < 3 else (step + 1, "rest", None)
            cells["next"][key] -= count
        if None in counts:
            cells["next"][step + 1, "nothing", None] += counts[None]
    return cells


def published(folder):
    """By node the cells of its table that are not 0."""
    def rows(mart):
        return json.loads((folder / "out/current/funnel" / f"{mart}.json").read_text())["rows"]

    cells = {name: collections.Counter() for name in NODES}
    for name, column in [("trend_day", "day"), ("trend_week", "week"), ("trend_month", "month")]:
        for row in rows(f"{name}.trend"):
            if row["row_kind"] == "detail":
                cells[name][row["person_name"], row[column], row["step"]] += row["persons"]
    for row in rows("times.times"):
        if row["row_kind"] == "detail":
            cells["times"][row["person_name"], row["step"], int(row["to_seconds"])] += row["persons"]
    for name, column in [("leave_out", None), ("by_last", "item"), ("by_second", "item"), ("by_variant", "variant")]:
        for row in rows(name):
            if row["row_kind"] == "detail":
                key = (row["person_name"], row[column], row["step"]) if column else (row["person_name"], row["step"])
                cells[name][key] += row["persons"]
    for row in rows("next.next_events"):
        cells["next"][row["step"], row["what"], row["next_event"]] += row["persons"]
    for row in rows("compared.comparison"):
        for column in ["conversion__num", "conversion__den", "conversion_before__num", "conversion_before__den"]:
            cells["compared"][row["sample"], row["step"], column] += row[column]
    return {name: +counts for name, counts in cells.items()}


def main():
    folder = pathlib.Path(sys.argv[1]) / "funnel-tables"
    folder.mkdir(parents=True, exist_ok=True)
    people = journeys()
    with (folder / "journeys.csv").open("w") as file:
        file.write("person,event,ts,item,experiment,variant\n")
        for person, rows in people.items():
            for second, event, item, variant in rows:
                file.write(f"{person},{event},{second},{item},{'e' if variant else ''},{variant}\n")
    nodes = "".join(
        f"    {name}: {{ {options}, steps: [a, b, c], within: 2d }}\n" for name, options in NODES.items())
    manifest = folder / "pipeline.yaml"
    manifest.write_text(
        "pipeline: funnel_tables\ntimezone: UTC\ncurrency: CNY\nstore: store\noutput: out\n"
        "sources:\n  log:\n    kind: events\n    files: journeys.csv\n    format: csv\n    time: { format: epoch_s }\n"
        "    columns: { event_time: ts, event: event, user_id: person, person_name: { column: person, type: category },\n"
        "               item: { column: item, type: category }, experiment: experiment, variant: variant }\n"
        f"stages:\n  funnel:\n{nodes}publish: [json]\n")
    subprocess.run(["nightmarket", "run", str(manifest), "--date", date(SEEN - 1)], check=True)
    expected, found = definitions(people), published(folder)
    failed = 0
    for name in NODES:
        wanted = +expected[name]
        wrong = sorted((key for key in wanted.keys() | found[name].keys() if wanted[key] != found[name][key]), key=str)
        for key in wrong[:3]:
            print(f"{name} {key}: nightmarket {found[name][key]}, its definition {wanted[key]}")
        persons = {key[0] for key in wrong}
        own = f"{len(people) - len(persons)} of {len(people)} journeys agreed" if name not in ("next", "compared") else (
            f"{len(wanted) - len(wrong)} of {len(wanted)} counts over {len(people)} journeys agreed")
        print(f"funnel {name} against its definition: {own}, {len(wanted)} cells")
        failed += len(wrong) + (not wanted)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
