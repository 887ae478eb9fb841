#!/usr/bin/env bash
# Holds the built product against real data and against the peers (from PyPI, in a virtual environment).
# Needs the data sets in ../shared/data.
source "$(dirname "$0")/setup.sh"
install_packages python3-venv postgresql
if [ ! -d ../shared/data ]; then
    echo "conformance: the data sets are missing: expected them in ../shared/data" >&2
    exit 66
fi
build_release --build-tests

venv="$PWD/.venv-conformance"
if ! "$venv/bin/python" -c 'import chdb, duckdb, pandas, polars, prometheus_client, psycopg, pyarrow, jsonschema, scipy, spotify_confidence, sqlalchemy, statsmodels' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --disable-pip-version-check install -q -r scripts/conformance/requirements.txt
fi

work="$PWD/var/conformance"
rm -rf "$work"
mkdir -p "$work"
export PATH="$bin:$PATH"
status=0
step() {
    echo "== $1"
    shift
    "$@" || { status=1; echo "conformance: FAILED: $*" >&2; }
}
for pipeline in taobao taobao-users facebook cookie-cats; do
    step "real data: $pipeline" nightmarket run "scripts/conformance/$pipeline.yaml" --date 2017-12-03
done
step "real data: wikiticker" nightmarket run scripts/conformance/wikiticker.yaml --date 2015-09-12 --set "monitoring.prometheus=$work/nightmarket.prom"
step "figures known of the real data" "$venv/bin/python" scripts/conformance/check_real_data.py "$work"
step "funnels against ClickHouse's windowFunnel" "$venv/bin/python" scripts/conformance/funnel_differential.py "$work"
step "breakdowns and further tables of funnels against their definitions" "$venv/bin/python" scripts/conformance/funnel_tables_differential.py "$work"
NIGHTMARKET_PEER=1 swift build -c release --product statistics-peer >&2
step "experiments against scipy, statsmodels and spotify-confidence" \
    "$venv/bin/python" scripts/conformance/experiment_differential.py "$bin/statistics-peer"
step "the benchmark's night against DuckDB, chDB and Polars" "$venv/bin/python" scripts/conformance/night_differential.py "$work"
step "published files against their schemas" "$venv/bin/python" scripts/conformance/validate_outputs.py "$work"/*/out/current
step "the Prometheus file in Prometheus's client" "$venv/bin/python" scripts/conformance/read_prometheus.py "$work/nightmarket.prom"
step "the store's segments in other readers" "$venv/bin/python" scripts/conformance/arrow_readers.py "$work"/*/store/segments/*.arrow
step "installed, without the toolchain, and taken away" scripts/conformance/installed.sh "$work"

# The marts in databases, and a mart from the open store: the demo, with names of every kind beside it.
"$venv/bin/python" scripts/conformance/hostile_names.py "$work/names"
databases() {
    local run
    for run in "$work/demo/out/current" "$work/names/out/current"; do
        "$venv/bin/python" scripts/conformance/read_databases.py sqlite "$run" || return 1
    done
    # Each pipeline has a schema of its own.
    "$venv/bin/python" scripts/conformance/read_databases.py postgres "$work/demo/out/current" demo || return 1
    "$venv/bin/python" scripts/conformance/read_databases.py postgres "$work/names/out/current" names
}
database_nights() {
    nightmarket run pipelines/demo.yaml --date 2026-11-14 --set "store=$work/demo/store" --set "output=$work/demo/out" --set postgres.schema=demo || return 1
    nightmarket run "$work/names/names.yaml" --date 2026-11-02 || return 1
    databases
}
export -f database_nights databases
export work venv
step "SQLite and PostgreSQL through SQLAlchemy, pandas and Polars" scripts/conformance/with_postgres.sh bash -euo pipefail -c database_nights
step "published files with a database against their schemas" "$venv/bin/python" scripts/conformance/validate_outputs.py "$work/demo/out/current" "$work/names/out/current"
step "a mart from the store's segments in SQL" "$venv/bin/python" scripts/conformance/open_store.py "$work/demo/store" "$work/demo/out/current"
step "the dashboards in Chromium" scripts/dashboard-browser.sh "$work/screenshots"
exit $status
