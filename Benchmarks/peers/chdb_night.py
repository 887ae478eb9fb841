#!/usr/bin/env python3
"""The benchmark's night in chDB (ClickHouse in the process).

Usage: chdb_night.py LOGS OUT [--database FOLDER] [--threads N]

Without --database the events stay in memory, and only the columns that the questions need are kept. With it they go to a MergeTree
with every column that the manifest maps, synced as they are inserted. The questions are put as in duckdb_night.py, where they are
explained; windowFunnel would tell how far each person got, but not the channel of the attempt that got there.
"""

import argparse
import json
import os

import night

phases = night.Phases()
from chdb import session  # noqa: E402  (its start counts)

# An empty text stands for nothing: a Nullable column costs more. ClickHouse takes '20:15' and '2026-11-0' for times, and '19.9.0'
# for a decimal; times are parsed by their form, and a number with two places has one nearest double.
TYPES = {"price": "Nullable(Float64)", "discount": "Nullable(Float64)", "qty": "Nullable(Int32)"}
KEPT = {
    "event_id": "cityHash64(event_id) AS id",
    "ts": "assumeNotNull(time) AS ts",
    "uid": "if(uid = '', 0, cityHash64(uid)) AS uid",
    "did": "if(did = '', 0, cityHash64(did)) AS did",
}
EVENTS = """
CREATE TABLE events ENGINE = {engine} AS
SELECT {columns} FROM (
    SELECT * EXCEPT ts, parseDateTimeOrNull(ts, '%Y-%m-%dT%H:%i:%s+08:00', 'UTC') AS time
    FROM file('{logs}/events/*.csv.gz', 'CSVWithNames', '{types}')
    WHERE isNotNull(time) AND isValidUTF8(city) AND position(city, '"') = 0)
SETTINGS input_format_allow_errors_num = 1000000000, input_format_allow_errors_ratio = 1, max_threads = {threads},
    max_insert_threads = {threads}
"""
DURABLE = "MergeTree ORDER BY tuple() SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"

REPORTS = """
CREATE TABLE reports ENGINE = Memory AS
SELECT reporting_start AS day, channel, campaign_id AS campaign, creative, Impressions AS impressions, Clicks AS clicks,
    toInt64(Spent * 100) AS spend
FROM file('{logs}/ads/report-*.csv', 'CSVWithNames', 'reporting_start Date, channel String, campaign_id String, creative String,
    Impressions Nullable(Int64), Clicks Nullable(Int64), Spent Nullable(Decimal(18, 2)), Conversions Nullable(Int64),
    Revenue Nullable(Decimal(18, 2))')
ORDER BY _file DESC LIMIT 1 BY day, campaign, creative
"""

OWNERS = """
CREATE TABLE owners ENGINE = Memory AS SELECT did, argMin(uid, first) AS owner
FROM (SELECT did, uid, min(ts) AS first FROM events WHERE did != 0 AND uid != 0 GROUP BY did, uid)
GROUP BY did HAVING count() <= 3
"""

IS_ASKED = "(action IN ('view', 'cart', 'buy', 'click') OR exp = 'checkout_v2' AND arm != '')"
TWICE = f"CREATE TABLE twice ENGINE = Memory AS SELECT id FROM events WHERE {IS_ASKED} GROUP BY id HAVING count() > 1"

ROWS = f"""
CREATE VIEW asked_rows AS
SELECT if(uid != 0, uid, if(owner != 0, owner, did)) AS person, id, ts, toInt64(toUnixTimestamp(ts)) AS second, action, sku,
    toInt64(round(coalesce(price, 0) * 100)) AS price, order_id, if(utm_source = '', 'direct', utm_source) AS channel,
    utm_campaign AS campaign, if(exp = 'checkout_v2', arm, '') AS arm
FROM (SELECT * FROM events WHERE {IS_ASKED}) AS e LEFT ANY JOIN owners ON e.did = owners.did
"""
ASKED = "CREATE TABLE asked ENGINE = Memory AS SELECT * FROM asked_rows WHERE id NOT IN twice"
REPEATS = f"""
INSERT INTO asked SELECT * EXCEPT (number, distance) FROM (
    SELECT *, row_number() OVER same AS number, second - lagInFrame(second) OVER same AS distance
    FROM asked_rows WHERE id IN twice WINDOW same AS (PARTITION BY person, id ORDER BY second))
WHERE number = 1 OR distance > {night.REPEAT_WINDOW}
"""

PLACES = """
CREATE TABLE places ENGINE = Memory AS SELECT channel, campaign, row_number() OVER (ORDER BY campaign, channel) AS place
FROM (SELECT DISTINCT channel, campaign FROM asked WHERE action IN ('view', 'click'))
"""
TOUCHES = """
CREATE TABLE {name} ENGINE = Memory AS SELECT person, toInt64(second * 1024 + place) AS touch
FROM asked JOIN places USING (channel, campaign) WHERE action = '{action}' AND person != 0
"""

ADS = """
SELECT if(grouping(day) = 0, toString(day), NULL), if(grouping(channel) = 0, channel, NULL), if(grouping(channel) = 0, campaign, NULL),
    if(grouping(channel) = 0, creative, NULL), coalesce(sum(impressions), 0), coalesce(sum(clicks), 0), sum(spend),
    coalesce(sumIf(spend, isNotNull(impressions)), 0), coalesce(sumIf(impressions, isNotNull(spend)), 0),
    coalesce(sumIf(spend, isNotNull(clicks)), 0), coalesce(sumIf(clicks, isNotNull(spend)), 0)
FROM reports GROUP BY GROUPING SETS ((day, channel, campaign, creative), (day), ())
"""

ORDERS = "uniqExactIf(order_id, order_id != '') + countIf(order_id = '')"

PRODUCTS = f"""
SELECT if(is_hour, formatDateTime(hour, '%Y-%m-%dT%H:%i:%S+08:00', 'UTC'), NULL), if(is_product AND sku != '', sku, NULL),
    if(is_product, 'detail', 'total') AS kind, money, orders
FROM (
    SELECT hour, sku, grouping(hour) = 0 AS is_hour, grouping(sku) = 0 AS is_product, sum(price) AS money, {ORDERS} AS orders
    FROM (SELECT toStartOfHour(ts) AS hour, sku, price, order_id FROM asked WHERE action = 'buy')
    GROUP BY GROUPING SETS ((hour, sku), (hour), ()))
ORDER BY is_hour, hour, kind, money DESC, sku = '', sku LIMIT 50 BY is_hour, hour, kind
"""

REVENUE = f"""
SELECT if(grouping(day) = 0, toString(day), NULL), if(grouping(channel) = 0, channel, NULL),
    if(grouping(channel) = 0 AND campaign != '', campaign, NULL), sum(price), {ORDERS}
FROM (
    SELECT day, price, order_id, if(p.channel = '', 'unassigned', p.channel) AS channel, p.campaign AS campaign
    FROM (
        SELECT toDate(ts) AS day, price, order_id, if(second - intDiv(touch, 1024) <= {night.WINDOW}, touch % 1024, 0) AS place
        FROM (SELECT person, ts, price, order_id, second, second * 1024 + 1023 AS until FROM asked WHERE action = 'buy') AS s
        ASOF LEFT JOIN clicks AS c ON s.person = c.person AND s.until >= c.touch) AS t
    LEFT ANY JOIN places AS p ON t.place = p.place)
GROUP BY GROUPING SETS ((day, channel, campaign), (day), ())
"""

FUNNEL = f"""
WITH persons AS (SELECT person, min(touch) AS opening, max(touch) AS newest FROM views GROUP BY person),
taken AS (
    SELECT person, start, min(put) AS second FROM (
        SELECT c.person AS person, c.second AS put, max(v.touch) AS start
        FROM views AS v JOIN (SELECT DISTINCT person, second FROM asked WHERE action = 'cart') AS c ON v.person = c.person
        WHERE v.touch < (c.second + 1) * 1024 GROUP BY person, put)
    WHERE put - intDiv(start, 1024) <= {night.WINDOW} GROUP BY person, start),
sales AS (
    SELECT person, min(sold) AS second, argMin(put, sold) AS cart, argMin(start, sold) AS begin FROM (
        SELECT b.person AS person, b.second AS sold, max(t.second) AS put, argMax(t.start, t.second) AS start
        FROM taken AS t JOIN (SELECT DISTINCT person, second FROM asked WHERE action = 'buy') AS b ON t.person = b.person
        WHERE t.second <= b.second GROUP BY person, sold)
    WHERE sold - intDiv(start, 1024) <= {night.WINDOW} GROUP BY person),
added AS (SELECT person, min(second) AS cart, argMin(start, second) AS begin FROM taken GROUP BY person),
ends AS (
    SELECT multiIf(s.begin > 0, 3, a.begin > 0, 2, 1) AS level, multiIf(level = 3, s.begin, level = 2, a.begin, p.opening) AS touch,
        if(level = 3, s.cart, a.cart) - intDiv(touch, 1024) AS to_cart, s.second - s.cart AS to_sale,
        level < 3 AND intDiv(p.newest, 1024) + {night.WINDOW} > (SELECT toInt64(max(toUnixTimestamp(ts))) FROM events) AS is_open
    FROM persons AS p LEFT JOIN added AS a ON p.person = a.person LEFT JOIN sales AS s ON p.person = s.person)
SELECT if(grouping(channel) = 0, channel, NULL), [count(), countIf(level >= 2), countIf(level = 3)],
    [quantileExactInclusiveIf(0.5)(to_cart, level >= 2), quantileExactInclusiveIf(0.5)(to_sale, level = 3)],
    arrayMap(times -> times[toUInt32(ceil(0.9 * length(times)))],
        [arraySort(groupArrayIf(to_cart, level >= 2)), arraySort(groupArrayIf(to_sale, level = 3))]),
    [countIf(level = 1 AND is_open), countIf(level = 2 AND is_open), 0]
FROM (SELECT e.*, q.channel AS channel FROM ends AS e JOIN places AS q ON e.touch % 1024 = q.place)
GROUP BY GROUPING SETS ((channel), ())
"""

UNITS = """
CREATE TABLE units ENGINE = Memory AS SELECT person, min(second) AS second, min(arm) AS variant, min(arm) != max(arm) AS excluded
FROM asked WHERE arm != '' AND ts >= '2026-11-01 00:00:00' AND ts < '2026-11-08 00:00:00' AND person != 0 GROUP BY person
"""
EXPERIMENT = """
SELECT variant, count(), countIf(sales > 0), toString(sum(money)), toString(sum(toInt128(money) * money)) FROM (
    SELECT u.variant AS variant, sales, money FROM (SELECT * FROM units WHERE NOT excluded) AS u
    LEFT ANY JOIN (
        SELECT b.person AS person, countIf(b.second >= u.second) AS sales, sumIf(b.price, b.second >= u.second) AS money
        FROM units AS u JOIN (SELECT person, second, price FROM asked WHERE action = 'buy') AS b ON u.person = b.person
        GROUP BY person) AS s ON u.person = s.person)
GROUP BY variant ORDER BY variant
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logs")
    parser.add_argument("out")
    parser.add_argument("--database")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    base = session.Session(options.database) if options.database else session.Session()

    def ask(query):
        lines = base.query(query, "JSONCompactEachRow").bytes().decode().splitlines()
        return [json.loads(line) for line in lines]

    base.query("CREATE DATABASE night ENGINE = Atomic")
    base.query("USE night")
    base.query(f"SET max_threads = {options.threads}, output_format_json_quote_64bit_integers = 0")
    kept = night.MAPPED if options.database else night.NEEDED
    columns = ", ".join(KEPT.get(name, name) for name in kept)
    types = ", ".join(f"{name} {TYPES.get(name, 'String')}" for name in night.COLUMNS)
    engine = DURABLE if options.database else "Memory"
    base.query(EVENTS.format(columns=columns, types=types, engine=engine, logs=options.logs, threads=options.threads))
    base.query(REPORTS.format(logs=options.logs))
    phases.end("load")
    for statement in (OWNERS, TWICE, ROWS, ASKED, REPEATS, PLACES):
        base.query(statement)
    phases.end("persons and repeats")

    for name, action in (("views", "view"), ("clicks", "click")):
        base.query(TOUCHES.format(name=name, action=action))
    base.query(UNITS)
    reports = ask(ADS)
    answers = {
        "ads": night.ads(reports),
        "hot_products": night.hot_products(ask(PRODUCTS)),
        "revenue": night.revenue(ask(REVENUE), reports),
        "purchase": night.purchase(ask(FUNNEL)),
        "checkout": night.checkout(ask(EXPERIMENT), ask("SELECT count() FROM units WHERE excluded")[0][0]),
    }
    phases.end("answers")
    night.publish(options.out, answers)
    phases.end("publish")
    phases.print()


main()
