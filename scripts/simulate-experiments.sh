#!/usr/bin/env bash
# Proves the error rates of the experiment statistics on thousands of simulated experiments, and prints them:
# simulate-experiments.sh [ROUNDS] (5,000 by default; the fast tests run 300 of each).
source "$(dirname "$0")/setup.sh"
build_release --build-tests
export NIGHTMARKET_SIMULATION_ROUNDS="${1:-5000}"
swift test -c release --disable-testable-imports --skip-build --filter 'StatisticsTests.ErrorRateTests' 2>&1 |
    grep -E '^simulated|✘|Test run'
exit "${PIPESTATUS[0]}"
