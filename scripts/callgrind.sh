#!/usr/bin/env bash
# Counts the instructions of a small fixed night (ingest, then each stage) with callgrind, and fails where one takes over 5 %
# more than Benchmarks/instructions.json says. Instructions do not depend on what else the machine does.
# Usage: scripts/callgrind.sh [--record] [--bin FOLDER]
#   --record      write what was counted as the new thresholds
#   --bin FOLDER  count these executables instead of building
source "$(dirname "$0")/setup.sh"
install_packages valgrind binutils python3
record=()
bin=""
while [ $# -gt 0 ]; do
    case "$1" in
    --record) record=(--record) ;;
    --bin) bin="$(realpath "$2")"; shift ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
    shift
done
[ -n "$bin" ] || build_release

work="$PWD/var/callgrind"
rm -rf "$work"
mkdir -p "$work/bin"
date=2026-11-03
"$bin/nightmarket" simulate "$work/logs" --events 100000 --days 3 --seed 7 2>/dev/null
sed -e "s|@LOGS@|$work/logs|" Benchmarks/night.yaml >"$work/night.yaml"

# The order in which a hash table is walked must not change from run to run. Debian's valgrind does not read Swift's debug sections.
export SWIFT_DETERMINISTIC_HASHING=1
for step in ingest metrics funnel experiment; do
    strip --strip-debug -o "$work/bin/nightmarket-$step" "$bin/nightmarket-$step"
    if ! valgrind --tool=callgrind --callgrind-out-file="$work/$step.callgrind" "$work/bin/nightmarket-$step" \
        "$work/night.yaml" --date "$date" --threads 1 >"$work/$step.log" 2>&1; then
        tail -20 "$work/$step.log" >&2
        echo "callgrind: the step '$step' failed under valgrind" >&2
        exit 1
    fi
done
python3 scripts/bench/instructions.py "$work" Benchmarks/instructions.json "${record[@]}"
