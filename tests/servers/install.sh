#!/bin/sh
# Looks for the programs that mailbot's environment ("python PROGRAM") or its tests ("servers") need, and installs missing
# ones on Debian and Ubuntu when run as root. Otherwise it says exactly what to install and fails.
set -eu

missing=""

need() {
    # need PACKAGE TEST...: remember the package when the test fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_program() {
    for name in "$@"; do
        PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$name" && return 0
    done
    return 1
}

has_postgres() {
    has_program initdb || ls /usr/lib/postgresql/*/bin/initdb
}

has_swift() {
    # The python3 of the system: packages of Debian and Ubuntu are installed for it alone
    /usr/bin/python3 -c "import swift.common.middleware.s3api"
}

has_devanagari() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" -name '*Devanagari*' 2>/dev/null | grep -q .
}

has_pango() {
    # What WeasyPrint loads to print the guide
    for library in libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0; do
        PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q "$library" || return 1
    done
}

check_python() {
    if ! "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "mailbot needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
        echo "If it is installed under another name: make PYTHON=/path/to/python3.11 ..." >&2
        exit 1
    fi
    need python3-venv "$1" -c 'import ensurepip, venv'
}

check_servers() {
    need dovecot-imapd has_program dovecot
    need postgresql has_postgres
    need python3-swift has_swift
    need openssl has_program openssl
    need clamav-daemon has_program clamd
    need chromium has_program chromium chromium-browser google-chrome
    need fonts-noto-core has_devanagari
    need "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" has_pango
}

case ${1:-servers} in
    python) check_python "${2:-python3}" ;;
    servers) check_servers ;;
    *) echo "usage: $0 [servers | python PROGRAM]" >&2; exit 2 ;;
esac

if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "These packages are missing. Please install them and try again, on Debian or Ubuntu with:" >&2
    echo "  sudo apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 - a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
