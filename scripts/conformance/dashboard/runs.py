"""Makes the runs whose dashboards are looked at beside the demo's: hostile names, hardly any data, very much of it."""
import csv
import pathlib
import subprocess

MANIFEST = """
pipeline: {name}
timezone: Asia/Shanghai
currency: CNY
store: store
output: out
sources:
  web:
    kind: events
    files: log.csv
    columns: {{ event_time: t, event: e, user_id: u, campaign: c, creative: c, product_id: p, amount: a, order_id: o, experiment: x, variant: v }}
    reject_limit: 100%
stages:
  metrics:
    overview: {{ period: last 7d, grain: day, metrics: [events, visitors, orders, gmv_paid, aov, conversion_rate] }}
    campaigns: {{ period: last 7d, grain: period, by: [campaign], metrics: [events, orders, gmv_paid, aov], credit: event }}
    by_day: {{ period: last 7d, grain: day, by: [campaign], metrics: [events, gmv_paid, aov], credit: event }}
    products: {{ period: last 7d, grain: period, by: [product_id], metrics: [gmv_paid, orders] }}
    weekly: {{ period: last 14d, grain: week, metrics: [events, visitors, gmv_paid] }}
    hot: {{ period: last 1d, grain: hour, by: [product_id], metrics: [gmv_paid] }}
  funnel:
    buy: {{ period: last 7d, steps: [product_view, purchase], within: 1d, by: [campaign], histogram: [1m, 10m, 1h], next_events: 3, trend: day, compare: previous }}
    sittings: {{ period: last 7d, steps: [product_view, purchase], within: 1d, count: sessions }}
  experiment:
    test: {{ experiment: x1, unit: user, control: A, split: {{ A: 50, B: 50 }}, starts: 2026-11-01, ends: 2026-11-15, window: 1d, primary: conversion_rate, metrics: [arpu], by: [campaign] }}
    once: {{ experiment: x1, unit: user, control: A, split: {{ A: 50, B: 50 }}, starts: 2026-11-01, ends: 2026-11-12, window: 1d, primary: conversion_rate, metrics: [arpu], engine: fixed }}
    creatives: {{ arms: creative, min_days: 1, min_impressions: 10 }}
alerts:
  none_sold: {{ mart: metrics.campaigns, column: gmv_paid, above: 100, owner: "<b>me</b>" }}
dashboard: {{ lang: {lang}, title: "{title}" }}
publish: [json, csv]
"""

# Every cell of a spreadsheet, page or terminal that ever broke on a name.
NAMES = [
    'quotes " and \' and `', "<script>window.hacked=1</script>", "</style></script><img src=x onerror=window.hacked=2>", "a & b &lt; c &amp;",
    "emoji 🛒👩‍👩‍👧‍👦🇨🇳 双十一", "עברית عربى campaign", "\u202ereversed\u202d override", '=HYPERLINK("http://example.invalid","x")', "+1-2@SUM(A1)",
    "long " + "campaign " * 1200, "x" * 10_000, "e" + "\u0301" * 5_000, "👩\u200d" * 3_000 + "👩", "javascript:window.hacked=3", "{{7*7}} ${7*7} %s", "-->]]>*/", "tab\tand  blanks ", "null", "–", "\ufeff", "\u2028\u2029",
]

HEAD = ["t", "e", "u", "c", "p", "a", "o", "x", "v"]


def write(folder: pathlib.Path, name: str, rows, lang="en", title="Night"):
    folder.mkdir(parents=True)
    with open(folder / "log.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        out.writerows(rows)
    (folder / "pipeline.yaml").write_text(MANIFEST.format(name=name, lang=lang, title=title), encoding="utf-8")


def run(folder: pathlib.Path, when=("--date", "2026-11-14")):
    result = subprocess.run(["nightmarket", "run", str(folder / "pipeline.yaml"), *when], capture_output=True, text=True)
    if result.returncode not in (0, 3):
        raise SystemExit(f"dashboard: {folder}: {result.stderr}")
    return (folder / "out" / "current").resolve()


def hostile():
    for i, name in enumerate(NAMES):
        for day in range(8, 15):
            for person in range(3):
                stamp = f"2026-11-{day:02}T{10 + person:02}:{i:02}:00+08:00"
                user, variant = f"u{i}-{day}-{person}", "AB"[(i + person) % 2]
                yield [stamp, "product_view", user, name, name, "", "", "x1", variant]
                if (i + day + person) % 3 == 0:
                    yield [stamp.replace(":00+", ":30+"), "purchase", user, name, name, f"{10 + i}.5", f"o{i}-{day}-{person}", "", ""]


def many(rows=34_000):
    """Three marts by campaign: over 100,000 rows of marts in all."""
    for i in range(rows):
        day = 8 + i % 7
        yield [f"2026-11-{day:02}T{i % 24:02}:00:00+08:00", "purchase", f"u{i}", f"campaign-{i:06}-{'name' * 5}", f"product-{i % 5000}", f"{i % 900}.25", f"o{i}", "", ""]


def one(day=14):
    yield [f"2026-11-{day:02}T10:00:00+08:00", "product_view", "u1", "only", "p1", "", "", "", ""]


def single_day():
    for i in range(40):
        yield [f"2026-11-14T{i % 24:02}:10:00+08:00", "product_view", f"u{i}", "c%d" % (i % 3), f"p{i % 5}", "", "", "x1", "AB"[i % 2]]
        if i % 4 == 0:
            yield [f"2026-11-14T{i % 24:02}:20:00+08:00", "purchase", f"u{i}", "c%d" % (i % 3), f"p{i % 5}", "30", f"o{i}", "", ""]


def shop():
    """Two weeks of a shop whose figures differ from day to day, with an experiment, clicks on creatives and what people did instead."""
    others = ["search", "add_to_cart", "favourite", "share", "page_view"]
    for day in range(1, 15):
        for i in range(40 + 3 * day):
            user, creative = f"u{day}-{i}", "look-%d" % (i % 4)
            stamp = f"2026-11-{day:02}T{8 + i % 14:02}:{i % 60:02}"
            yield [f"{stamp}:00+08:00", "impression", user, creative, "", "", "", "", ""]
            if i % (3 + i % 4) == 0:
                yield [f"{stamp}:01+08:00", "click", user, creative, "", "", "", "", ""]
            yield [f"{stamp}:02+08:00", "product_view", user, creative, f"p{i % 7}", "", "", "x1", "AB"[i % 2]]
            if i % 3 == 0:
                later = [":30", ":59"][i % 2] if i % 4 else ":45"
                yield [f"{stamp}{later}+08:00", "purchase", user, creative, f"p{i % 7}", f"{20 + i % 9}.5", f"o{day}-{i}", "", ""]
            else:
                yield [f"{stamp}:40+08:00", others[(i + day) % len(others)], user, creative, f"p{i % 7}", "", "", "", ""]
