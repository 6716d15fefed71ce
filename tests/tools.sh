#!/usr/bin/env bash
# Some tests need nginx, openssl, systemd-analyze and PgBouncer. Installs Debian's where that may be done, and says plainly
# where not.
set -u
PATH=$PATH:/usr/sbin
missing=()
command -v nginx >/dev/null || missing+=(nginx-light)
command -v openssl >/dev/null || missing+=(openssl)
command -v pgbouncer >/dev/null || missing+=(pgbouncer)
command -v systemd-analyze >/dev/null || missing+=(systemd)
[ ${#missing[@]} = 0 ] && exit 0
cannot() {
  echo "Missing: ${missing[*]}. $1. The tests that need them will be skipped." >&2
  exit 0
}
command -v apt-get >/dev/null || cannot "This system has no apt-get; install them by hand"
[ "$(id -u)" = 0 ] || cannot "Only root may install packages; run: sudo apt-get install ${missing[*]}"
echo "Installing Debian's ${missing[*]} for the tests ..." >&2
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # installed to be tried, not to be started as a service
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
  cannot "apt-get could not install them (no network, or no such package)"
