"""The goals of issue 4 against the figures."""

import cases
import measure
import product


def table(results, sizes, records, peers):
    """Rows of (goal, measured, met); met is None where something was not measured."""

    def wall(name):
        return measure.median(results[name])

    rows = []

    def row(goal, text, met):
        rows.append((goal, text, met))

    def beside(peer):
        """The peer's wall time, and what part of its wall and processor time the night takes."""
        cpu = measure.median(results[peer], "cpu") / measure.median(results["whole night"], "cpu")
        return f"{wall(peer):.2f} s: 1/{wall(peer) / night:.2f} of it (cpu 1/{cpu:.2f})"

    night = wall("whole night")
    if peers:
        for engine, share in (("DuckDB", 5), ("chDB", 8)):
            durable, memory = f"{engine}, database", f"{engine}, in memory"
            text = f"night {night:.2f} s, {engine} {beside(durable)}"
            row(f"the whole night: 1/{share} of {engine}, same durability", text, night * share <= wall(durable))
            row(f"(the same, {engine} in memory: keeps no events)", beside(memory), night * share <= wall(memory))
        row("(Polars in memory)", beside("Polars, in memory"), None)
    floor = wall(cases.FLOOR)
    row(
        "ingest: 3 times the inflate with ISA-L",
        f"{wall('ingest'):.2f} s, inflate {floor:.2f} s: {wall('ingest') / floor:.1f} times",
        wall("ingest") <= 3 * floor,
    )
    for stage in product.STAGES:
        cost = measure.median(results[f"{stage} alone, one thread"], "cpu") * 1e9 / records / product.NODES[stage]
        row(f"{stage}: 25 ns an event and node on one core", f"{cost:.1f} ns cpu", cost <= 25)
    slowest = max(product.STAGES, key=lambda stage: wall(f"{stage} alone"))
    limit = 0.2 if records <= 10_000_000 else 2.0
    row(
        f"rerun of one stage, process start included: {limit:.1f} s",
        f"{wall(f'{slowest} alone'):.2f} s ({slowest})",
        wall(f"{slowest} alone") <= limit,
    )
    for name in ["ingest", *(f"{stage} alone" for stage in product.STAGES), "whole night"]:
        gain = wall(f"{name}, one thread") / wall(name)
        row(f"two threads against one, {name}: 1.8 times", f"{gain:.2f} times", gain >= 1.8)
    row(
        "the store: half the CSV's size",
        f"{sizes['store'] / 1e6:.0f} MB of {sizes['csv'] / 1e6:.0f} MB: {sizes['store'] / sizes['csv']:.2f}",
        sizes["store"] * 2 <= sizes["csv"],
    )
    return rows


def show(rows):
    width = [max(len(row[column]) for row in rows) for column in (0, 1)]
    words = {True: "yes", False: "NO", None: "-"}
    print(f"{'goal':{width[0]}} | {'measured':{width[1]}} | met?")
    print(f"{'-' * width[0]}-|-{'-' * width[1]}-|-----")
    for goal, text, met in rows:
        print(f"{goal:{width[0]}} | {text:{width[1]}} | {words[met]}")
