#!/usr/bin/env bash
# wasm-opt makes the UI smaller. Optional: without it the UI is built all the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh

command -v wasm-opt >/dev/null 2>&1 && exit 0
if [ "${1:-}" = --missing ]; then
  if may_install; then echo "0 wasm-opt: a package of about 10 MB"; fi
  exit 0
fi

install_packages binaryen || say "no wasm-opt: the UI will be larger. To change that: $(how_to_install binaryen binaryen binaryen)"
