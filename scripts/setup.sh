# Sourced by the other scripts: goes to the project's root and makes sure that what the build needs is there.
# Installs missing Debian packages as root (or through a password-less sudo), and says plainly what to do otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The machine's comma-decimal or Chinese locale must not matter to any script.
export LC_ALL=C.UTF-8

install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local run=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            run=(sudo)
        else
            echo "setup: missing Debian packages: ${missing[*]}" >&2
            echo "  help: run 'apt-get install ${missing[*]}' as root, then start this script again" >&2
            exit 69
        fi
    fi
    echo "setup: installing ${missing[*]}" >&2
    "${run[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_packages libcsv-dev zlib1g-dev libisal-dev libzstd-dev libsimdjson-dev libsodium-dev libxxhash-dev libboost-math-dev libsqlite3-dev libpq-dev libpq5 tzdata

if ! command -v swift >/dev/null; then
    echo "setup: the Swift toolchain is missing" >&2
    echo "  help: install Swift 6.3 for Debian 12 and put its usr/bin on the PATH" >&2
    exit 69
fi

build_release() {
    echo "setup: building (release)" >&2
    swift build -c release "$@" >&2
    bin="$PWD/.build/release"
}
