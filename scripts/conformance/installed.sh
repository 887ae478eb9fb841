#!/usr/bin/env bash
# Installs into a throw-away prefix, runs the demo of it with the Swift toolchain out of sight, and takes it away again.
#
# Usage: installed.sh WORK-FOLDER
set -euo pipefail
work="$1/installed"
rm -rf "$work"
mkdir -p "$work/prefix/bin" "$work/prefix/share/man"
touch "$work/prefix/bin/of-somebody-else"
scripts/install.sh --prefix "$work/prefix"

prefix="$work/prefix"
fail() { echo "installed: $*" >&2; exit 1; }
if ldd "$prefix"/libexec/nightmarket/* | grep -q 'libswift\|libFoundation\|not found'; then
    fail "the executables need the toolchain, or a library that is missing"
fi
cp -r "$prefix/share/nightmarket" "$work/mine"
# In a mount namespace of its own the toolchain's folder is empty.
toolchain="$(dirname "$(dirname "$(realpath "$(command -v swift)")")")"
unshare --mount --map-root-user bash -euo pipefail -s "$toolchain" "$prefix" "$work" <<'RUN'
mount -t tmpfs none "$1"
if swift --version 2>/dev/null; then exit 1; fi
export PATH="$2/bin:$PATH"
cd "$3/mine"
nightmarket run pipelines/demo.yaml --date 2026-11-14
nightmarket-metrics pipelines/demo.yaml channels --format json >/dev/null
source "$2/share/bash-completion/completions/nightmarket"
complete -p nightmarket >/dev/null
RUN
# What is published is what the build that was tested publishes.
nightmarket run pipelines/demo.yaml --date 2026-11-14 --set "store=$work/store" --set "output=$work/out"
for mart in "$work"/out/current/*/*.json; do
    cmp "$mart" "$work/mine/var/demo/out/current/${mart#"$work"/out/current/}" || fail "$mart differs"
done

scripts/uninstall.sh --prefix "$prefix"
left="$(cd "$prefix" && find . ! -type d)"
[ "$left" = ./bin/of-somebody-else ] || fail "the uninstallation left, or took too much: $left"
[ "$(cd "$prefix" && find . -type d | sort | xargs)" = ". ./bin ./share ./share/man" ] || fail "folders are left"
echo "installed: the demo ran without the toolchain, gave the same marts, and nothing is left"
