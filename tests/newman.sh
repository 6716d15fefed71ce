#!/usr/bin/env bash
# The tests of the Postman collection need newman. Installs what the lock file names, and says plainly where it cannot.
set -u
cd "$(dirname "$0")/newman"
stamp=node_modules/.installed
[ "$stamp" -nt package-lock.json ] && exit 0
cannot() {
  echo "No newman: $1. The tests of the Postman collection will be skipped." >&2
  exit 0
}
command -v npm >/dev/null || cannot "this system has no npm; install Node.js 16 or later"
echo "Installing newman for the tests of the Postman collection ..." >&2
npm ci --omit=dev --ignore-scripts --no-fund --no-audit --loglevel=error >/dev/null || cannot "npm could not install it (no network?)"
touch "$stamp"
