#!/usr/bin/env bash
# Installs Nightmarket under a prefix: executables with Swift linked in (they need no toolchain), shell completions, and the example
# pipelines with their sample data.
#
# Usage: scripts/install.sh [--prefix FOLDER] [--built FOLDER]      (default: /usr/local)
#
#   FOLDER/bin/nightmarket, nightmarket-STAGE      links to what lies in FOLDER/libexec/nightmarket
#   FOLDER/share/nightmarket/pipelines, data       examples: copy them before you change them
#   FOLDER/share/nightmarket/installed             what was installed; scripts/uninstall.sh reads it
#
# --built takes the executables of a folder, such as .build/release, instead of building them. An installation that broke off
# can be started again, or taken away.
source "$(dirname "$0")/setup.sh"

wrong() {
    echo "install: $1" >&2
    echo "  help: scripts/install.sh --prefix FOLDER" >&2
    exit 64
}
prefix=/usr/local
built=
while [ $# -gt 0 ]; do
    case "$1" in
    --prefix | --built) [ -n "${2:-}" ] || wrong "$1 needs a folder" ;;
    --prefix= | --built=) wrong "${1%=} needs a folder" ;;
    esac
    case "$1" in
    --prefix) prefix="$2"; shift ;;
    --prefix=*) prefix="${1#--prefix=}" ;;
    --built) built="$2"; shift ;;
    --built=*) built="${1#--built=}" ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) wrong "unknown argument '$1'" ;;
    esac
    shift
done
if [ -n "$built" ]; then
    for name in nightmarket nightmarket-ingest; do
        [ -x "$built/$name" ] && continue
        echo "install: $built has no executable $name" >&2
        echo "  help: give the folder of a build, such as .build/release, or leave --built out" >&2
        exit 66
    done
    built="$(realpath "$built")"
fi
prefix="$(realpath -ms "$prefix")"
if ! mkdir -p "$prefix" 2>/dev/null || [ ! -w "$prefix" ]; then
    echo "install: $prefix cannot be written" >&2
    echo "  help: run as the user that owns it, or choose another: scripts/install.sh --prefix ~/.local" >&2
    exit 73
fi

if [ -z "$built" ]; then
    echo "install: building (release, Swift linked in)" >&2
    # A build folder of its own: objects for static linking are compiled otherwise.
    build=(swift build -c release --static-swift-stdlib --scratch-path .build-static)
    "${build[@]}" --product nightmarket >&2
    "${build[@]}" --product nightmarket-ingest >&2
    built=.build-static/release
fi

# Each path stands in the list before it stands on the disk, behind those of an older installation: whatever breaks off, the list
# names all that there is. A line that ends in a slash is a folder that was not there before.
list="$prefix/share/nightmarket/installed"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
[ ! -f "$list" ] || cp "$list" "$work/old"
touch "$work/old"
note() {
    echo "$1" >>"$work/new"
    [ ! -f "$list" ] || echo "$1" >>"$list"
}
# folder PATH-UNDER-PREFIX: makes it, and those above it.
folder() {
    [ "$1" != . ] && [ ! -d "$prefix/$1" ] || return 0
    folder "$(dirname "$1")"
    note "$1/"
    mkdir "$prefix/$1"
}
# put MODE SOURCE PATH-UNDER-PREFIX
put() {
    folder "$(dirname "$3")"
    note "$3"
    install -T -m "$1" "$2" "$prefix/$3"
}
# link TARGET PATH, both under the prefix: relative, so that the prefix may move, from where the link's folder really lies.
link() {
    folder "$(dirname "$2")"
    note "$2"
    local target from
    target="$(realpath "$prefix/$(dirname "$1")")/$(basename "$1")"
    from="$(realpath "$prefix/$(dirname "$2")")"
    ln -sfnT "$(realpath -ms --relative-to="$from" "$target")" "$prefix/$2"
}
touch "$work/new"
folder share/nightmarket
cat "$work/old" "$work/new" >"$work/list"
install -T -m 644 "$work/list" "$list"

# The one list of stages.
stages=$(sed -n 's/^let stages = \[\(.*\)\]$/\1/p' Package.swift | tr -d '",' | xargs printf 'nightmarket-%s ')

libexec=libexec/nightmarket
put 755 "$built/nightmarket" $libexec/nightmarket
put 755 "$built/nightmarket-ingest" $libexec/stage
strip "$prefix/$libexec/nightmarket" "$prefix/$libexec/stage"
link $libexec/nightmarket bin/nightmarket
for name in $stages; do
    link $libexec/stage $libexec/"$name"
    link $libexec/"$name" bin/"$name"
done

for name in nightmarket $stages; do
    for shell in bash:share/bash-completion/completions/$name zsh:share/zsh/site-functions/_$name \
        fish:share/fish/vendor_completions.d/$name.fish; do
        "$prefix/bin/$name" --generate-completion-script "${shell%%:*}" >"$work/completion"
        put 644 "$work/completion" "${shell#*:}"
    done
done

while read -r file; do
    put 644 "$file" "share/nightmarket/$file"
done < <(git ls-files pipelines data 2>/dev/null || find pipelines data -type f)
put 644 README.md share/doc/nightmarket/README.md
while read -r file; do
    put 644 "$file" "share/doc/nightmarket/$file"
done < <(find docs -type f | sort)

# What only the older installation had goes. The list is the last file in itself: a removal that broke off can be taken up again.
grep -v '/$' "$work/old" | grep -vxF -f "$work/new" -e share/nightmarket/installed | while read -r path; do rm -f "$prefix/$path"; done || true
{
    grep -v '/$' "$work/new"
    echo share/nightmarket/installed
    cat "$work/old" "$work/new" | grep '/$' | sort -u || true
} >"$work/list"
install -T -m 644 "$work/list" "$list"

missing=$(ldd "$prefix/$libexec/nightmarket" "$prefix/$libexec/stage" | awk '/not found/ { print $1 }' | sort -u)
[ -z "$missing" ] || echo "install: this machine lacks" $missing >&2
echo "installed in $prefix; try:"
echo "  $prefix/bin/nightmarket --help"
echo "  cp -r $prefix/share/nightmarket my-nightmarket && $prefix/bin/nightmarket run my-nightmarket/pipelines/demo.yaml --date 2026-11-14"
