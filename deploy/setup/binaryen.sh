#!/usr/bin/env bash
# wasm-opt makes the UI a third smaller. Optional: without it the UI is built all the same.
# Debian 12 has version 108, which exports the wrong table of a module with externref: such a UI does not start.
# So an older one than 116 is passed over, and npm brings a newer one where npm is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh

oldest=116
version=132.0.0

fits() {
  local found
  found=$(wasm-opt --version 2>/dev/null | sed -n 's/^wasm-opt version \([0-9]*\).*/\1/p')
  [ "${found:-0}" -ge "$oldest" ]
}

if fits; then exit 0; fi
if [ "${1:-}" = --fits ]; then exit 1; fi
if [ "${1:-}" = --missing ]; then
  if command -v npm >/dev/null 2>&1; then echo "0 wasm-opt: a package of about 15 MB"; fi
  exit 0
fi

if command -v npm >/dev/null 2>&1; then
  mkdir -p "$tools/binaryen" "$tools/bin"
  if logged wasm-opt npm install --prefix "$tools/binaryen" --no-audit --no-fund --no-package-lock "binaryen@$version"; then
    printf '#!/bin/sh\nexec node "%s/binaryen/node_modules/binaryen/bin/wasm-opt" "$@"\n' "$tools" >"$tools/bin/wasm-opt"
    chmod +x "$tools/bin/wasm-opt"
    fits && exit 0
  fi
fi
say "no wasm-opt of version $oldest or newer: the UI will be larger. To change that: $(how_to_install "npm" nodejs binaryen)"
