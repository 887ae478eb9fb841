#!/usr/bin/env bash
# Sets everything up, builds once with the tests, and runs them (arguments go to `swift test`, such as --filter Funnel).
source "$(dirname "$0")/setup.sh"
build_release --build-tests
swift test -c release --disable-testable-imports --skip-build "$@"
