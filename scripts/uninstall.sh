#!/usr/bin/env bash
# Takes away what scripts/install.sh put under a prefix: its files, and the folders that it made where they are empty now.
#
# Usage: scripts/uninstall.sh [--prefix FOLDER]      (default: /usr/local)
set -euo pipefail
export LC_ALL=C.UTF-8

prefix=/usr/local
while [ $# -gt 0 ]; do
    case "$1" in
    --prefix) prefix="${2:?--prefix needs a folder}"; shift ;;
    --prefix=*) prefix="${1#--prefix=}" ;;
    -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
        echo "uninstall: unknown argument '$1'" >&2
        echo "  help: scripts/uninstall.sh --prefix FOLDER" >&2
        exit 64
        ;;
    esac
    shift
done
prefix="$(realpath -ms "$prefix")"
installed="$prefix/share/nightmarket/installed"
if [ ! -f "$installed" ]; then
    echo "uninstall: nothing is installed in $prefix" >&2
    echo "  help: name the folder that scripts/install.sh was given: scripts/uninstall.sh --prefix FOLDER" >&2
    exit 66
fi

mapfile -t paths <"$installed"
for path in "${paths[@]}"; do
    case "/$path/" in
    */../* | //*)
        echo "uninstall: '$path' in $installed leads out of $prefix: nothing was removed" >&2
        echo "  help: take that line out of the file" >&2
        exit 65
        ;;
    esac
done
for path in "${paths[@]}"; do
    case "$path" in
    */ | share/nightmarket/installed) ;;
    *) rm -f "$prefix/$path" ;;
    esac
done
# Lines that end in a slash are folders; the deepest goes first.
remove_folders() {
    printf '%s\n' "${paths[@]}" | { grep '/$' || true; } | sort -ru | while read -r path; do
        rmdir "$prefix/$path" 2>/dev/null || true
    done
}
# The list goes last, so that a removal that was broken off can be taken up again.
remove_folders
rm -f "$installed"
remove_folders
echo "uninstalled from $prefix"
