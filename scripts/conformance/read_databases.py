"""Reads a run's marts back from a database through SQLAlchemy, pandas and Polars and compares every value with the JSON form.

Usage: read_databases.py sqlite RUN_DIR
       read_databases.py postgres RUN_DIR SCHEMA     (connects as the PG* variables say)
Each finding is a line; the exit status is 1 where there is one.
"""

import datetime
import decimal
import json
import os
import sys
import warnings
from pathlib import Path

import pandas
import polars
import sqlalchemy

def engine(kind, run, schema):
    if kind == "sqlite":
        path = (run / "marts.sqlite").resolve()
        return sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"})), None
    url = sqlalchemy.URL.create(
        "postgresql+psycopg", os.environ["PGUSER"], os.environ["PGPASSWORD"], os.environ["PGHOST"], int(os.environ["PGPORT"]), os.environ["PGDATABASE"])
    return sqlalchemy.create_engine(url), schema


def expected_value(value, column_type):
    """A value of the JSON form: numbers as the decimals they are written as."""
    if value is None:
        return None
    if column_type == "string":
        return value.replace("\0", "\u2400")
    if column_type == "date":
        return datetime.date.fromisoformat(value)
    if column_type == "time":
        return datetime.datetime.fromisoformat(value)
    return value


def found_value(value, column_type):
    """A value as a reader gives it, without what the reader's own types add."""
    if value is None or value is pandas.NaT or value is pandas.NA or (isinstance(value, float) and value != value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, pandas.Timestamp):
        value = value.to_pydatetime()
    if column_type == "date" and isinstance(value, str):
        return datetime.date.fromisoformat(value)
    if column_type == "time" and isinstance(value, str):
        return datetime.datetime.fromisoformat(value)
    if column_type == "boolean" and value in (0, 1):
        return bool(value)
    return value


def same(expected, found, column_type):
    if expected is None or found is None:
        return expected is None and found is None
    if column_type in ("number", "money"):
        # A double is the one nearest to the written decimal; a decimal has its digits.
        if isinstance(found, float):
            return float(expected) == found
        return decimal.Decimal(str(expected)) == decimal.Decimal(str(found))
    if column_type == "integer" and isinstance(found, float):
        return float(expected) == found
    return type(expected) is type(found) and expected == found


def by_sqlalchemy(engine, schema, table):
    """Typed by what SQLAlchemy finds out about the table by itself."""
    reflected = sqlalchemy.Table(table, sqlalchemy.MetaData(), schema=schema, autoload_with=engine)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.select(reflected)).mappings().all()
    return [dict(row) for row in rows]


def quoted(engine, schema, table):
    quote = engine.dialect.identifier_preparer.quote_identifier
    return (f"{quote(schema)}." if schema else "") + quote(table)


def by_pandas(engine, schema, table):
    frame = pandas.read_sql_query(f"SELECT * FROM {quoted(engine, schema, table)}", engine)
    return [dict(zip(frame.columns, row)) for row in zip(*(frame[c].tolist() for c in frame.columns))]


def by_polars(engine, schema, table):
    frame = polars.read_database(f"SELECT * FROM {quoted(engine, schema, table)}", engine, infer_schema_length=None)
    return frame.to_dicts()


READERS = {"sqlalchemy": by_sqlalchemy, "pandas": by_pandas, "polars": by_polars}


class Comparison:
    def __init__(self):
        self.problems = []
        self.cells = 0

    def rows(self, where, expected, found, columns):
        """`columns` are the names in the database, the names in the mart and the types."""
        if len(expected) != len(found):
            self.problems.append(f"{where}: {len(found)} rows instead of {len(expected)}")
            return
        for number, (a, b) in enumerate(zip(expected, found), 1):
            for stored, name, column_type in columns:
                self.cells += 1
                want = expected_value(a[name], column_type)
                have = found_value(b[stored], column_type) if stored in b else "no such column"
                if not same(want, have, column_type):
                    self.problems.append(f"{where}, row {number}, {name}: {have!r} instead of {want!r}")


def main(kind, run, schema):
    # SQLAlchemy remarks that SQLite has no decimals; the tables declare none.
    warnings.simplefilter("error", sqlalchemy.exc.SAWarning)
    database, schema = engine(kind, run, schema)
    comparison = Comparison()
    listed = by_sqlalchemy(database, schema, "marts")
    described = by_sqlalchemy(database, schema, "mart_columns")
    package = json.loads((run / "datapackage.json").read_text(encoding="utf-8"))
    names = [r["path"].removesuffix(".json") for r in package["resources"] if r["path"].endswith(".json")]
    # What tells of files is in no data package, and not in SQLite, whose bytes equal events must not change.
    if kind == "postgres":
        names += [f"quality/{path.stem}" for path in (run / "quality").glob("*.json")]
    names = sorted(names)
    if sorted(row["mart"] for row in listed) != names:
        comparison.problems.append(f"the marts are {sorted(row['mart'] for row in listed)} instead of {names}")
    for row in listed:
        mart = json.loads((run / f"{row['mart']}.json").read_text(encoding="utf-8"), parse_float=decimal.Decimal)
        columns = sorted((c for c in described if c["mart"] == row["mart"]), key=lambda c: c["position"])
        columns = [(c["column_name"], c["name"], c["type"]) for c in columns]
        if [name for _, name, _ in columns] != [c["name"] for c in mart["columns"]]:
            comparison.problems.append(f"{row['mart']}: other columns")
            continue
        kinds = [name for c in mart["columns"] if c["role"] == "row_kind" for name in [c["name"]]]
        dimensions = [c["name"] for c in mart["columns"] if c["role"] == "dimension"]
        of_something = lambda row: not dimensions or any(row[name] is not None for name in dimensions)
        undivided = all(r[kinds[0]] == "total" and of_something(r) for r in mart["rows"] if kinds)
        shown = "total" if undivided and kinds and mart["rows"] else "detail"
        details = [r for r in mart["rows"] if not kinds or r[kinds[0]] == shown]
        for reader, read in READERS.items():
            table = sorted(read(database, schema, row["table_name"]), key=lambda r: r["row_number"])
            comparison.rows(f"{reader}, {row['table_name']}", mart["rows"], table, columns)
            # A view has no order of its own.
            view = read(database, schema, row["view_name"])
            order = {tuple(map(str, (found_value(r[c], t) for c, _, t in columns))): r for r in view}
            keys = [tuple(map(str, (found_value(r[c], t) for c, _, t in columns))) for r in table if not kinds or r[kinds[0]] == shown]
            comparison.rows(f"{reader}, {row['view_name']}", details, [order[k] for k in keys if k in order], columns)
            if len(view) != len(details):
                comparison.problems.append(f"{reader}, {row['view_name']}: {len(view)} rows instead of {len(details)}")
    if comparison.cells == 0:
        comparison.problems.append("nothing was compared")
    for problem in comparison.problems[:50]:
        print(f"{kind}: {problem}")
    print(f"{kind}: {len(listed)} marts, {comparison.cells} values by {', '.join(READERS)}, {len(comparison.problems)} differences")
    return 1 if comparison.problems else 0


if __name__ == "__main__":
    if len(sys.argv) != {"sqlite": 3, "postgres": 4}.get(sys.argv[1] if len(sys.argv) > 1 else ""):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
