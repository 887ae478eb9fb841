#!/usr/bin/env bash
# Fuzzes the parsers (libFuzzer, address sanitizer): fuzz.sh [SECONDS [TARGET...]]; a minute each of all targets by default.
# What a target found interesting stays in .build-fuzz/corpus; an input that breaks a promise in .build-fuzz/findings.
source "$(dirname "$0")/setup.sh"
seconds="${1:-60}"
[ $# -gt 0 ] && shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    targets=(compression delimited json_lines times numbers arrow store catalogue manifest conditions outputs rejects partials)
fi

# The two flags of SwiftPM make libFuzzer and the sanitizer be linked; of its two flags for the compiler only the last counts.
echo "fuzz: building (release, instrumented)" >&2
export SWIFT_BACKTRACE=enable=no
NIGHTMARKET_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product fuzz \
    --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer,address \
    -Xcc -fsanitize=fuzzer-no-link -Xcxx -fsanitize=fuzzer-no-link >&2

# Leaks are not looked for: Swift keeps pointers that the sanitizer does not know for such.
export ASAN_OPTIONS="quarantine_size_mb=16:detect_leaks=0"
# What the targets write to disk lies in memory where that is to be had, and goes with this script.
TMPDIR="$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)" nightmarket-fuzz-XXXXXX)"
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
findings="$PWD/.build-fuzz/findings"
mkdir -p "$findings"
status=0
for target in "${targets[@]}"; do
    corpus="$PWD/.build-fuzz/corpus/$target"
    log="$PWD/.build-fuzz/$target.log"
    mkdir -p "$corpus"
    # The seeds are written while libFuzzer starts, before it reads the corpus.
    if NIGHTMARKET_FUZZ_TARGET="$target" NIGHTMARKET_FUZZ_SEEDS="$corpus" .build-fuzz/release/fuzz "$corpus" \
        -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
        -print_final_stats=1 -artifact_prefix="$findings/$target-" >"$log" 2>&1; then
        executions="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
        peak="$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")"
        echo "$target: ${executions:-0} executions in $seconds s, $(find "$corpus" -type f | wc -l) inputs, peak ${peak:-?} MB"
    else
        status=1
        echo "$target: BROKEN"
        grep -aE '^(finding|SUMMARY|.*ERROR|.*Fatal error)|^ +#[0-9] |Test unit written' "$log" | cut -c1-300 | sed 's/^/    /'
    fi
done
exit $status
