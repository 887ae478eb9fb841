#!/usr/bin/env python3
"""Holds what the pipelines of this folder published against the figures that are known of the real data.

Usage: check_real_data.py WORK_FOLDER
WORK_FOLDER holds a folder a pipeline (taobao, taobao-users, facebook, cookie-cats, wikiticker) with out/current in it.
Prints one line a figure and "N passed, M failed"; the exit status is 1 where a figure differs.
"""
import datetime
import json
import pathlib
import sys


class Mart:
    """The rows of one published JSON file."""

    def __init__(self, path):
        document = json.loads(path.read_text(encoding="utf-8"))
        self.rows = document["rows"]
        self.time = next((column["name"] for column in document["columns"] if column["role"] == "time"), None)

    def row(self, **wanted):
        """The one row with these values."""
        found = [row for row in self.rows if all(row[name] == value for name, value in wanted.items())]
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows with {wanted}")
        return found[0]

    def whole(self):
        """The row of the whole period: the total where there is one, else the only row."""
        totals = [row for row in self.rows if row.get("row_kind") == "total"]
        if totals and self.time:
            totals = [row for row in totals if row[self.time] is None] or totals
        rows = totals or self.rows
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows of the whole period")
        return rows[0]


class Pipeline:
    def __init__(self, work, name):
        self.name = name
        self.current = work / name / "out" / "current"

    def mart(self, name):
        return Mart(self.current / f"{name}.json")

    def file(self):
        """The books of the pipeline's only file."""
        results = json.loads((self.current / "run_results.json").read_text(encoding="utf-8"))
        files = [file for source in results["sources"] for file in source["files"]]
        if len(files) != 1:
            raise LookupError(f"{len(files)} files")
        return files[0]


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def equal(self, what, expected, found):
        """`found` is called, so that a missing file or row is a failure of this figure alone."""
        try:
            value = found()
        except (OSError, LookupError, ValueError, TypeError) as error:
            value = f"{type(error).__name__}: {error}"
        if value == expected:
            self.passed += 1
            print(f"ok      {what}: {expected}")
        else:
            self.failed += 1
            print(f"FAILED  {what}: expected {expected}, found {value}")


def levels(mart, persons):
    """The number of persons by the best level that they reach, level 0 first."""
    reached = [row["persons"] for row in sorted(mart.rows, key=lambda row: row["step"])]
    bounds = [persons] + reached + [0]
    return [bounds[level] - bounds[level + 1] for level in range(len(bounds) - 1)]


def epoch(text):
    return int(datetime.datetime.fromisoformat(text).timestamp())


def check_taobao(check, pipeline):
    totals = lambda: pipeline.mart("metrics/totals").whole()
    by_event = lambda event: pipeline.mart("metrics/by_event").row(event=event)
    for ours, theirs, events, persons in [
        ("product_view", "pv", 98361, 60993),
        ("add_to_cart", "cart", 6063, 5608),
        ("favorite", "fav", 3383, 3026),
        ("purchase", "buy", 2493, 2407),
    ]:
        check.equal(f"taobao: {theirs}", events, lambda: by_event(ours)["events"])
        check.equal(f"taobao: users with {theirs}", persons, lambda: by_event(ours)["persons"])
    check.equal("taobao: records", 110300, lambda: totals()["events"])
    check.equal("taobao: records read, rejected, stored", (110300, 0, 110300), lambda: books(pipeline))
    check.equal("taobao: users", 66454, lambda: totals()["persons"])
    check.equal("taobao: items", 84793, lambda: totals()["distinct(product_id)"])
    check.equal("taobao: first time", 1511658000, lambda: epoch(totals()["min(event_time)"]))
    check.equal("taobao: last time", 1511665811, lambda: epoch(totals()["max(event_time)"]))
    check.equal("taobao: orders and buyers", (2493, 2407), lambda: (totals()["orders"], totals()["buyers"]))
    check.equal(
        "taobao: most viewed items",
        [("2338453", 67), ("812879", 39), ("3845720", 29), ("3034696", 27)],
        lambda: sorted(
            (
                (row["product_id"], row["events"])
                for row in pipeline.mart("metrics/top_items").rows
                if row["row_kind"] == "detail"
            ),
            key=lambda item: -item[1]),
    )
    check.equal(
        "taobao: funnel pv > cart > buy within 3600 s, users by best level", [5461, 59228, 1749, 16],
        lambda: levels(pipeline.mart("funnel/view_cart_buy"), totals()["persons"]))
    check.equal(
        "taobao: funnel pv > buy within 3600 s, users by best level", [5461, 60343, 650],
        lambda: levels(pipeline.mart("funnel/view_buy"), totals()["persons"]))


def check_taobao_users(check, pipeline):
    name = "taobao-users"
    days = [f"2017-11-{day}" for day in range(25, 31)] + [f"2017-12-0{day}" for day in range(1, 4)]
    totals = lambda: pipeline.mart("metrics/totals").whole()

    def daily(column):
        mart = pipeline.mart("metrics/daily")
        return [mart.row(**{"row_kind": "detail", mart.time: day})[column] for day in days]

    def repeat_buyers():
        buyers = totals()["buyers"]
        on_one_day = sum(
            buyers - pipeline.mart(f"metrics/buyers_without_{day[5:7]}{day[8:]}").whole()["buyers"] for day in days)
        return buyers - on_one_day

    check.equal(f"{name}: records read, rejected, stored", (84476, 1, 84475), lambda: books(pipeline))
    check.equal(
        f"{name}: records outside the nine days", 35,
        lambda: pipeline.mart("metrics/all_time").whole()["events"] - totals()["events"])
    check.equal(f"{name}: records inside", 84440, lambda: totals()["events"])
    check.equal(f"{name}: users inside", 815, lambda: totals()["persons"])
    check.equal(
        f"{name}: records by day", [8697, 8788, 8335, 8867, 8785, 8616, 9455, 11520, 11377], lambda: daily("events"))
    check.equal(f"{name}: users by day", [576, 603, 592, 603, 596, 599, 607, 799, 801], lambda: daily("persons"))
    check.equal(f"{name}: buys by day", [143, 187, 220, 199, 185, 204, 191, 193, 228], lambda: daily("orders"))
    check.equal(f"{name}: buyers", 559, lambda: totals()["buyers"])
    check.equal(f"{name}: buyers on two or more days", 308, repeat_buyers)
    check.equal(
        f"{name}: funnel pv > cart > buy within 7 days, users by best level", [2, 217, 209, 387],
        lambda: levels(pipeline.mart("funnel/view_cart_buy"), totals()["persons"]))


def check_facebook(check, pipeline):
    figures = [
        ("impressions", "impressions", 213434828),
        ("clicks", "clicks", 38165),
        ("spend", "spend", 58705.23),
        ("conversions", "platform_conversions", 3264),
    ]
    campaigns = lambda: pipeline.mart("metrics/campaigns").whole()
    rows = lambda: pipeline.mart("metrics/rows").whole()
    for what, column, expected in figures:
        check.equal(f"facebook: {what}", expected, lambda: round(campaigns()[column], 2))
        check.equal(f"facebook: {what}, summed over rows", expected, lambda: round(rows()[f"sum({column})"], 2))
    check.equal("facebook: approved", 1079, lambda: rows()["sum(approved)"])
    check.equal("facebook: rows", 1143, lambda: rows()["events"])
    check.equal("facebook: rows read, rejected, stored", (1143, 0, 1143), lambda: books(pipeline))


def check_cookie_cats(check, pipeline):
    name = "cookie-cats"
    variant = lambda value: pipeline.mart("metrics/variants").row(row_kind="detail", variant=value)
    whole = lambda: pipeline.mart("metrics/variants").whole()
    experiment = lambda metric, value: pipeline.mart("experiment/gate").row(metric=metric, variant=value)
    for value, units, day_1, day_7 in [("gate_30", 44700, 20034, 8502), ("gate_40", 45489, 20119, 8279)]:
        check.equal(f"{name}: units in {value}", units, lambda: variant(value)["events"])
        check.equal(
            f"{name}: units in {value}, by the experiment", units, lambda: experiment("retained_7", value)["units"])
        for day, retained in [(1, day_1), (7, day_7)]:
            metric = f"retained_{day}"
            check.equal(
                f"{name}: retained on day {day} in {value}", retained, lambda: variant(value)[f"share({metric})__num"])
            check.equal(
                f"{name}: retained on day {day} in {value}, by the experiment", retained,
                lambda: experiment(metric, value)["value__num"])
    check.equal(f"{name}: mean rounds over all", 51.8724567, lambda: round(whole()["mean(rounds)"], 7))
    check.equal(f"{name}: largest number of rounds", 49854, lambda: whole()["max(rounds)"])
    check.equal(f"{name}: rows read, rejected, stored", (90189, 0, 90189), lambda: books(pipeline))


def check_wikiticker(check, pipeline):
    added = lambda channel: pipeline.mart("metrics/by_wiki").row(row_kind="detail", channel=channel)["sum(added)"]
    check.equal("wikiticker: records read, rejected, stored", (39244, 0, 39244), lambda: books(pipeline))
    check.equal("wikiticker: records of the day", 39244, lambda: pipeline.mart("metrics/totals").whole()["events"])
    for channel, expected in [("#en.wikipedia", 3045299), ("#it.wikipedia", 711011), ("#fr.wikipedia", 642555)]:
        check.equal(f"wikiticker: added on {channel}", expected, lambda: added(channel))


def books(pipeline):
    file = pipeline.file()
    return file["read"], file["rejected"], file["stored"]


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 64
    work = pathlib.Path(arguments[0])
    check = Checks()
    check_taobao(check, Pipeline(work, "taobao"))
    check_taobao_users(check, Pipeline(work, "taobao-users"))
    check_facebook(check, Pipeline(work, "facebook"))
    check_cookie_cats(check, Pipeline(work, "cookie-cats"))
    check_wikiticker(check, Pipeline(work, "wikiticker"))
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
