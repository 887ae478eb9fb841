#!/usr/bin/env bash
# Sets everything up, builds once with the tests, and runs them (arguments go to `swift test`, such as --filter Funnel).
source "$(dirname "$0")/setup.sh"
# GNU time measures the memory of nights over hostile files.
install_packages time
build_release --build-tests
swift test -c release --disable-testable-imports --skip-build "$@"
