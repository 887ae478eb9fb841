#!/usr/bin/env bash
# Sets everything up, builds, and runs the demo pipeline on the sample in data/.
source "$(dirname "$0")/setup.sh"
build_release
"$bin/nightmarket" run pipelines/demo.yaml --date 2026-11-14
"$bin/nightmarket-metrics" pipelines/demo.yaml channels --date 2026-11-14
page="$PWD/var/demo/out/current/dashboard.html"
echo "The marts lie in $PWD/var/demo/out/current (JSON, CSV and SQLite)."
echo "Open the dashboard: $page"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
    xdg-open "$page" >/dev/null 2>&1 || true
fi
