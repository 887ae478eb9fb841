#!/usr/bin/env bash
# Counts the instructions of a small fixed night (ingest, then each stage; ingest of one day more) with callgrind, and fails where one takes over 5 %
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
count() { # STEP EXECUTABLE MANIFEST
    strip --strip-debug -o "$work/bin/nightmarket-$2" "$bin/nightmarket-$2"
    if ! valgrind --tool=callgrind --callgrind-out-file="$work/$1.callgrind" "$work/bin/nightmarket-$2" \
        "$3" --date "$date" --threads 1 >"$work/$1.log" 2>&1; then
        tail -20 "$work/$1.log" >&2
        echo "callgrind: the step '$1' failed under valgrind" >&2
        exit 1
    fi
}
for step in ingest metrics funnel experiment; do count "$step" "$step" "$work/night.yaml"; done

# A day of 10,000 events beside 29 such days: what a night takes over is most of what there is.
"$bin/nightmarket" simulate "$work/month" --events 300000 --from 2026-10-05 --days 30 --seed 7 2>/dev/null
mkdir "$work/next"
sed -e "s|@LOGS@|$work/month|" Benchmarks/night.yaml >"$work/next/night.yaml"
mv "$work/month/events/$date.csv.gz" "$work"
"$bin/nightmarket-ingest" "$work/next/night.yaml" --date "$date" >/dev/null 2>&1
mv "$work/$date.csv.gz" "$work/month/events"
count next_ingest ingest "$work/next/night.yaml"

python3 scripts/bench/instructions.py "$work" Benchmarks/instructions.json "${record[@]}"
