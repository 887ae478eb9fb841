"""Opens the dashboards of several runs in headless Chromium and holds them against the runs' own files.

    browse.py WORK DEMO_RUN [SCREENSHOTS]
"""
import pathlib
import shutil
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

import facts
import runs

HERE = pathlib.Path(__file__).parent
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8").split("\n", 1)[1].strip()
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
failures = []


def fail(what, problems):
    for problem in list(problems)[:8]:
        failures.append(f"{what}: {problem}")
        print(f"dashboard: FAILED: {what}: {problem}", file=sys.stderr)


class Look:
    """One page in one browser window."""

    def __init__(self, browser, run: pathlib.Path, what, viewport=DESK, scheme="light", javascript=True):
        self.what = what
        self.run = run
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=javascript)
        self.page = self.context.new_page()
        self.noise = []
        self.requests = []
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        began = time.monotonic()
        self.page.goto((run / "dashboard.html").as_uri(), wait_until="load")
        self.seconds = time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        fail(f"{self.what}: console", self.noise)
        fail(f"{self.what}: requests", [url for url in self.requests if url != (self.run / "dashboard.html").as_uri()])
        self.context.close()

    def ask(self, question):
        return self.page.evaluate(f"{SCRIPT}.{question}()")

    def chinese(self):
        self.page.locator("label[for=l-zh]").click()

    def open_all(self):
        self.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")

    def lies_well(self, short_names=True):
        """Nothing wider than the window, nothing on top of another thing, nothing short cut off."""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        window = self.page.viewport_size["width"]
        if width > window:
            fail(self.what, [f"{width} wide in a window of {window}"])
        texts = self.ask("texts")
        fail(f"{self.what}: beyond the edge", [t for t in texts if t["right"] > window + 1 or t["left"] < -1])
        fail(f"{self.what}: overlap", overlaps(texts))
        if short_names:
            fail(f"{self.what}: cut off", self.ask("cut"))


def overlaps(texts):
    """Pairs of texts that lie on one another. What scrolls in a box may pass under its fixed head and column."""
    texts = sorted((t for t in texts if not t["inTable"]), key=lambda t: t["top"])
    found = []
    for i, a in enumerate(texts):
        for b in texts[i + 1:]:
            if b["top"] >= a["bottom"] - 1:
                break
            if a["node"] == b["node"]:
                continue
            wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
            high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            # The boxes of lines are a little higher than their letters.
            if wide > 2 and high > 0.35 * min(a["bottom"] - a["top"], b["bottom"] - b["top"]):
                found.append(f"'{a['text']}' and '{b['text']}' by {wide:.0f} x {high:.0f}")
    return found


def check_figures(look: Look, run: facts.Run, least=1):
    cells = look.ask("values")
    if len(cells) < least:
        fail(look.what, [f"only {len(cells)} figures"])
    fail(f"{look.what}: figures", facts.check_values(cells, run))
    fail(f"{look.what}: changes", facts.check_changes(look.ask("changes"), run))
    fail(f"{look.what}: shares", facts.check_shares(look.ask("shares"), run))
    fail(f"{look.what}: lines", facts.check_lines(look.ask("panels")))
    fail(f"{look.what}: bars", look.ask("bars"))
    fail(f"{look.what}: intruders", look.ask("intruders"))
    return len(cells)


def check_table(look: Look):
    """Sorting and filtering of the table of channels, by mouse and by keys."""
    page = look.page
    table = page.locator("table[data-mart='metrics/channels']")
    column = table.locator("th").evaluate_all("heads => heads.findIndex((h) => h.dataset.column === 'impressions')")

    def values():
        return [int(v) for v in table.locator(f"tbody tr:not([hidden]) td:nth-child({column + 1})").evaluate_all("cells => cells.map((c) => c.dataset.value)")]

    head = table.locator("th").nth(column)
    before = values()
    head.click()
    if values() != sorted(before, reverse=True) or head.get_attribute("aria-sort") != "descending":
        fail(look.what, ["a click does not sort by the greatest"])
    head.press("Enter")
    if values() != sorted(before) or head.get_attribute("aria-sort") != "ascending":
        fail(look.what, ["the keyboard does not sort by the least"])
    first = table.locator("th").first
    first.click()
    names = table.locator("tbody td:first-child").all_inner_texts()
    if names != sorted(names):
        fail(look.what, [f"text is not sorted: {names}"])
    head_of = lambda name: table.locator(f"th[data-column='{name}']")
    head_of("spend").click()
    if head_of("spend").get_attribute("aria-sort") != "descending":
        fail(look.what, ["a figure does not sort by the greatest first"])
    if "Total" not in table.locator("tfoot").inner_text():
        fail(look.what, ["the total does not stay at the foot"])
    box = table.locator("xpath=../preceding-sibling::div[contains(@class,'filter')]")
    box.locator("input").fill("TMALL")
    if table.locator("tbody tr:visible").count() != 1 or box.locator("span").inner_text() != f"1 of {len(before)} rows":
        fail(look.what, ["the filter does not leave the one row"])
    box.locator("input").fill("")
    if table.locator("tbody tr:visible").count() != len(before):
        fail(look.what, ["an empty filter does not show all rows"])


def check_money(look: Look):
    """What decides stands first, by spend, without a sideways scroll; on a phone each row is a card with labels."""
    page = look.page
    narrow = page.viewport_size["width"] < 640
    for name in ("channels", "campaigns"):
        table = page.locator(f"table[data-mart='metrics/{name}']")
        columns = table.locator("th.num").evaluate_all("heads => heads.map((h) => h.dataset.column)")
        if columns[:4] != ["spend", "orders", "gmv_paid", "roas"]:
            fail(look.what, [f"{name} begins with {columns[:4]}"])
        place = table.locator("th").evaluate_all("heads => heads.map((h) => h.dataset.column)")
        cell = lambda column: f"td:nth-child({place.index(column) + 1})"
        spend = [float(v) for v in table.locator(f"tbody:first-of-type {cell('spend')}").evaluate_all("cells => cells.map((c) => c.dataset.value)")]
        if spend != sorted(spend, reverse=True) or len(spend) < 5:
            fail(look.what, [f"{name} does not stand by spend: {spend}"])
        if table.locator("th[data-column='spend']").get_attribute("aria-sort") != "descending":
            fail(look.what, [f"{name} does not say what it is sorted by"])
        box = table.locator("xpath=..")
        if box.evaluate("b => b.scrollWidth > b.clientWidth + 1"):
            fail(look.what, [f"{name} scrolls sideways"])
        # What a reader sees of the first row's figures: their labels and that they lie within the window.
        for column in ("spend", "orders", "gmv_paid", "roas"):
            seen = table.locator(f"tbody tr:first-child {cell(column)}").evaluate(
                "c => ({ right: c.getBoundingClientRect().right, left: c.getBoundingClientRect().left, label: getComputedStyle(c, '::before').content, height: c.offsetHeight })")
            if seen["left"] < 0 or seen["right"] > page.viewport_size["width"] or not seen["height"]:
                fail(look.what, [f"{name} {column} is not to be seen: {seen}"])
            if narrow and len(seen["label"].strip('"')) < 2:
                fail(look.what, [f"{name} {column} has no label: {seen}"])
    table = page.locator("table[data-mart='metrics/campaigns']")
    if any("__" in column for column in table.locator("th").evaluate_all("heads => heads.map((h) => h.dataset.column)")):
        fail(look.what, ["growth has columns of its own"])
    if narrow and look.what.endswith("phone"):
        table.locator("xpath=../preceding-sibling::label[contains(@class,'by')]").locator("select").select_option(label="Impressions")
        place = table.locator("th").evaluate_all("heads => heads.findIndex((h) => h.dataset.column === 'impressions')")
        seen = [int(v) for v in table.locator(f"tbody:first-of-type td:nth-child({place + 1})").evaluate_all("cells => cells.map((c) => c.dataset.value)")]
        if seen != sorted(seen, reverse=True):
            fail(look.what, [f"the choice of an order does not sort: {seen}"])


def check_language(look: Look, scripted):
    def shown(name):
        return look.page.locator(f".{name}").evaluate_all("all => all.filter((e) => e.getClientRects().length > 0).length")

    if shown("zh") or not shown("en"):
        fail(look.what, ["the page does not open in English"])
    look.chinese()
    if shown("en") or not shown("zh"):
        fail(look.what, ["the switch does not show Chinese alone"])
    if scripted and look.page.evaluate("document.documentElement.lang") != "zh":
        fail(look.what, ["lang does not follow the switch"])


def check_demo(browser, folder, run):
    with Look(browser, folder, "demo, desk") as look:
        count = check_figures(look, run, least=1000)
        print(f"dashboard: demo: {count} figures equal the marts'; open in {look.seconds:.2f} s; {(folder / 'dashboard.html').stat().st_size} bytes")
        look.lies_well()
        check_money(look)
        check_table(look)
        check_language(look, scripted=True)
        look.lies_well()
        look.open_all()
        look.lies_well(short_names=False)
        tables = look.page.locator("details.table").count()
        drawings = look.page.locator("article:has(.drawing)").count()
        if look.page.locator("article:has(.drawing):has(details.table)").count() != drawings or tables < drawings:
            fail(look.what, ["a drawing without its table"])
        unnamed = look.page.locator("svg[role=img]:not([aria-labelledby]):not(:has(> title))").count()
        if unnamed:
            fail(look.what, [f"{unnamed} drawings without a name"])
    for what, viewport, scheme in [("phone", PHONE, "light"), ("phone, dark", PHONE, "dark"), ("tablet", {"width": 768, "height": 1024}, "light"), ("wide", {"width": 1920, "height": 1080}, "dark")]:
        with Look(browser, folder, f"demo, {what}", viewport, scheme) as look:
            if what != "tablet":
                check_money(look)
            look.lies_well()
            look.chinese()
            look.lies_well()
    with Look(browser, folder, "demo, without script", javascript=False) as look:
        check_language(look, scripted=False)
        if look.page.locator(".filter").count() or look.page.locator("table").count() < 8 or look.page.locator("svg path.line").count() < 20:
            fail(look.what, ["without script the tables and drawings are not all there"])
    with Look(browser, folder, "demo, paper", {"width": 760, "height": 1000}) as look:
        look.page.emulate_media(media="print")
        look.lies_well(short_names=False)


def check_edges(browser, work):
    def made(name, rows, when=("--date", "2026-11-14"), **options):
        folder = work / name
        runs.write(folder, name, rows, **options)
        return runs.run(folder, when)

    cases = [
        ("hostile", made("hostile", runs.hostile(), title="<i>'Ma\\\"rts' &amp;</i> \\u202e双11 🛒 עברית"), 500),
        ("empty", made("empty", []), 1),
        ("one row", made("one", runs.one()), 1),
        ("nothing sold, long ago", made("quiet", runs.one(day=8)), 1),
        ("a single day", made("single", runs.single_day(), lang="zh"), 1),
        ("a shop of two weeks", made("shop", runs.shop(), lang="zh"), 500),
        ("within the day", made("noon", runs.shop(), ("--as-of", "2026-11-14T12:00")), 300),
    ]
    for what, folder, least in cases:
        run = facts.Run(folder)
        for name, viewport, scheme in [("desk", DESK, "light"), ("phone", PHONE, "dark")]:
            with Look(browser, folder, f"{what}, {name}", viewport, scheme) as look:
                check_figures(look, run, least)
                look.lies_well()
                if what == "hostile":
                    if "\\u{202E}双11" not in look.page.title() or "\u202e" in look.page.title():
                        fail(look.what, [f"the title of the window can turn text around: {look.page.title()!r}"])
                    names = look.page.locator("table.cards td.text").all_inner_texts()
                    if not {"\\u{FEFF}", "\\u{2028}\\u{2029}"} <= set(names):
                        fail(look.what, [f"names of which nothing is seen are not spelled out: {names}"])
                if what == "within the day":
                    aside = look.page.locator("#headline h2 small").inner_text()
                    if "2026-11-13; 2026-11-14 is seen up to 2026-11-14 12:00 only" not in aside:
                        fail(look.what, [f"the head does not tell of the last whole day: {aside}"])
                look.open_all()
                look.lies_well(short_names=False)
                if what in ("a single day", "a shop of two weeks") and look.page.evaluate("document.documentElement.lang") != "zh":
                    fail(look.what, ["it does not open in Chinese"])
        print(f"dashboard: {what}: {folder / 'dashboard.html'}")

    folder = made("many", runs.many())
    run = facts.Run(folder)
    rows = sum(len(mart["rows"]) for mart in run.marts.values())
    size = (folder / "dashboard.html").stat().st_size
    with Look(browser, folder, "very many rows") as look:
        check_figures(look, run, 300)
        look.lies_well(short_names=False)
        print(f"dashboard: {rows} mart rows: {size} bytes, open in {look.seconds:.2f} s")
        if rows < 100_000 or size >= 2_000_000 or look.seconds > 1:
            fail(look.what, [f"{rows} rows, {size} bytes, {look.seconds:.2f} s"])
        if not look.page.locator(".more a[href$='.csv']").count():
            fail(look.what, ["no link to what is cut"])


def screenshots(browser, folder, target):
    target.mkdir(parents=True, exist_ok=True)

    def shoot(name, viewport, scheme, chinese=False, height=None, section=None):
        with Look(browser, folder, name, viewport, scheme) as look:
            if chinese:
                look.chinese()
            full = look.page.evaluate("document.documentElement.scrollHeight")
            if section:
                look.page.set_viewport_size({"width": viewport["width"], "height": full})
                top = look.page.locator(f"#{section}").bounding_box()["y"]
                look.page.screenshot(path=target / f"{name}.png", clip={"x": 0, "y": top, "width": viewport["width"], "height": height})
                return
            look.page.set_viewport_size({"width": viewport["width"], "height": min(full, height or full)})
            look.page.screenshot(path=target / f"{name}.png")

    shoot("desk-light-top", DESK, "light", height=1130)
    shoot("desk-light", DESK, "light")
    shoot("desk-dark-zh", DESK, "dark", chinese=True)
    shoot("phone-light", PHONE, "light", height=5200)
    shoot("phone-channels", PHONE, "light", height=1700, section="breakdowns")
    shoot("phone-dark-zh", PHONE, "dark", chinese=True, height=5200)
    with Look(browser, folder, "paper") as look:
        look.page.pdf(path=target / "paper.pdf", format="A4", print_background=True, margin={k: "12mm" for k in ("top", "right", "bottom", "left")})
    subprocess.run(["pdftoppm", "-png", "-r", "70", "-f", "1", "-l", "1", "-singlefile", target / "paper.pdf", target / "paper"], check=True)
    (target / "paper.pdf").unlink()
    for shot in sorted(target.glob("*.png")):
        subprocess.run(["pngquant", "--force", "--strip", "--output", shot, "64", shot], check=True)


def main():
    work, demo = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(work, ignore_errors=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        check_demo(browser, demo, facts.Run(demo))
        check_edges(browser, work)
        if len(sys.argv) > 3:
            screenshots(browser, demo, pathlib.Path(sys.argv[3]))
        browser.close()
    if failures:
        raise SystemExit(f"dashboard: {len(failures)} failures")
    print("dashboard: all is well")


main()
