#!/usr/bin/env bash
# Times the night and its parts beside what the machine allows and beside DuckDB, chDB and Polars, on simulated logs, and holds the
# figures against the goals. Raw results go to Benchmarks/results/. docs/BENCHMARKS.md says what is measured and how.
#
# Usage: scripts/bench.sh [EVENTS] [OPTION...]     (7,000,000 events, seven days)
#   --repeats N        how often each is run, in turn (3); medians are shown
#   --no-peers         without DuckDB, chDB and Polars
#   --only-extras      nothing but what the next three options ask for
#   --growth [LIST]    nights of 1, 3, 10, 30 and 100 million events (or of LIST, such as 1,3,10)
#   --memory [LIST]    nights of 7 and 100 million events (or of LIST) in a cgroup of 512 MB without swap
#   --next-night       29 days of EVENTS events each, then one more day with newly linked devices and late events
#   --bin FOLDER       measure these executables instead of building and installing
#   --logs FOLDER      use these logs of EVENTS events instead of simulating them
source "$(dirname "$0")/setup.sh"
install_packages isal python3 python3-venv

bin=""
peers=yes
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
    --bin) bin="$(realpath "$2")"; shift ;;
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
        [[ "$1" == --no-peers || "$1" == --only-extras ]] && peers=no
        arguments+=("$1")
        ;;
    esac
    shift
done
if [ -z "$bin" ]; then
    # What people run: executables with Swift linked in, which start sooner.
    scripts/install.sh --prefix "$PWD/var/bench/installed" >&2
    bin="$PWD/var/bench/installed/bin"
    arguments+=(--built)
fi

python=python3
if [ "$peers" = yes ]; then
    venv="$PWD/.venv-peers"
    if ! cmp -s Benchmarks/peers/requirements.txt "$venv/installed.txt"; then
        python3 -m venv --clear "$venv"
        "$venv/bin/pip" --disable-pip-version-check install -q -r Benchmarks/peers/requirements.txt
        cp Benchmarks/peers/requirements.txt "$venv/installed.txt"
    fi
    python="$venv/bin/python"
fi
exec python3 scripts/bench/main.py --bin "$bin" --peer-python "$python" "${arguments[@]}"
