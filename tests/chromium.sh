#!/usr/bin/env bash
# The tests of the page need a Chromium. Installs Debian's where that may be done, and says plainly where not.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
cannot() {
  echo "No Chromium: $1. The tests of the page in a browser will be skipped." >&2
  exit 0
}
command -v apt-get >/dev/null || cannot "this system has no apt-get; install Chromium by hand"
[ "$(id -u)" = 0 ] || cannot "only root may install packages; run: sudo apt-get install chromium"
echo "Installing Debian's chromium for the tests of the page ..." >&2
export DEBIAN_FRONTEND=noninteractive
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1 ||
  cannot "apt-get could not install it (no network, or no such package)"
