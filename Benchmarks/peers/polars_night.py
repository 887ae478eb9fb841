#!/usr/bin/env python3
"""The benchmark's night in Polars: scanned lazily, collected by the streaming engine. Nothing is kept but the answers.

Usage: polars_night.py LOGS OUT [--threads N]

Polars refuses a file with a quote that nothing closes, and takes a quote inside a field for the begin of a quoted one. So it reads
quotes as any character, which is fast too, and rejects are found by what they leave in the columns. The questions are put as in
duckdb_night.py, where they are explained.
"""

import argparse
import os
import sys

import night

phases = night.Phases()
if "--threads" in sys.argv:  # Polars counts its threads as it is imported.
    os.environ["POLARS_MAX_THREADS"] = sys.argv[sys.argv.index("--threads") + 1]
import polars as pl  # noqa: E402  (its start counts)

col = pl.col
# Fields after the last column: only a quoted title, which has one comma, may have one.
BEYOND = ["beyond", "far_beyond"]


def events(logs):
    rows = pl.scan_csv(
        night.event_files(logs),
        has_header=False,
        skip_rows=1,
        quote_char=None,
        encoding="utf8-lossy",
        truncate_ragged_lines=True,
        schema={name: pl.String for name in night.COLUMNS + BEYOND},
        missing_columns="insert",
    )
    is_whole = (
        col("platform").is_not_null()
        & ~col("city").str.contains_any(['"', "\ufffd"])
        & (col("beyond").is_null() | (col("page").str.starts_with('"') & col("far_beyond").is_null()).fill_null(False))
    )
    price = col("price").cast(pl.Float64, strict=False)
    time = col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S+08:00", strict=False)
    ids = [pl.when(col(name).is_not_null()).then(col(name).hash()).alias(name) for name in ("uid", "did")]
    needed = [name for name in night.NEEDED if name not in ("event_id", "ts", "price", "uid", "did")]
    return (
        rows.filter(is_whole)
        .with_columns(time.alias("time"), price.alias("money"))
        .filter(col("time").is_not_null() & (col("price").is_null() | col("money").is_not_null()))
        .select(
            col("event_id").hash().alias("id"),
            (col("time").dt.epoch("s")).alias("second"),
            *ids,
            (col("money") * 100).round().cast(pl.Int64).alias("price"),
            *needed,
        )
        .collect(engine="streaming")
    )


def reports(logs):
    rows = pl.scan_csv(night.report_files(logs), include_file_paths="file", schema_overrides={"Spent": pl.Float64})
    return (
        rows.select(
            day="reporting_start",
            channel="channel",
            campaign="campaign_id",
            creative="creative",
            impressions="Impressions",
            clicks="Clicks",
            spend=(col("Spent") * 100).round().cast(pl.Int64),
            file="file",
        )
        .sort("file")
        .unique(["day", "campaign", "creative"], keep="last")
        .drop("file")
        .collect()
    )


def asked(rows):
    """The rows that the questions are about, with persons, without repeats."""
    owners = (
        rows.lazy()
        .filter(col("uid").is_not_null() & col("did").is_not_null())
        .group_by("did", "uid")
        .agg(col("second").min())
        .group_by("did")
        .agg(owner=col("uid").get(col("second").arg_min()), users=pl.len())
        .filter(col("users") <= 3)
        .drop("users")
    )
    is_asked = col("action").is_in(["view", "cart", "buy", "click"]) | (
        (col("exp") == "checkout_v2") & col("arm").is_not_null()
    )
    found = (
        rows.lazy()
        .filter(is_asked)
        .join(owners, on="did", how="left")
        .select(
            person=pl.coalesce("uid", "owner", "did"),
            id="id",
            second="second",
            action="action",
            sku="sku",
            price="price",
            order_id="order_id",
            channel=col("utm_source").fill_null("direct"),
            campaign=col("utm_campaign").fill_null(""),
            arm=pl.when(col("exp") == "checkout_v2").then("arm"),
        )
        .collect(engine="streaming")
    )
    twice = found.lazy().group_by("id").len().filter(col("len") > 1).collect(engine="streaming")["id"].implode()
    before = col("second").shift(1).over("person", "id", order_by="second")
    kept = found.filter(col("id").is_in(twice)).filter((col("second") - before > night.REPEAT_WINDOW).fill_null(True))
    return pl.concat([found.filter(~col("id").is_in(twice)), kept])


def levels(rows, *keys):
    """The rows grouped by all keys, by the first one, and not at all: keys that are not cut are null."""
    yield list(keys), rows.group_by(*keys)
    yield list(keys[:1]), rows.group_by(keys[0])
    yield [], rows.group_by(pl.lit(0).alias("all"))


def cut(rows, keys, **figures):
    for level, groups in levels(rows, *keys):
        table = groups.agg(**figures).with_columns(*(pl.lit(None).alias(key) for key in keys if key not in level))
        yield level, table.select(*keys, *figures)


def ads(rows):
    spend, impressions, clicks = col("spend"), col("impressions"), col("clicks")
    figures = {
        "impressions": impressions.sum(),
        "clicks": clicks.sum(),
        "spend": pl.when(spend.count() > 0).then(spend.sum()),
        "cpm_spend": spend.filter(impressions.is_not_null()).sum(),
        "cpm_impressions": impressions.filter(spend.is_not_null()).sum(),
        "cpc_spend": spend.filter(clicks.is_not_null()).sum(),
        "cpc_clicks": clicks.filter(spend.is_not_null()).sum(),
    }
    return [row for _, table in cut(rows, ["day", "channel", "campaign", "creative"], **figures) for row in table.rows()]


SALES = {"money": col("price").sum(), "orders": col("order_id").drop_nulls().n_unique() + col("order_id").null_count()}


def products(sales):
    sales = sales.with_columns(
        pl.from_epoch(col("second") // 3600 * 3600).dt.strftime("%Y-%m-%dT%H:%M:%S+08:00").alias("hour")
    )
    result = []
    for level, table in cut(sales, ["hour", "sku"], **SALES):
        kind = "detail" if len(level) == 2 else "total"
        table = (
            table.sort("hour", "money", "sku", descending=[False, True, False], nulls_last=True)
            .group_by("hour", maintain_order=True)
            .head(50)
        )
        result += [(hour, sku, kind, money, orders) for hour, sku, money, orders in table.rows()]
    return result


def revenue(sales, clicks, places):
    credited = (
        sales.with_columns(until=col("second") * 1024 + 1023)
        .sort("until")
        .join_asof(clicks.sort("touch"), left_on="until", right_on="touch", by="person", check_sortedness=False)
        .with_columns(place=pl.when(col("second") - col("touch") // 1024 <= night.WINDOW).then(col("touch") % 1024))
        .drop("channel", "campaign")
        .join(places, on="place", how="left")
        .with_columns(
            day=pl.from_epoch("second").dt.strftime("%Y-%m-%d"),
            channel=col("channel").fill_null("unassigned"),
            campaign=pl.when(col("campaign") != "").then("campaign"),
        )
    )
    return [row for _, table in cut(credited, ["day", "channel", "campaign"], **SALES) for row in table.rows()]


def funnel(rows, views, places, newest):
    start = col("touch") // 1024
    persons = views.lazy().group_by("person").agg(opening=col("touch").min(), last=col("touch").max())
    steps = rows.lazy().filter(col("person").is_not_null())
    taken = (
        steps.filter(col("action") == "cart")
        .select("person", put="second")
        .unique()
        .join(views.lazy(), on="person")
        .filter(start <= col("put"))
        .group_by("person", "put")
        .agg(col("touch").max())
        .filter(col("put") - start <= night.WINDOW)
        .group_by("person", "touch")
        .agg(col("put").min())
    )
    taken = taken.collect(engine="streaming").lazy()
    sold = (
        steps.filter(col("action") == "buy")
        .select("person", sold="second")
        .unique()
        .join(taken, on="person")
        .filter(col("put") <= col("sold"))
        .group_by("person", "sold")
        .agg(col("touch").get(col("put").arg_max()), col("put").max())
        .filter(col("sold") - start <= night.WINDOW)
        .group_by("person")
        .agg(
            begun=col("touch").get(col("sold").arg_min()),
            cart=col("put").get(col("sold").arg_min()),
            sale=col("sold").min(),
        )
    )
    added = taken.group_by("person").agg(col("touch").get(col("put").arg_min()), put=col("put").min())
    level = 1 + col("touch").is_not_null().cast(pl.Int8) + col("begun").is_not_null().cast(pl.Int8)
    ends = (
        persons.join(added, on="person", how="left")
        .join(sold, on="person", how="left")
        .select(
            level=level,
            place=pl.coalesce("begun", "touch", "opening") % 1024,
            to_cart=pl.coalesce("cart", "put") - pl.coalesce("begun", "touch") // 1024,
            to_sale=col("sale") - col("cart"),
            is_open=col("begun").is_null() & (col("last") // 1024 + night.WINDOW > newest),
        )
        .join(places.lazy(), on="place")
        .collect(engine="streaming")
    )
    times = ["to_cart", "to_sale"]
    result = []
    for channel, table in [*((name, part) for (name,), part in ends.group_by("channel")), (None, ends)]:
        reached = [table.filter(col("level") >= step).height for step in (1, 2, 3)]
        opens = [table.filter((col("level") == step) & col("is_open")).height for step in (1, 2)] + [0]
        medians = [table[name].median() for name in times]
        sorted_times = [table[name].drop_nulls().sort() for name in times]
        percentiles = [values[-(-9 * len(values) // 10) - 1] if len(values) else None for values in sorted_times]
        result.append((channel, reached, medians, percentiles, opens))
    return result


def experiment(rows, first, end):
    exposures = rows.lazy().filter(
        col("arm").is_not_null() & col("person").is_not_null() & (col("second") >= first) & (col("second") < end)
    )
    units = (
        exposures.group_by("person")
        .agg(variant=col("arm").min(), other=col("arm").max(), since=col("second").min())
        .collect(engine="streaming")
    )
    counted = units.filter(col("variant") == col("other"))
    buyers = (
        rows.filter(col("action") == "buy")
        .join(counted, on="person")
        .filter(col("second") >= col("since"))
        .group_by("variant", "person")
        .agg(col("price").sum())
        .group_by("variant")
        .agg(buyers=pl.len(), money=col("price").sum(), squares=(col("price") * col("price")).sum())
    )
    table = counted.group_by("variant").agg(units=pl.len()).join(buyers, on="variant").sort("variant")
    return table.select("variant", "units", "buyers", "money", "squares").rows(), units.height - counted.height


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logs")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()

    everything = events(options.logs)
    report_rows = reports(options.logs)
    phases.end("load")
    rows = asked(everything)
    phases.end("persons and repeats")

    newest = everything["second"].max()
    places = (
        rows.lazy()
        .filter(col("action").is_in(["view", "click"]))
        .select("channel", "campaign")
        .unique()
        .sort("campaign", "channel")
        .with_row_index("place", offset=1)
        .with_columns(col("place").cast(pl.Int64))
        .collect()
    )

    def touches(action):
        found = rows.lazy().filter((col("action") == action) & col("person").is_not_null())
        found = found.join(places.lazy(), on=["channel", "campaign"])
        return found.select("person", touch=col("second") * 1024 + col("place")).collect(engine="streaming")

    sales = rows.filter(col("action") == "buy")
    spend = ads(report_rows)
    first = int(pl.Series(["2026-11-01"]).str.to_datetime("%Y-%m-%d").dt.epoch("s")[0])
    tests, excluded = experiment(rows, first, first + 7 * 86400)
    answers = {
        "ads": night.ads(spend),
        "hot_products": night.hot_products(products(sales)),
        "revenue": night.revenue(revenue(sales, touches("click"), places), spend),
        "purchase": night.purchase(funnel(rows, touches("view"), places, newest)),
        "checkout": night.checkout(tests, excluded),
    }
    phases.end("answers")
    night.publish(options.out, answers)
    phases.end("publish")
    phases.print()


main()
