#!/usr/bin/env bash
# wasm-bindgen's tool must have exactly the version of its library in Cargo.lock.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/cargo-install.sh

wanted=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
[ -n "$wanted" ] || fail "Cargo.lock does not name wasm-bindgen, so the frontend has no web dependency at all"
[ "$(wasm-bindgen --version 2>/dev/null || true)" = "wasm-bindgen $wanted" ] && exit 0
if [ "${1:-}" = --missing ]; then
  echo "3 wasm-bindgen $wanted, built from source: about 3 min"
  exit 0
fi

cargo_tool wasm-bindgen-cli "$wanted" "about 3 min, once"
