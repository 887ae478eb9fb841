"""The figures that take long: growth, memory, and the next night. Each gives its raw results and rows of the table of goals."""

import math
import pathlib
import shutil

import cgroup
import measure
import next_day
import product

LIMIT_MB = 512
# Seconds after which a night that has too little memory is ended.
PATIENCE = 3600
OLD_DAYS = 29


def growth(options, sizes):
    """Nights of growing size, and the slope of log time, and of log size, over log events: 1 is linear."""
    points = []
    for events in sizes:
        logs = product.Logs(options.bin, events)
        pipeline = product.Pipeline(options.bin, logs, "var/bench/growth")
        ingest = pipeline.run("ingest")
        stages = {stage: pipeline.run(stage) for stage in product.STAGES}
        slowest = max(stages.values(), key=lambda run: run.wall)
        alone = {stage: pipeline.run(stage, threads=1) for stage in product.STAGES}
        pipeline.clear()
        night = pipeline.run("run")
        point = {
            "events": product.records_read(ingest.out),
            "ingest": ingest.figures(),
            "night": night.figures(),
            "slowest_stage": slowest.figures(),
            "stages": {stage: run.figures() for stage, run in stages.items()},
            "stages_one_thread": {stage: run.figures() for stage, run in alone.items()},
            "store_bytes": pipeline.store_bytes(),
            "csv_bytes": logs.plain_bytes(),
        }
        points.append(point)
        pipeline.clear()
        store, share = point["store_bytes"] / 1e6, point["store_bytes"] / point["csv_bytes"]
        print(
            f"growth: {point['events']:>12,} events  night {night.wall:7.2f} s {night.cpu:7.2f} s cpu"
            f"  slowest stage {slowest.wall:.2f} s  store {store:6.0f} MB, {share:.2f} of the CSV",
            flush=True,
        )
    rows = []
    for point in points:
        if point["events"] >= 90_000_000:
            seconds = point["slowest_stage"]["wall"]
            rows.append((f"rerun of one stage on {point['events']:,} events: 2 s", f"{seconds:.2f} s", seconds <= 2))
            for stage, two in point["stages"].items():
                times = point["stages_one_thread"][stage]["wall"] / two["wall"]
                goal = f"two threads against one, {stage} on {point['events']:,} events: 1.8 times"
                rows.append((goal, f"{times:.2f} times", times >= 1.8))
    if len(points) > 1:
        for name, value in (
            ("wall time of the night", lambda point: point["night"]["wall"]),
            ("cpu time of the night", lambda point: point["night"]["cpu"]),
            ("size of the store", lambda point: point["store_bytes"]),
        ):
            slope = fit([(point["events"], value(point)) for point in points])
            rows.append((f"growth, {name}: linear (slope 1, at most 1.05)", f"slope {slope:.3f}", slope <= 1.05))
    return points, rows


def fit(points):
    """The slope of the least-squares line through the logarithms."""
    xs, ys = zip(*((math.log(x), math.log(y)) for x, y in points))
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def memory(options, sizes):
    """The whole night in a cgroup with so much memory and no swap."""
    results, rows = [], []
    for events in sizes:
        logs = product.Logs(options.bin, events)
        pipeline = product.Pipeline(options.bin, logs, "var/bench/memory")
        goal = f"memory: {events:,} events in a cgroup of {LIMIT_MB} MB"
        try:
            group = cgroup.Cgroup(LIMIT_MB * 2**20)
        except OSError as problem:
            print(f"bench: no cgroup can be made here ({problem}), so the memory goal is not measured", flush=True)
            rows.append((goal, "not measured: no cgroup can be made", None))
            continue
        with group:
            command = ["timeout", PATIENCE, *pipeline.command("run")]
            run = measure.run(command, before=group.enter, allowed=range(-64, 256))
            peak, kills = group.peak() / 2**20, group.kills()
        passed = (pipeline.work / "out/current").exists() and kills == 0
        results.append(
            run.figures()
            | {
                "events": events,
                "cgroup": group.version,
                "cgroup_peak_mb": round(peak, 1),
                "kills": kills,
                "passed": passed,
            }
        )
        words = f"{run.wall:.1f} s, largest process {run.peak_mb:.0f} MB" if passed else f"failed, {kills} killed"
        rows.append((goal, f"{words} (cgroup {group.version})", passed))
        if not passed:
            measure.note(run.out[-500:])
        pipeline.clear()
    return results, rows


def next_night(options, _):
    """One new day beside 29 old ones, against a run of that day alone."""
    logs = product.Logs(options.bin, options.events * (OLD_DAYS + 1), days=OLD_DAYS + 1)
    days = pathlib.Path("var/bench/next-night/logs").absolute()
    shutil.rmtree(days.parent, ignore_errors=True)
    (days / "events").mkdir(parents=True)
    shutil.copytree(logs.folder / "ads", days / "ads")
    for file in logs.files[:-1]:
        (days / "events" / file.name).symlink_to(file)
    shutil.copy(logs.folder / "truth.json", days)
    measure.note("making the new day")
    new = days.parent / logs.files[-1].name
    made = next_day.make(logs.files[-1], new)
    both = product.Logs(options.bin, options.events, folder=days)
    old = product.Pipeline(options.bin, both, days.parent / "old")
    measure.note(f"taking in {OLD_DAYS} old days")
    old.date = str(logs.last_day - next_day.DAY)
    before = old.run("run")
    old.date = str(logs.last_day)
    (days / "events" / new.name).symlink_to(new)

    alone_logs = days.parent / "alone-logs"
    (alone_logs / "events").mkdir(parents=True)
    shutil.copytree(days / "ads", alone_logs / "ads")
    shutil.copy(days / "truth.json", alone_logs)
    (alone_logs / "events" / new.name).symlink_to(new)
    alone = product.Pipeline(
        options.bin, product.Logs(options.bin, options.events, folder=alone_logs), days.parent / "alone", logs.last_day
    )

    # The old store is copied for each repeat: its files are never written again, so links do; the output is small.
    kept = days.parent / "kept"
    old.work.rename(kept)
    results = {"new_day": made, "old_days": before.figures(), "next": [], "alone": []}
    for _ in range(options.repeats):
        shutil.rmtree(old.work, ignore_errors=True)
        old.work.mkdir()
        shutil.copy(kept / "night.yaml", old.work)
        shutil.copytree(kept / "out", old.work / "out", symlinks=True)
        measure.run(["cp", "-al", kept / "store", old.work / "store"])
        results["next"].append(old.run("run").figures())
        alone.clear()
        results["alone"].append(alone.run("run").figures())
    shutil.rmtree(days.parent)
    after, single = measure.median(results["next"]), measure.median(results["alone"])
    text = f"{after:.2f} s, alone {single:.2f} s: {after / single:.2f} times"
    return results, [(f"the next night beside {OLD_DAYS} old days: 1.5 times the day alone", text, after <= 1.5 * single)]
