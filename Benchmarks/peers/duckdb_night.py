#!/usr/bin/env python3
"""The benchmark's night in DuckDB.

Usage: duckdb_night.py LOGS OUT [--database FILE] [--threads N]

Without --database the events stay in memory, and only the columns that the questions need are kept. With it they go to a database
file with every column that the manifest maps, which is what nightmarket's store keeps.
"""

import argparse
import os

import night

phases = night.Phases()
import duckdb  # noqa: E402  (its start counts)

# Ids are only compared, so 64 bits of hash do. (nightmarket keeps keyed hashes too, of 128 bits.)
KEPT = {
    "event_id": "hash(event_id) AS id",
    "uid": "if(uid IS NOT NULL, hash(uid), NULL) AS uid",
    "did": "if(did IS NOT NULL, hash(did), NULL) AS did",
}
TYPES = {"ts": "TIMESTAMP", "price": "DECIMAL(12, 2)", "discount": "DECIMAL(12, 2)", "qty": "INTEGER"}

# Types and dialect are given; a record that does not fit them is dropped. A quote inside an unquoted field would pass.
EVENTS = """
CREATE TABLE events AS SELECT {columns} FROM read_csv({files}, header = true, auto_detect = false, delim = ',', quote = '"',
    escape = '"', columns = {types}, timestampformat = '%Y-%m-%dT%H:%M:%S+08:00', ignore_errors = true)
WHERE NOT contains(city, '"')
"""

# Of the rows with one key those of the newest report count.
REPORTS = """
CREATE TEMP TABLE reports AS SELECT *, (spent * 100)::BIGINT AS spend FROM read_csv({files}, header = true, auto_detect = false,
    filename = true, columns = {{'day': 'DATE', 'channel': 'VARCHAR', 'campaign': 'VARCHAR', 'creative': 'VARCHAR',
    'impressions': 'BIGINT', 'clicks': 'BIGINT', 'spent': 'DECIMAL(18, 2)', 'conversions': 'BIGINT', 'revenue': 'DECIMAL(18, 2)'}})
QUALIFY row_number() OVER (PARTITION BY day, campaign, creative ORDER BY filename DESC) = 1
"""

# A device belongs to its one user, or of at most three to the one seen first.
OWNERS = """
CREATE TEMP TABLE owners AS SELECT did, arg_min(uid, first) AS uid
FROM (SELECT did, uid, min(ts) AS first FROM events WHERE did IS NOT NULL AND uid IS NOT NULL GROUP BY ALL)
GROUP BY did HAVING count(*) <= 3
"""

# The rows that the questions are about, with their persons, times in seconds, and money in hundredths.
ASKED = """
CREATE TEMP TABLE asked AS SELECT coalesce(e.uid, o.uid, e.did) AS person, id, ts, epoch(ts)::BIGINT AS second, action, sku,
    (price * 100)::BIGINT AS price, order_id, coalesce(utm_source, 'direct') AS channel, coalesce(utm_campaign, '') AS campaign,
    if(exp = 'checkout_v2', arm, NULL) AS arm
FROM events e LEFT JOIN owners o ON e.uid IS NULL AND e.did = o.did
WHERE action IN ('view', 'cart', 'buy', 'click') OR exp = 'checkout_v2' AND arm IS NOT NULL
"""

# Few ids come more than once; only these are put in order.
REPEATS = f"""
DELETE FROM asked WHERE rowid IN (
    SELECT place FROM (
        SELECT asked.rowid AS place, second - lag(second) OVER (PARTITION BY person, id ORDER BY second) AS distance
        FROM asked SEMI JOIN (SELECT id FROM asked GROUP BY id HAVING count(*) > 1) USING (id))
    WHERE distance <= {night.REPEAT_WINDOW})
"""

# Channel and campaign as one small number, by campaign first: the order that settles what happened in one second.
PLACES = """
CREATE TEMP TABLE places AS SELECT channel, campaign, row_number() OVER (ORDER BY campaign, channel) AS place
FROM (SELECT DISTINCT channel, campaign FROM asked WHERE action IN ('view', 'click'))
"""

# An instant and a place as one number: its minimum is the first row, its maximum the last.
TOUCHES = """
CREATE TEMP TABLE {name} AS SELECT person, second * 1024 + place AS touch
FROM asked JOIN places USING (channel, campaign) WHERE action = '{action}' AND person IS NOT NULL
"""

ADS = """
SELECT day, channel, campaign, creative, coalesce(sum(impressions), 0)::BIGINT, coalesce(sum(clicks), 0)::BIGINT,
    sum(spend)::BIGINT,
    coalesce(sum(spend) FILTER (impressions IS NOT NULL), 0)::BIGINT, coalesce(sum(impressions) FILTER (spend IS NOT NULL), 0)::BIGINT,
    coalesce(sum(spend) FILTER (clicks IS NOT NULL), 0)::BIGINT, coalesce(sum(clicks) FILTER (spend IS NOT NULL), 0)::BIGINT
FROM reports GROUP BY GROUPING SETS ((day, channel, campaign, creative), (day), ()) ORDER BY ALL
"""

ORDERS = "count(DISTINCT order_id) + count(*) FILTER (order_id IS NULL)"

PRODUCTS = f"""
SELECT strftime(hour, '%Y-%m-%dT%H:%M:%S+08:00'), sku, if(whole = 1, 'total', 'detail'), money, orders FROM (
    SELECT date_trunc('hour', ts) AS hour, sku, grouping(sku) AS whole, coalesce(sum(price), 0)::BIGINT AS money, {ORDERS} AS orders
    FROM asked WHERE action = 'buy' GROUP BY GROUPING SETS ((hour, sku), (hour), ()))
QUALIFY row_number() OVER (PARTITION BY hour, whole ORDER BY money DESC, sku NULLS LAST) <= 50
ORDER BY hour, whole, money DESC, sku
"""

# The last click at or before a sale has the credit, if it is young enough.
REVENUE = f"""
WITH sales AS (
    SELECT s.ts::DATE AS day, price, order_id, if(s.second - touch // 1024 <= {night.WINDOW}, touch % 1024, 0) AS place
    FROM (FROM asked WHERE action = 'buy') s ASOF LEFT JOIN clicks c ON s.person = c.person AND s.second * 1024 + 1023 >= c.touch),
credited AS (
    SELECT day, price, order_id, coalesce(channel, 'unassigned') AS channel, nullif(campaign, '') AS campaign
    FROM sales LEFT JOIN places USING (place))
SELECT day, channel, campaign, coalesce(sum(price), 0)::BIGINT, {ORDERS}
FROM credited GROUP BY GROUPING SETS ((day, channel, campaign), (day), ()) ORDER BY ALL
"""

# Every view opens an attempt; an attempt takes the next cart and then the next purchase. What counts is the attempt that gets
# furthest, of several the first to get there, and of those that get there with one event the newest.
FUNNEL = f"""
WITH persons AS (SELECT person, min(touch) AS first, max(touch) AS last FROM views GROUP BY person),
steps AS (SELECT person, second, action FROM asked WHERE action IN ('cart', 'buy')),
carts AS (
    SELECT person, touch, min(second) AS second FROM (
        SELECT c.person, c.second, max(touch) AS touch
        FROM (FROM steps WHERE action = 'cart') c JOIN views v ON c.person = v.person AND touch // 1024 <= c.second GROUP BY ALL)
    WHERE second - touch // 1024 <= {night.WINDOW} GROUP BY ALL),
sales AS (
    SELECT person, min(second) AS second, arg_min(cart, second) AS cart, arg_min(touch, second) AS touch FROM (
        SELECT b.person, b.second, max(c.second) AS cart, arg_max(touch, c.second) AS touch
        FROM (FROM steps WHERE action = 'buy') b JOIN carts c ON b.person = c.person AND c.second <= b.second GROUP BY ALL)
    WHERE second - touch // 1024 <= {night.WINDOW} GROUP BY person),
added AS (SELECT person, min(second) AS second, arg_min(touch, second) AS touch FROM carts GROUP BY person),
ends AS (
    SELECT 1 + (a.touch IS NOT NULL)::INT + (s.touch IS NOT NULL)::INT AS level,
        coalesce(s.touch, a.touch, p.first) AS touch,
        coalesce(s.cart, a.second) - coalesce(s.touch, a.touch) // 1024 AS to_cart, s.second - s.cart AS to_sale,
        s.touch IS NULL AND last // 1024 + {night.WINDOW} > (SELECT epoch(max(ts)) FROM events) AS is_open
    FROM persons p LEFT JOIN added a USING (person) LEFT JOIN sales s USING (person))
SELECT channel, [count(*), count(*) FILTER (level >= 2), count(*) FILTER (level = 3)],
    [median(to_cart), median(to_sale)], [quantile_disc(to_cart, 0.9), quantile_disc(to_sale, 0.9)],
    [count(*) FILTER (level = 1 AND is_open), count(*) FILTER (level = 2 AND is_open), 0]
FROM ends JOIN places ON touch % 1024 = place GROUP BY GROUPING SETS ((channel), ()) ORDER BY ALL
"""

UNITS = """
CREATE TEMP TABLE units AS SELECT person, min(second) AS second, min(arm) AS arm, min(arm) <> max(arm) AS excluded
FROM asked WHERE arm IS NOT NULL AND ts >= '2026-11-01' AND ts < '2026-11-08' AND person IS NOT NULL GROUP BY person
"""

EXPERIMENT = """
WITH buyers AS (
    SELECT u.person, u.arm, coalesce(sum(price), 0) AS money FROM units u JOIN asked a ON a.person = u.person AND a.second >= u.second
    WHERE NOT excluded AND action = 'buy' GROUP BY ALL)
SELECT arm, units, buyers, money, squares
FROM (SELECT arm, count(*) AS units FROM units WHERE NOT excluded GROUP BY arm)
JOIN (SELECT arm, count(*) AS buyers, sum(money) AS money, sum(money * money) AS squares FROM buyers GROUP BY arm) USING (arm)
ORDER BY arm
"""


def literal(value):
    return "[" + ", ".join(map(literal, value)) + "]" if isinstance(value, list) else f"'{value}'"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("logs")
    parser.add_argument("out")
    parser.add_argument("--database", default=":memory:")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    base = duckdb.connect(options.database, config={"threads": options.threads, "preserve_insertion_order": False})

    kept = night.NEEDED if options.database == ":memory:" else night.MAPPED
    columns = [KEPT.get(name, name) for name in kept]
    types = "{" + ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in night.COLUMNS) + "}"
    base.execute(EVENTS.format(columns=", ".join(columns), files=literal(night.event_files(options.logs)), types=types))
    base.execute(REPORTS.format(files=literal(night.report_files(options.logs))))
    phases.end("load")
    for statement in (OWNERS, ASKED, REPEATS, PLACES):
        base.execute(statement)
    phases.end("persons and repeats")

    def ask(query):
        return base.execute(query).fetchall()

    for name, action in (("views", "view"), ("clicks", "click")):
        base.execute(TOUCHES.format(name=name, action=action))
    base.execute(UNITS)
    reports = ask(ADS)
    answers = {
        "ads": night.ads(reports),
        "hot_products": night.hot_products(ask(PRODUCTS)),
        "revenue": night.revenue(ask(REVENUE), reports),
        "purchase": night.purchase(ask(FUNNEL)),
        "checkout": night.checkout(ask(EXPERIMENT), ask("SELECT count(*) FROM units WHERE excluded")[0][0]),
    }
    phases.end("answers")
    night.publish(options.out, answers)
    base.close()
    if options.database != ":memory:":
        night.sync(options.database)
    phases.end("publish")
    phases.print()


main()
