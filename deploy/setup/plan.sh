#!/usr/bin/env bash
# Says what a first start will install or build, and about how long that takes. Silent when nothing is missing.
# Takes what `brownout serve` takes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh

missing() {
  local part
  if [ -n "$(deploy/setup/ui.sh --missing)" ]; then
    for part in wasm trunk wasm-bindgen binaryen ui; do
      "deploy/setup/$part.sh" --missing
    done
  fi
  deploy/setup/postgres.sh --missing "$@"
  [ -x "$target/release/brownout" ] || echo "8 the panel, optimised: about 8 min, then seconds"
}

plan=$(missing "$@")
[ -n "$plan" ] || exit 0
say "First start. On two cores this takes about $(echo "$plan" | awk '{ sum += $1 } END { print sum }') min, once:"
echo "$plan" | while read -r _ what; do echo "    - $what"; done >&2
say "Tools go to $tools, builds to $target."
