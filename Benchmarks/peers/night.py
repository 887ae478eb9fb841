"""What the peers share: where the log lies, what its columns are, how answers are finished and published.

A peer is a program `PEER_night.py LOGS OUT [options]`. It reads LOGS/events/*.csv.gz and LOGS/ads/*.csv, answers the five
nodes of Benchmarks/night.yaml, writes OUT/NODE.json as lists of rows named as in nightmarket's marts, and prints its phases as a
line of JSON. compare.py holds the answers against nightmarket's.

The peer does the work on events: load, reject, resolve persons, drop repeats, group. What is left is a few thousand rows at most;
here ratios are taken of them, the same way for every peer.
"""

import glob
import json
import os
import pathlib
import resource
import time

COLUMNS = (
    "event_id ts uid did action sku category price qty discount order_id utm_source utm_medium utm_campaign creative kol "
    "exp arm coupon_id coupon_template platform city store page duration_ms phone ip"
).split()
# What the manifest maps, and so what nightmarket's store keeps.
MAPPED = (
    "event_id ts uid did action sku category price qty discount order_id utm_source utm_medium utm_campaign creative "
    "exp arm platform city"
).split()
# What the five questions need of it.
NEEDED = "event_id ts uid did action sku price order_id utm_source utm_campaign exp arm".split()

# The funnel's steps, and the seconds that it and a click's credit last.
STEPS = ["product_view", "add_to_cart", "purchase"]
WINDOW = 7 * 86400
# The seconds within which an id that comes again is a repeat.
REPEAT_WINDOW = 3 * 86400


def event_files(logs):
    return sorted(glob.glob(f"{logs}/events/*.csv.gz"))


def report_files(logs):
    return sorted(glob.glob(f"{logs}/ads/report-*.csv"))


class Phases:
    """Wall and processor seconds of each phase of this process."""

    def __init__(self):
        self.wall, self.cpu, self.phases = time.monotonic(), 0.0, {}

    def end(self, name):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        wall, cpu = time.monotonic(), usage.ru_utime + usage.ru_stime
        self.phases[name] = {"wall": round(wall - self.wall, 4), "cpu": round(cpu - self.cpu, 4)}
        self.wall, self.cpu = wall, cpu

    def print(self):
        print(json.dumps(self.phases))


def ratio(numerator, denominator, scale=1):
    return scale * numerator / denominator if denominator else None


def local_hour(day, hour):
    return f"{day}T{hour:02}:00:00+08:00"


def ads(rows):
    """From rows (day, channel, campaign, creative, impressions, clicks, spend, spend and impressions of rows that have both, spend
    and clicks of rows that have both); spend is in hundredths, and nothing where no row has it."""
    return [
        {
            "day": None if day is None else str(day),
            "channel": channel,
            "campaign": campaign,
            "creative": creative,
            "row_kind": "detail" if channel else "total",
            "impressions": impressions,
            "clicks": clicks,
            "ctr": ratio(clicks, impressions),
            "spend": (spend or 0) / 100,
            "cpm": ratio(cpm_spend / 100, cpm_impressions, 1000),
            "cpm__num": cpm_spend / 100,
            "cpm__den": cpm_impressions,
            "cpc": ratio(cpc_spend / 100, cpc_clicks),
            "cpc__num": cpc_spend / 100,
            "cpc__den": cpc_clicks,
        }
        for day, channel, campaign, creative, impressions, clicks, spend, cpm_spend, cpm_impressions, cpc_spend, cpc_clicks in rows
    ]


def hot_products(rows):
    """From rows (first second of the hour as text or nothing, product, kind, sales in hundredths, orders)."""
    return [
        {"hour": hour, "product_id": product, "row_kind": kind, "gmv_paid": sales / 100, "orders": orders}
        for hour, product, kind, sales, orders in rows
    ]


def revenue(sales, reports):
    """From rows (day, channel, campaign, sales in hundredths, orders) and the rows that `ads` takes."""
    cells = {}
    for day, channel, campaign, creative, _, _, spend, *_ in reports:
        if spend is not None:
            cell = cells.setdefault((day and str(day), channel, campaign), [0, 0, 0])
            cell[2] += spend
    for day, channel, campaign, money, orders in sales:
        cell = cells.setdefault((day and str(day), channel, campaign), [0, 0, 0])
        cell[0] += orders
        cell[1] += money
    return [
        {
            "day": day,
            "channel": channel,
            "campaign": campaign,
            "row_kind": "detail" if channel else "total",
            "orders": orders,
            "gmv_paid": money / 100,
            "roas": ratio(money, spend),
            "roas__num": money / 100,
            "roas__den": spend / 100,
        }
        for (day, channel, campaign), (orders, money, spend) in cells.items()
    ]


def purchase(rows):
    """From rows (channel or nothing, [persons of each step], [median], [90th percentile], [open persons]); the times are seconds
    from the step before, the open persons those who ended at a step and may still go on."""
    result = []
    for channel, persons, medians, percentiles, opens in rows:
        for step, name in enumerate(STEPS):
            before = persons[step - 1] if step else None
            result.append(
                {
                    "channel": channel,
                    "row_kind": "detail" if channel else "total",
                    "step": step + 1,
                    "step_name": name,
                    "persons": persons[step],
                    "conversion_from_previous": ratio(persons[step], before) if step else None,
                    "conversion_from_first": ratio(persons[step], persons[0]),
                    "drop_off": before - persons[step] if step else None,
                    "drop_off_rate": ratio(before - persons[step], before) if step else None,
                    "median_seconds": medians[step - 1] if step else None,
                    "p90_seconds": percentiles[step - 1] if step else None,
                    "open_persons": opens[step],
                }
            )
    return result


def checkout(rows, excluded):
    """From rows (variant, units, units that bought, sales in hundredths, sum of the squares of each unit's sales)."""
    result = []
    for variant, units, buyers, money, squares in rows:
        # Whole numbers up to the last division.
        money, squares = int(money), int(squares)
        share = buyers / units
        for metric, total, deviation in (
            ("conversion_rate", buyers, (share * (1 - share)) ** 0.5),
            ("gmv_paid", money / 100, ((squares * units - money * money) / 10_000 / units / (units - 1)) ** 0.5),
        ):
            result.append(
                {
                    "metric": metric,
                    "variant": variant,
                    "units": units,
                    "value": ratio(total, units),
                    "value__num": total,
                    "value__den": units,
                    "standard_deviation": deviation,
                    "excluded_units": excluded,
                }
            )
    return result


def publish(out, answers):
    """Writes each answer beside its place, syncs it and renames it, as nightmarket does with its marts."""
    folder = pathlib.Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for node, rows in answers.items():
        temporary = folder / f".{node}.json"
        with temporary.open("w") as file:
            file.write("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(folder / f"{node}.json")
    sync(folder)


def sync(path):
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
