"""Makes the new day of --next-night of a simulated one, the same every time.

Of its devices that nobody has logged in on that day 2 % of all devices are linked: the first record of such a device gets a user of
its own. Of its records 1 % are late: their time lies one to 28 days back.
"""

import datetime
import gzip
import zlib

SEED = b"next-night:"
LINKED, LATE = 0.02, 0.01
DAY = datetime.timedelta(days=1)
MAIN = 4  # event_id, ts, uid, did: no field before the fifth is ever quoted


def draw(text, what):
    """A number in 0..<1 that depends on the text alone."""
    return zlib.crc32(SEED + what + text) / 2**32


def make(source, target):
    devices, known = set(), set()
    with gzip.open(source) as lines:
        for line in lines:
            fields = line.split(b",", MAIN)
            if len(fields) > MAIN and fields[3]:
                devices.add(fields[3])
                if fields[2]:
                    known.add(fields[3])
    unknown = sorted(devices - known - {b"did"})
    share = min(1.0, LINKED * len(devices) / max(1, len(unknown)))
    linked = {device for device in unknown if draw(device, b"link") < share}
    total = len(linked)
    counts = {"devices": len(devices), "newly_linked": total, "records": 0, "late": 0}
    back = {}
    with gzip.open(source) as lines, gzip.open(target, "wb", compresslevel=6) as out:
        for line in lines:
            fields = line.split(b",", MAIN)
            counts["records"] += 1
            # Lines within a quoted field, and the header, have no time.
            if len(fields) > MAIN and len(fields[1]) == 25:
                if draw(fields[0], b"late") < LATE:
                    days = 1 + int(draw(fields[0], b"days") * 28)
                    day = fields[1][:10]
                    if (day, days) not in back:
                        back[day, days] = moved(day, days)
                    if back[day, days]:
                        fields[1] = back[day, days] + fields[1][10:]
                        counts["late"] += 1
                if fields[3] in linked:
                    fields[2] = b"n" + fields[3]
                    linked.remove(fields[3])
                line = b",".join(fields)
            out.write(line)
    return counts


def moved(day, days):
    """The date so many days before; nothing for what is no date."""
    try:
        return (datetime.date.fromisoformat(day.decode()) - days * DAY).isoformat().encode()
    except ValueError:
        return None
