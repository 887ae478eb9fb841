#!/usr/bin/env python3
"""Checks run directories against what docs/schemas promises of them.

    validate_outputs.py RUN_DIR...

Every JSON file is validated against its schema; every row has every key, in the order of the columns, with a value
of the column's type; the CSV form has the same cells; datapackage.json names every file with its true size and hash;
the books of run_results.json balance. Each finding is a line; the exit status is 1 where there is one.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
MART_KEYS = ["mart", "schema", "title", "period", "as_of", "provisional", "columns", "notes", "rows"]
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?(e[+-][1-9][0-9]*)?")
PATTERNS = {
    "integer": re.compile(r"-?(0|[1-9][0-9]*)"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "time": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})"),
}
FIELD_TYPES = {"money": "number", "time": "datetime"}


class Token(str):
    """A number as the text it was written with."""


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key twice among {keys}")
    return dict(pairs)


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def load(path, **options):
    text = path.read_bytes().decode("utf-8", "strict")
    return json.loads(text, object_pairs_hook=unique, parse_constant=refuse, **options)


def csv_records(text):
    """RFC 4180 with LF line ends; an unquoted empty field is None."""
    records, record, position = [], [], 0
    field = re.compile(r'"((?:[^"]|"")*)"|([^",\n\r]*)')
    while position < len(text):
        match = field.match(text, position)
        quoted, plain = match.groups()
        record.append(quoted.replace('""', '"') if quoted is not None else (plain or None))
        position = match.end()
        if position >= len(text) or text[position] not in ",\n":
            raise ValueError(f"character {position} neither ends a field nor a record")
        if text[position] == "\n":
            records.append(record)
            record = []
        elif text[position + 1 : position + 2] == "":
            raise ValueError("the last record has no end")
        position += 1
    if record:
        raise ValueError("the last record has no end")
    return records


def cell_text(value):
    """What the CSV form shows of a JSON value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not isinstance(value, Token) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return str(value)


def fits(value, kind):
    if value is None:
        return True
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "number", "money"):
        return isinstance(value, Token) and PATTERNS.get(kind, NUMBER).fullmatch(value) is not None and value != "-0"
    if not isinstance(value, str) or isinstance(value, Token):
        return False
    return kind == "string" or PATTERNS[kind].fullmatch(value) is not None


class Checker:
    def __init__(self, run):
        self.run = run
        self.findings = []
        self.validators = {
            name: jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")))
            for name in ("mart", "run_results")
        }
        self.columns = {}
        self.files = 0
        self.rows = 0

    def find(self, path, what):
        self.findings.append(f"{path.relative_to(self.run)}: {what}")

    def schema(self, path, name):
        for error in self.validators[name].iter_errors(load(path)):
            self.find(path, f"{error.json_path}: {error.message[:200]}")

    def mart(self, path):
        self.schema(path, "mart")
        mart = load(path, parse_int=Token, parse_float=Token)
        if list(mart) != MART_KEYS:
            self.find(path, f"the keys are {list(mart)}")
        if mart["mart"] != path.relative_to(self.run).with_suffix("").as_posix():
            self.find(path, f"calls itself {mart['mart']}")
        names = [column["name"] for column in mart["columns"]]
        self.columns[path.with_suffix("").relative_to(self.run).as_posix()] = mart["columns"]
        for number, row in enumerate(mart["rows"], 1):
            if list(row) != names:
                self.find(path, f"row {number} has the keys {list(row)}")
            for column in mart["columns"]:
                value = row.get(column["name"])
                if not fits(value, column["type"]):
                    self.find(path, f"row {number}, {column['name']}: {value!r} is no {column['type']}")
        self.rows += len(mart["rows"])
        table = path.with_suffix(".csv")
        if table.exists():
            header = [cell_text(name) for name in names]
            cells = [[cell_text(row.get(name)) for name in names] for row in mart["rows"]]
            if len(names) == 1:
                cells = [[cell or ""] for (cell,) in cells]
            if csv_records(table.read_bytes().decode("utf-8", "strict")) != [header] + cells:
                self.find(table, "its cells are not those of the JSON form")

    def package(self, path, files):
        package = load(path)
        if package.get("$schema") != "https://datapackage.org/profiles/2.0/datapackage.json":
            self.find(path, "is no Data Package v2")
        if "created" in package:
            self.find(path, "holds a time of creation")
        named = [resource["path"] for resource in package["resources"]]
        expected = sorted(name for name in files if not name.startswith("quality/"))
        if named != expected:
            self.find(path, f"names {named}, but the files are {expected}")
        for resource in package["resources"]:
            file = self.run / resource["path"]
            content = file.read_bytes() if file.exists() else b""
            if resource["bytes"] != len(content):
                self.find(path, f"{resource['path']} has {len(content)} bytes, not {resource['bytes']}")
            if resource["hash"] != "sha256:" + hashlib.sha256(content).hexdigest():
                self.find(path, f"{resource['path']} has another hash")
            if resource["path"] == "marts.sqlite":
                if resource["format"] != "sqlite" or not content.startswith(b"SQLite format 3\0"):
                    self.find(path, "marts.sqlite is no SQLite database")
                continue
            columns = self.columns.get(resource["path"].rsplit(".", 1)[0])
            fields = [(field["name"], field["type"]) for field in resource["schema"]["fields"]]
            if columns is not None:
                if fields != [(column["name"], FIELD_TYPES.get(column["type"], column["type"])) for column in columns]:
                    self.find(path, f"the fields of {resource['path']} are not its columns")

    def results(self, path):
        self.schema(path, "run_results")
        results = load(path)
        if results["run"] != self.run.name:
            self.find(path, f"calls the run {results['run']}")
        for source in results["sources"]:
            for file in source["files"]:
                if file["read"] != file["rejected"] + file["stored"]:
                    self.find(path, f"{file['path']}: read is not rejected + stored")
                if sum(file["rejects"].values()) != file["rejected"]:
                    self.find(path, f"{file['path']}: the rejects by code are not the rejected")
        balance = results["balance"]
        if balance is not None:
            ends = ("live", "duplicate", "superseded", "filtered", "erased", "moved")
            if balance["stored"] + balance["moved_copies"] != sum(balance[end] for end in ends):
                self.find(path, "the balance of the snapshot does not balance")
        page = self.run / "dashboard.html"
        written = page.read_bytes() if page.exists() else b""
        said = results.get("page") or {}
        if said.get("bytes") != len(written) or said.get("hash") != "sha256:" + hashlib.sha256(written).hexdigest():
            self.find(page, "is not the page that run_results.json names")
        marts = [mart for node in results["nodes"] for mart in node["marts"]]
        for mart in marts:
            if not any((self.run / f"{mart}.{form}").exists() for form in ("json", "csv")):
                self.find(path, f"the mart {mart} is not there")

    def check(self):
        paths = sorted(path for path in self.run.rglob("*") if not path.is_dir())
        files = []
        for path in paths:
            name = path.relative_to(self.run).as_posix()
            if name in ("dashboard.html", "datapackage.json", "run_results.json"):
                continue
            if name == "marts.sqlite":
                files.append(name)
                continue
            if name.count("/") != 1 or path.suffix not in (".json", ".csv") or path.name.startswith("."):
                self.find(path, "does not belong into a run")
                continue
            files.append(name)
            self.guarded(path, lambda: self.mart(path) if path.suffix == ".json" else None)
        self.files = len(files)
        for name, check in (
            ("datapackage.json", lambda path: self.package(path, files)),
            ("run_results.json", self.results),
        ):
            self.guarded(self.run / name, lambda: check(self.run / name))
        return self.findings

    def guarded(self, path, check):
        """A file that cannot be read at all is a finding like any other."""
        try:
            check()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self.find(path, f"{type(error).__name__}: {error}")


def main():
    runs = [Path(argument) for argument in sys.argv[1:]]
    if not runs or not all(run.is_dir() for run in runs):
        print(__doc__, file=sys.stderr)
        return 64
    status = 0
    for run in runs:
        checker = Checker(run.resolve())
        findings = checker.check()
        for finding in findings:
            print(finding)
            status = 1
        print(f"{run}: {checker.files} files, {checker.rows} rows in JSON, {len(findings)} findings")
    return status


if __name__ == "__main__":
    sys.exit(main())
