#!/usr/bin/env bash
# Runs a command with the PG* variables of a throw-away PostgreSQL cluster on loopback, which ends with it.
# Usage: with_postgres.sh COMMAND [ARGUMENT...]
set -euo pipefail
initdb="$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)"
if [ -z "$initdb" ]; then
    echo "with_postgres: there is no PostgreSQL server" >&2
    echo "  help: apt-get install postgresql" >&2
    exit 69
fi
bin="$(dirname "$initdb")"
home="$(mktemp -d /tmp/nightmarket-postgres-XXXXXX)"
as=()
if [ "$(id -u)" -eq 0 ]; then
    # PostgreSQL refuses to run as root.
    as=(runuser -u postgres --)
    chown postgres "$home"
fi
end() {
    "${as[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap end EXIT
cd "$home"
"${as[@]}" "$bin/initdb" -D "$home/data" -U nightmarket -A trust -E UTF8 --locale=C.UTF-8 -N >/dev/null
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"${as[@]}" "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c fsync=off -k $home" start >/dev/null
cd - >/dev/null
export PGHOST=127.0.0.1 PGPORT="$port" PGUSER=nightmarket PGPASSWORD=unused PGDATABASE=postgres
"$@"
