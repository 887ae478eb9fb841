"""Opens Arrow IPC files with pyarrow, Polars, chDB and DuckDB and checks that all of them read the same values.

Usage: arrow_readers.py FILE...
Prints one line a file and reader; the exit status is 1 where readers differ or one of them fails.
"""

import datetime
import sys

import chdb
import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.ipc


def read_pyarrow(path):
    """The file through a memory map; a map that had to allocate is a failure of alignment."""
    before = pyarrow.total_allocated_bytes()
    with pyarrow.memory_map(path) as source:
        reader = pyarrow.ipc.open_file(source)
        table = reader.read_all()
        allocated = pyarrow.total_allocated_bytes() - before
        if allocated > 1024:
            raise ValueError(f"mapping the file allocated {allocated} bytes")
        table.validate(full=True)
        return table


def read_polars(path):
    return polars.read_ipc(path).to_arrow()


def read_duckdb(path):
    dataset = pyarrow.dataset.dataset(path, format="ipc")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("segment", dataset)
        return connection.sql("select * from segment").to_arrow_table()


def read_chdb(path):
    escaped = path.replace("'", "\\'")
    result = chdb.query(f"select * from file('{escaped}', 'Arrow')", "ArrowStream")
    return pyarrow.ipc.open_stream(result.bytes()).read_all()


READERS = {"pyarrow": read_pyarrow, "polars": read_polars, "duckdb": read_duckdb, "chdb": read_chdb}


def plain(value):
    """A value without what the readers' types add to it."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc) if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    if isinstance(value, str):
        return value.encode()
    return value


def same(expected, found):
    if expected == found:
        return True
    if isinstance(expected, float) and isinstance(found, float):
        return expected != expected and found != found
    # ClickHouse has bytes where Arrow has booleans in some versions.
    return isinstance(expected, bool) and found in (0, 1) and bool(found) == expected


def difference(expected, found):
    """The first difference of two tables, or None."""
    if found.num_rows != expected.num_rows:
        return f"{found.num_rows} rows instead of {expected.num_rows}"
    if found.column_names != expected.column_names:
        return f"columns {found.column_names} instead of {expected.column_names}"
    for name in expected.column_names:
        pairs = zip(expected.column(name).to_pylist(), found.column(name).to_pylist())
        for row, (a, b) in enumerate(pairs):
            if not same(plain(a), plain(b)):
                return f"column {name}, row {row}: {b!r} instead of {a!r}"
    return None


def check(path):
    good = True
    expected = None
    for name, read in READERS.items():
        try:
            table = read(path)
            problem = None if expected is None else difference(expected, table)
            if expected is None:
                expected = table
        except Exception as error:  # every failure of a reader is a finding
            print(f"{path}: {name}: failed: {error}")
            good = False
            if expected is None:
                return False
            continue
        print(f"{path}: {name}: {table.num_rows} rows, {table.num_columns} columns, {problem or 'same values'}")
        good = good and problem is None
    return good


def main(paths):
    if not paths:
        print(__doc__, file=sys.stderr)
        return 64
    return 0 if all([check(path) for path in paths]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
