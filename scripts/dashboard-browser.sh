#!/usr/bin/env bash
# Opens the dashboard of the demo, and those of runs made to break it, in headless Chromium: figures equal the marts',
# nothing overlaps or is cut off, sorting, filtering and the languages work, no script error, no network.
#     scripts/dashboard-browser.sh [folder for screenshots]
source "$(dirname "$0")/setup.sh"
install_packages python3-venv chromium fonts-noto-cjk fonts-noto-color-emoji poppler-utils pngquant
build_release
venv="$PWD/.venv-dashboard"
if ! "$venv/bin/python" -c 'import playwright' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --disable-pip-version-check install -q -r scripts/conformance/dashboard/requirements.txt
fi
export PATH="$bin:$PATH"
nightmarket run pipelines/demo.yaml --date 2026-11-14
"$venv/bin/python" scripts/conformance/dashboard/browse.py var/dashboard "$(readlink -f var/demo/out/current)" "$@"
