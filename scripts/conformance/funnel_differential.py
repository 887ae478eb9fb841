#!/usr/bin/env python3
"""Random journeys through nightmarket's funnel: every step count of every person must agree with a peer's.

The peer is ClickHouse's windowFunnel where it means the same (its default, strict_increase, and strict_order over journeys that
never go back), and elsewhere the definition of the option, written out below without short cuts.

Usage: funnel_differential.py WORK_FOLDER   (the nightmarket executable is taken from the PATH)
"""
import collections
import dataclasses
import json
import pathlib
import random
import subprocess
import sys

import chdb

JOURNEYS = 2000
SEED = 20261111
START = 1_764_547_200  # 2025-12-01T00:00:00Z
END = START + 86_400
PAUSE = 1800


@dataclasses.dataclass
class Funnel:
    name: str
    steps: list
    window: int
    log: str = "mixed"
    # The mode of windowFunnel to compare with; None: the definition.
    peer: str | None = None
    order: str = "ordered"
    repeats: str = "interrupt"
    same_instant: str = "step_order"
    one_event: str = "many_steps"
    attempt: str = "best"
    count: str = "persons"
    optional: tuple = ()
    step_windows: dict = dataclasses.field(default_factory=dict)
    exclude: tuple = ()  # (event, first step it must not follow, step it must not precede), steps from 0
    on_exclude: str = "leave"
    hold: tuple = ()

    def node(self):
        steps = ", ".join(
            f"{{ event: {name}, optional: {str(i in self.optional).lower()}"
            + (f", within: {self.step_windows[i]}s" if i in self.step_windows else "") + " }"
            for i, name in enumerate(self.steps)
        )
        lines = ["period: { from: 2025-12-01, to: 2025-12-02 }", f"steps: [{steps}]", f"within: {self.window}s", "by: [person_name]"]
        usual = Funnel("", [], 0)
        for key in ["order", "repeats", "same_instant", "one_event", "attempt", "count"]:
            if getattr(self, key) != getattr(usual, key):
                lines.append(f"{key}: {getattr(self, key)}")
        if self.exclude:
            items = (f"{{ event: {e}" + ("" if self.order == "any" else f", after: {a + 1}, before: {b + 1}") + " }" for e, a, b in self.exclude)
            lines += [f"exclude: [{', '.join(items)}]", f"on_exclude: {self.on_exclude}"]
        if self.hold:
            lines.append(f"hold: [{', '.join(self.hold)}]")
        return f"    {self.name}:\n" + "".join(f"      {line}\n" for line in lines)


FUNNELS = [
    Funnel("two", ["a", "b"], 60, peer=""),
    Funnel("three", ["a", "b", "c"], 60, peer=""),
    Funnel("four", ["a", "b", "c", "d"], 300, peer=""),
    Funnel("repeated", ["a", "b", "a"], 120, peer=""),
    Funnel("instant", ["a", "b", "c"], 1, peer=""),
    Funnel("default_defined", ["a", "b", "a", "c"], 100),
    Funnel("increasing_clickhouse", ["a", "b", "c"], 300, log="spread", peer="strict_increase", same_instant="increasing"),
    Funnel("increasing", ["a", "b", "c"], 60, same_instant="increasing"),
    Funnel("strict_order_clickhouse", ["a", "b", "c", "d"], 100_000, log="forward", peer="strict_order", order="strict", repeats="ignore"),
    Funnel("strict", ["a", "b", "c"], 300, order="strict"),
    Funnel("strict_repeats", ["a", "b", "c"], 300, order="strict", repeats="ignore"),
    Funnel("any_order", ["a", "b", "c"], 60, order="any"),
    Funnel("any_order_one_step", ["a", "b", "a", "c"], 60, order="any", one_event="one_step"),
    Funnel("different_steps", ["a", "a", "b", "a"], 100, one_event="different_steps"),
    Funnel("one_step", ["a", "b", "b", "c"], 100, one_event="one_step"),
    Funnel("optional", ["a", "b", "c", "d"], 100, optional=(1, 2)),
    Funnel("step_windows", ["a", "b", "c"], 200, step_windows={1: 20, 2: 10}),
    Funnel("exclude_leave", ["a", "b", "c"], 100, exclude=(("x", 0, 2),)),
    Funnel("exclude_keep", ["a", "b", "c"], 100, exclude=(("d", 1, 2),), on_exclude="keep"),
    Funnel("first", ["a", "b", "c"], 60, attempt="first"),
    Funnel("latest", ["a", "b", "c"], 60, attempt="latest"),
    Funnel("attempts", ["a", "b", "c"], 60, count="attempts"),
    Funnel("held", ["a", "b", "c"], 200, hold=("item",)),
    Funnel("held_session", ["a", "b", "c"], 20_000, log="long", hold=("session",)),
    Funnel("sessions", ["a", "b", "c"], 20_000, log="long", count="sessions"),
    Funnel("mixture", ["a", "b", "c", "d"], 150, optional=(1,), step_windows={2: 40}, exclude=(("x", 0, 3),), on_exclude="keep",
           one_event="one_step", same_instant="increasing", hold=("item",)),
]


def journeys(log):
    """(person, event, second, item) of a log; the same on every machine."""
    rng = random.Random(f"{SEED} {log}")
    for person in range(JOURNEYS):
        name = f"p{person:05d}"
        if log == "forward":
            # Runs of a, then b, ...: a step may be missing, anything may come between, and nothing goes back.
            events = ["a"]
            for step in "abcd":
                if rng.random() < 0.85:
                    events += [step] * rng.randint(1, 2)
                if rng.random() < 0.2:
                    events.append("x")
            for second, event in enumerate(events):
                yield name, event, START + second, "i"
            continue
        span = {"spread": rng.choice([200, 1000]), "long": 20_000}.get(log) or rng.choice([3, 30, 200, 1000])
        count = rng.randint(1, 25)
        seconds = rng.sample(range(span), count) if log == "spread" else [rng.randint(0, span) for _ in range(count)]
        for second in seconds:
            yield name, rng.choice("aaabbbcccddx"), START + second, rng.choice("ij")


# The definitions. A row is (second, event, item); rows are in the stored order: the names tell events of one instant apart.


def serves(funnel, wanted, events):
    """Whether events of one instant can serve all these steps."""
    if funnel.one_event == "many_steps":
        return all(step in events for step in wanted)
    if funnel.one_event == "different_steps":
        return all(events.count(step) >= wanted.count(step) for step in set(wanted))
    return not collections.Counter(wanted) - collections.Counter(events)


def ordered(funnel, rows, start):
    """-> (steps taken with their seconds, fate, the first second at which another attempt may begin)"""
    taken, path, repeat = {0: start}, [0], start
    last_step = len(funnel.steps) - 1
    for second in sorted({row[0] for row in rows if row[0] >= start}):
        if second > start + funnel.window:
            break
        events = [row[1] for row in rows if row[0] == second]
        served = [funnel.steps[0]] if second == start else []
        moved = True
        while moved and path[-1] != last_step:
            moved = False
            if funnel.same_instant == "increasing" and second <= taken[path[-1]]:
                break
            for step in range(path[-1] + 1, last_step + 1):
                limit = funnel.step_windows.get(step, funnel.window)
                late = second - taken[path[-1]] > limit
                if (not late or second - repeat <= limit) and serves(funnel, served + [funnel.steps[step]], events):
                    if late:
                        taken[path[-1]] = repeat
                    taken[step] = repeat = second
                    path.append(step)
                    served.append(funnel.steps[step])
                    moved = True
                    break
                if step not in funnel.optional:
                    break
        if path[-1] == last_step:
            return taken, "complete", second + 1
        if second > taken[path[-1]] and any(e in events and a <= path[-1] < b for e, a, b in funnel.exclude):
            return taken, "excluded", second + 1
        if len(path) > 1 and funnel.steps[path[-1]] in events:
            if second - taken[path[-2]] <= funnel.step_windows.get(path[-1], funnel.window):
                repeat = second
    return taken, "unfinished", start + funnel.window + 1


def strict(funnel, rows, first):
    taken, last = {0: rows[first][0]}, 0
    for index in range(first, len(rows)):
        second, event, _ = rows[index]
        if second > taken[0] + funnel.window:
            break
        moved = index == first
        while last + 1 < len(funnel.steps) and funnel.steps[last + 1] == event:
            last += 1
            taken[last] = second
            moved = True
        if not moved and not (funnel.repeats == "ignore" and event == funnel.steps[last]):
            break
    return taken


def any_order(funnel, rows, start):
    seen, taken = [], {}
    for second, event, _ in rows:
        if not start <= second <= start + funnel.window:
            continue
        seen.append(event)
        if funnel.one_event == "many_steps":
            level = sum(step in seen for step in funnel.steps)
        else:
            level = sum((collections.Counter(seen) & collections.Counter(funnel.steps)).values())
        while len(taken) < level:
            taken[len(taken)] = second
    return taken


def counted(funnel, journeys):
    """The attempts that count of one unit, each as the steps it took."""
    if funnel.count == "attempts":
        found, next_start = [], 0
        for second in sorted({row[0] for row in journeys[0] if row[1] == funnel.steps[0]}):
            if second >= next_start:
                taken, fate, next_start = ordered(funnel, journeys[0], second)
                found.append(taken)
        return found
    attempts = []
    for rows in journeys:
        if funnel.order == "strict":
            attempts += [(strict(funnel, rows, i), "") for i, row in enumerate(rows) if row[1] == funnel.steps[0]]
        elif funnel.order == "any":
            attempts += [(any_order(funnel, rows, row[0]), "") for row in rows if row[1] in funnel.steps]
        else:
            attempts += [ordered(funnel, rows, s)[:2] for s in sorted({row[0] for row in rows if row[1] == funnel.steps[0]})]
    if funnel.attempt == "first":
        attempts = attempts[:1]
    if funnel.attempt == "latest":
        attempts = attempts[-1:]
    attempts = [taken for taken, fate in attempts if fate != "excluded" or funnel.on_exclude == "keep"]
    best = max(attempts, key=lambda taken: (max(taken), -taken[max(taken)], taken[0]), default=None)
    return [] if best is None else [best]


def defined(funnel, rows):
    """For each step how often it was taken, by the definition."""
    sessions, session, previous = [], 0, None
    for row in rows:
        if previous is not None and row[0] - previous > PAUSE:
            session += 1
        previous = row[0]
        sessions.append(session)
    parts = collections.defaultdict(list)
    by_session = "session" in funnel.hold or funnel.count == "sessions"
    for row, number in zip(rows, sessions):
        parts[(number if by_session else 0, row[2] if "item" in funnel.hold else "")].append(row)
    # Of equal attempts the first in the stored order counts.
    parts = [part for _, part in sorted(parts.items())]
    units = [[part] for part in parts] if funnel.count == "sessions" else [parts]
    attempts = [taken for unit in units for taken in counted(funnel, unit)]
    return [sum(step in taken for taken in attempts) for step in range(len(funnel.steps))]


def levels(funnel, log):
    """For each person the level that ClickHouse's windowFunnel gives."""
    conditions = ", ".join(f"event = '{step}'" for step in funnel.steps)
    mode = f", '{funnel.peer}'" if funnel.peer else ""
    query = (
        f"SELECT person, windowFunnel({funnel.window}{mode})(ts, {conditions}) FROM "
        f"file('{log}', 'CSVWithNames', 'person String, event String, ts UInt64, item String') GROUP BY person FORMAT CSV"
    )
    lines = (line.split(",") for line in str(chdb.query(query)).strip().splitlines())
    return {person.strip('"'): int(level) for person, level in lines}


def run(folder, log, funnels):
    folder.mkdir(parents=True, exist_ok=True)
    people = collections.defaultdict(list)
    with (folder / "journeys.csv").open("w") as file:
        file.write("person,event,ts,item\n")
        for person, event, second, item in journeys(log):
            people[person].append((second, event, item))
            file.write(f"{person},{event},{second},{item}\n")
    manifest = folder / "pipeline.yaml"
    manifest.write_text(
        "pipeline: funnel_differential\ntimezone: UTC\ncurrency: CNY\nstore: store\noutput: out\n"
        "sources:\n  log:\n    kind: events\n    files: journeys.csv\n    format: csv\n    time: { format: epoch_s }\n"
        "    columns: { event_time: ts, event: event, user_id: person, person_name: { column: person, type: category },\n"
        "               item: { column: item, type: category } }\n"
        f"stages:\n  funnel:\n{''.join(funnel.node() for funnel in funnels)}publish: [json]\n"
    )
    subprocess.run(["nightmarket", "run", str(manifest), "--date", "2025-12-01"], check=True)
    failed = 0
    for funnel in funnels:
        mart = json.loads((folder / "out/current/funnel" / f"{funnel.name}.json").read_text())
        ours = {person: [0] * len(funnel.steps) for person in people}
        for row in mart["rows"]:
            if row["row_kind"] == "detail":
                ours[row["person_name"]][row["step"] - 1] = row[funnel.count]
        if funnel.peer is None:
            peer = "its definition"
            theirs = {person: defined(funnel, sorted(rows)) for person, rows in people.items()}
        else:
            peer = f"windowFunnel {funnel.peer or 'default'}"
            found = levels(funnel, folder / "journeys.csv")
            theirs = {person: [int(step < found[person]) for step in range(len(funnel.steps))] for person in people}
        wrong = [person for person in sorted(people) if ours[person] != theirs[person]]
        for person in wrong[:3]:
            print(f"{funnel.name} {person}: nightmarket {ours[person]}, {peer} {theirs[person]}: {sorted(people[person])}")
        print(f"funnel {funnel.name} against {peer}: {len(people) - len(wrong)} of {len(people)} journeys agreed")
        failed += len(wrong) + (len(people) < 1000)
    return failed


def main():
    work = pathlib.Path(sys.argv[1])
    logs = collections.defaultdict(list)
    for funnel in FUNNELS:
        logs[funnel.log].append(funnel)
    failed = sum(run(work / f"funnel-{log}", log, funnels) for log, funnels in logs.items())
    print(f"funnel journeys, {len(FUNNELS)} funnels of {JOURNEYS} journeys each: {len(FUNNELS) * JOURNEYS - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
