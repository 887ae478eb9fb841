#!/usr/bin/env bash
# Installs Nightmarket under a prefix: executables with Swift linked in (they need no toolchain), shell completions, and the example
# pipelines with their sample data.
#
# Usage: scripts/install.sh [--prefix FOLDER]      (default: /usr/local)
#
#   FOLDER/bin/nightmarket, nightmarket-STAGE      links to what lies in FOLDER/libexec/nightmarket
#   FOLDER/share/nightmarket/pipelines, data       examples: copy them before you change them
#   FOLDER/share/nightmarket/installed             what was installed; scripts/uninstall.sh reads it
source "$(dirname "$0")/setup.sh"

prefix=/usr/local
while [ $# -gt 0 ]; do
    case "$1" in
    --prefix) prefix="${2:?--prefix needs a folder}"; shift ;;
    --prefix=*) prefix="${1#--prefix=}" ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
        echo "install: unknown argument '$1'" >&2
        echo "  help: scripts/install.sh --prefix FOLDER" >&2
        exit 64
        ;;
    esac
    shift
done
prefix="$(realpath -ms "$prefix")"
if ! mkdir -p "$prefix" 2>/dev/null || [ ! -w "$prefix" ]; then
    echo "install: $prefix cannot be written" >&2
    echo "  help: run as the user that owns it, or choose another: scripts/install.sh --prefix ~/.local" >&2
    exit 73
fi

echo "install: building (release, Swift linked in)" >&2
# A build folder of its own: objects for static linking are compiled otherwise.
build=(swift build -c release --static-swift-stdlib --scratch-path .build-static)
"${build[@]}" --product nightmarket >&2
"${build[@]}" --product nightmarket-ingest >&2
built=.build-static/release

# An older installation goes first, so that nothing of it is left behind.
[ ! -f "$prefix/share/nightmarket/installed" ] || scripts/uninstall.sh --prefix "$prefix" >&2

installed="$(mktemp)"
trap 'rm -f "$installed"' EXIT
# put MODE SOURCE PATH-UNDER-PREFIX
put() {
    install -D -m "$1" "$2" "$prefix/$3"
    echo "$3" >>"$installed"
}
# link TARGET PATH-UNDER-PREFIX
link() {
    mkdir -p "$(dirname "$prefix/$2")"
    ln -sfn "$1" "$prefix/$2"
    echo "$2" >>"$installed"
}

# The one list of stages.
stages=$(sed -n 's/^let stages = \[\(.*\)\]$/\1/p' Package.swift | tr -d '",' | xargs printf 'nightmarket-%s ')

libexec=libexec/nightmarket
put 755 "$built/nightmarket" $libexec/nightmarket
put 755 "$built/nightmarket-ingest" $libexec/stage
strip "$prefix/$libexec/nightmarket" "$prefix/$libexec/stage"
link ../$libexec/nightmarket bin/nightmarket
for name in $stages; do
    link stage $libexec/"$name"
    link ../$libexec/"$name" bin/"$name"
done

for name in nightmarket $stages; do
    for shell in bash:share/bash-completion/completions/$name zsh:share/zsh/site-functions/_$name \
        fish:share/fish/vendor_completions.d/$name.fish; do
        "$prefix/bin/$name" --generate-completion-script "${shell%%:*}" >"$installed.completion"
        put 644 "$installed.completion" "${shell#*:}"
    done
done
rm -f "$installed.completion"

while read -r file; do
    put 644 "$file" "share/nightmarket/$file"
done < <(git ls-files pipelines data 2>/dev/null || find pipelines data -type f)
put 644 README.md share/doc/nightmarket/README.md
while read -r file; do
    put 644 "$file" "share/doc/nightmarket/$file"
done < <(find docs -type f | sort)

echo share/nightmarket/installed >>"$installed"
install -D -m 644 "$installed" "$prefix/share/nightmarket/installed"

missing=$(ldd "$prefix/$libexec/nightmarket" "$prefix/$libexec/stage" | awk '/not found/ { print $1 }' | sort -u)
[ -z "$missing" ] || echo "install: this machine lacks" $missing >&2
echo "installed in $prefix; try:"
echo "  $prefix/bin/nightmarket --help"
echo "  cp -r $prefix/share/nightmarket my-nightmarket && $prefix/bin/nightmarket run my-nightmarket/pipelines/demo.yaml --date 2026-11-14"
