#!/usr/bin/env bash
# Times ingest, each stage alone and the whole night on simulated logs (default 7,000,000 events in 7 gzip files),
# beside `gzip -dc` of the same files. Prints seconds and peak memory of whole processes.
source "$(dirname "$0")/setup.sh"
install_packages time
events="${1:-7000000}"
build_release

logs="$PWD/var/bench/logs-$events"
work="$PWD/var/bench/run"
if [ ! -e "$logs/truth.json" ]; then
    rm -rf "$logs"
    mkdir -p "$PWD/var/bench"
    "$bin/nightmarket" simulate "$logs" --events "$events" --days 7 --seed 7
fi
rm -rf "$work"
mkdir -p "$work"
sed -e "s|@LOGS@|$logs|" Benchmarks/night.yaml >"$work/night.yaml"

measure() {
    local name="$1"
    shift
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    awk -v name="$name" -v events="$events" '{
        printf "%-28s %8.2f s  %8.2f s cpu  %6.0f MB  %7.1f ns/event\n", name, $1, $2 + $3, $4 / 1024, $1 * 1e9 / events
    }' "$work/time"
}

date=2026-11-07
echo "events asked for: $events; files: $(ls "$logs"/events | wc -l); compressed: $(du -cm "$logs"/events/* | tail -1 | cut -f1) MB"
echo "cores: $(nproc); $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | sed 's/^ //')"
measure "gzip -dc, one core" sh -c "gzip -dc '$logs'/events/*.gz >/dev/null"
measure "ingest" "$bin/nightmarket-ingest" "$work/night.yaml" --date "$date"
measure "ingest, nothing new" "$bin/nightmarket-ingest" "$work/night.yaml" --date "$date"
for stage in metrics funnel experiment; do
    measure "$stage, all its nodes" "$bin/nightmarket-$stage" "$work/night.yaml" --date "$date" --format csv
done
rm -rf "$work/store" "$work/out"
measure "the whole night" "$bin/nightmarket" run "$work/night.yaml" --date "$date"
measure "the whole night, one thread" sh -c "rm -rf '$work/store' '$work/out'; '$bin/nightmarket' run '$work/night.yaml' --date $date --threads 1"
echo "store: $(du -sm "$work/store" | cut -f1) MB; decoded logs: $(gzip -dc "$logs"/events/*.gz | wc -c | awk '{printf "%.0f", $1 / 1e6}') MB"
