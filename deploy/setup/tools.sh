#!/usr/bin/env bash
# Everything that building the UI takes, found or installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/places.sh

for tool in rust wasm trunk wasm-bindgen binaryen; do
  "deploy/setup/$tool.sh"
done
rm -rf "$tools/build"
