#!/usr/bin/env bash
# The tests of hostile files at their full size: over 10 GB out of each 10 MB of gzip, a million distinct values. Takes minutes.
source "$(dirname "$0")/setup.sh"
# GNU time measures the memory of nights over hostile files.
install_packages time
build_release --build-tests
export NIGHTMARKET_HOSTILE_SCALE="${NIGHTMARKET_HOSTILE_SCALE:-40}"
swift test -c release --disable-testable-imports --skip-build --filter HostileFileTests "$@"
