#!/usr/bin/env bash
# Sets everything up, builds once with the tests, and runs them (arguments go to `swift test`, such as --filter Funnel).
source "$(dirname "$0")/setup.sh"
# GNU time measures the memory of nights over hostile files; the tests start throw-away PostgreSQL clusters, and ask with sqlite3; systemd
# says whether the documents' units are ones.
install_packages systemd time postgresql postgresql-client sqlite3
build_release --build-tests
# The files of the tests lie in memory where there is room: they are synced thousands of times.
room="$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)"
if [ -w /dev/shm ] && [ "${room:-0}" -gt 2000000 ]; then
    TMPDIR="$(mktemp -d /dev/shm/nightmarket-tests-XXXXXX)"
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
fi
swift test -c release --disable-testable-imports --skip-build "$@"
