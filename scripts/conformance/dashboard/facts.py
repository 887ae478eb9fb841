"""What a page must say, read from the run's own files, and compared to the last digit."""
import json
import pathlib
import re


class Run:
    def __init__(self, folder: pathlib.Path):
        # Numbers stay the text that they are in the file.
        def read(path):
            with open(path, encoding="utf-8") as file:
                return json.load(file, parse_float=str, parse_int=str)

        self.marts = {str(p.relative_to(folder))[:-5]: read(p) for p in folder.glob("*/*.json")}
        self.results = read(folder / "run_results.json")

    def value(self, mart, row, column):
        return self.marts[mart]["rows"][int(row)][column]

    def sums(self, source, column):
        files = next(s for s in self.results["sources"] if s["name"] == source)["files"]
        return str(len(files) if column == "files" else sum(int(f[column]) for f in files))

    def rejects(self, code):
        return str(sum(int(f["rejects"].get(code, 0)) for s in self.results["sources"] for f in s["files"]))


def check_values(cells, run: Run):
    """Each figure of the page: its exact value is the mart's, and what people read is that value rounded."""
    problems = []
    for cell in cells:
        if cell["balance"]:
            wanted = run.results["balance"][cell["balance"]]
        elif cell["code"]:
            wanted = run.rejects(cell["code"])
        elif cell["source"]:
            wanted = run.sums(cell["source"], cell["column"])
        else:
            try:
                wanted = run.value(cell["mart"], cell["row"], cell["column"])
            except (KeyError, IndexError, TypeError, ValueError):
                problems.append(f"no such cell in the marts: {cell}")
                continue
        if wanted != cell["value"]:
            problems.append(f"{cell['mart']} {cell['row']} {cell['column']}: {cell['value']} on the page, {wanted} in the mart")
        elif cell["text"] is not None and not reads_as(cell["text"], float(wanted), cell["points"]):
            problems.append(f"{cell['mart']} {cell['row']} {cell['column']}: '{cell['text']}' is not {wanted}")
    return problems


def reads_as(text, exact, points=False):
    """Whether a shown number is the exact one, rounded to the digits that are shown (in percent for a fraction, and without
    the sign of percent where it is marked as points)."""
    match = re.fullmatch(r"[▲▼△▽↑↓+ ]*(−?[\d,]+(?:\.(\d+))?(?:e[+-]?\d+)?) ?(%|[A-Z]{3})?", text.strip())
    if not match:
        return False
    shown = float(match[1].replace("−", "-").replace(",", ""))
    step = 10.0 ** -len(match[2] or "")
    value = exact * 100 if points or match[3] == "%" else exact
    return abs(shown - value) <= step * 0.5000001 + abs(value) * 1e-9


def check_changes(changes, run: Run):
    problems = []
    for change in changes:
        mart = run.marts[change["mart"]]
        now, then = (float(mart["rows"][int(r)][change["column"]]) for r in (change["row"], change["before"]))
        unit = next(c["unit"] for c in mart["columns"] if c["name"] == change["column"])
        text = change["text"].replace("−", "-").replace(",", "").replace("+", "")
        if unit == "fraction":
            right = abs(float(text.split(" ")[0]) - (now - then) * 100) <= 0.0050001
        elif now == then:
            right = text == "0%"
        elif then == 0:
            right = text == "from 0"
        else:
            right = abs(float(text.rstrip("%")) - (now - then) / abs(then) * 100) <= 0.0500001
        if not right:
            problems.append(f"{change}: {then} -> {now}")
    return problems


def check_shares(shares, run: Run):
    problems = []
    for share in shares:
        part = sum(float(run.value(share["mart"], row, share["column"]) or 0) for row in share["rows"])
        if not reads_as(share["text"], part / float(run.value(share["mart"], share["whole"], share["column"]))):
            problems.append(f"{share}: {part}")
    return problems


def check_lines(panels):
    """The points of a drawing lie where their values say: one straight scale a drawing."""
    problems = []
    for panel in panels:
        points = sorted((float(p["value"]), float(p["y"])) for p in panel["points"])
        if len(points) < 2 or points[0][0] == points[-1][0]:
            continue
        (low, bottom), (high, top) = points[0], points[-1]
        slope = (top - bottom) / (high - low)
        if slope >= 0 or any(abs(bottom + (v - low) * slope - y) > 0.02 for v, y in points):
            problems.append(f"{panel['name']}: points off their scale")
    return problems
