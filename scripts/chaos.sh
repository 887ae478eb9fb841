#!/usr/bin/env bash
# Kills, interrupts, overlaps and damages nights, on full and read-only disks too, and demands that nothing is lost:
# the rounds of Tests/EndToEndTests/Chaos. Prints its counts; fails where anything was lost.
# Usage: scripts/chaos.sh [ROUNDS] [SEED]
source "$(dirname "$0")/setup.sh"
build_release --build-tests
export NIGHTMARKET_CHAOS_ROUNDS="${1:-300}" NIGHTMARKET_CHAOS_SEED="${2:-$RANDOM}"
echo "chaos: seed $NIGHTMARKET_CHAOS_SEED" >&2
run=(swift test -c release --disable-testable-imports --skip-build --filter ChaosTests)
# Small disks are mounted in a namespace of its own, which ends with the last of its processes. Where that is not allowed,
# a limit on the size of files stands in for a full disk.
for private in "unshare --mount" "unshare --mount --map-root-user"; do
    if $private mount -t tmpfs tmpfs /mnt 2>/dev/null; then
        NIGHTMARKET_CHAOS_MOUNTS=1 exec $private "${run[@]}"
    fi
done
exec "${run[@]}"
