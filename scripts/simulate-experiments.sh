#!/usr/bin/env bash
# Proves the error rates of the experiment statistics on simulated experiments, and prints them:
# simulate-experiments.sh [ROUNDS] [NIGHTS] (5,000 rounds of drawn units by default, the fast tests run 300 of each; 1,000
# rounds of simulated campaigns that the stage reads night after night, the fast tests run 160 and 60, as "fast" does).
# The bounds are those of the fast tests: fewer rounds than theirs are refused.
source "$(dirname "$0")/setup.sh"
build_release --build-tests
export NIGHTMARKET_SIMULATION_ROUNDS="${1:-5000}"
[ "${2:-}" = fast ] || export NIGHTMARKET_SIMULATED_NIGHTS="${2:-1000}"
swift test -c release --disable-testable-imports --skip-build --filter 'ErrorRateTests' 2>&1 |
    grep -E '^simulated|✘|Test run'
exit "${PIPESTATUS[0]}"
