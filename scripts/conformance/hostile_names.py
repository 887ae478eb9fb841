"""Writes a pipeline whose campaigns and pages have names made to break out of SQL, of CSV, or of a screen.

Usage: hostile_names.py FOLDER
"""

import csv
import sys
from pathlib import Path

NAMES = [
    "'; DROP TABLE metrics; --", "\"); DROP SCHEMA names CASCADE; --", "'", "\"", "''", "\\", "\\.", "\\N", "\\n", "tab\there", "two\nlines", "cr\rhere",
    "<script>alert(1)</script>", "&lt;", "=cmd|' /C calc'!A0", "+1", "@SUM(1)", "%s", "$1", "?", ":name", "{}", "NULL", "null", "NaN",
    "🎉👩‍👩‍👧‍👦", "حملة رمضان", "\u202etxt.exe", "双十一", "e\u0301", "\u00e9", " padded ", "1e999", "00123", "true", "长" * 10_000, "👩\u200d" * 3_000 + "👩", "'\"\\" * 3_000,
]

MANIFEST = """
pipeline: names
timezone: Asia/Shanghai
currency: CNY
store: store
output: out
sources:
  web:
    kind: events
    files: logs/*.csv
    columns: { event_id: id, event_time: ts, event: action, user_id: user, campaign: campaign, page: page, amount: amount, order_id: order }
stages:
  metrics:
    campaigns: { period: last 2d, grain: day, by: [campaign], metrics: [events, persons, gmv_paid, orders, aov] }
    pages: { period: last 2d, grain: hour, by: [campaign, page], metrics: [events, sum(amount)] }
    nothing: { period: last 2d, by: [campaign], where: "event = 'signup'", metrics: [events] }
  funnel:
    undivided: { period: last 2d, steps: [page_view, purchase], within: 2d }
publish: [json, csv, sqlite]
postgres: { schema: names }
"""


def main(folder):
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    (folder / "names.yaml").write_text(MANIFEST, encoding="utf-8")
    with open(folder / "logs" / "web.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "ts", "action", "user", "campaign", "page", "amount", "order"])
        for number, name in enumerate(NAMES):
            for turn, event in enumerate(["page_view", "purchase"]):
                amount = f"{number + 1}.{number:06d}" if event == "purchase" else ""
                time = f"2026-11-0{1 + turn}T{number % 24:02d}:00:00+08:00"
                writer.writerow([f"e{number}-{turn}", time, event, f"u{number % 7}", name, NAMES[-1 - number], amount, f"o{number}" if amount else ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
