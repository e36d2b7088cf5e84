#!/usr/bin/env bash
# Builds the UI into frontend/dist and the pages of the hub into frontend/dist-hub, unless what lies there was built from
# these very sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/wasm-env.sh

# A tripwire for each, by gzip. What a browser really downloads (brotli, at most 350 KiB) is measured by the panel's tests.
limit_kb=440

hash=$(deploy/setup/ui-hash.sh)
built() { [ "$(cat frontend/dist/.source-hash 2>/dev/null)" = "$hash" ] && [ "$(cat frontend/dist-hub/.source-hash 2>/dev/null)" = "$hash" ]; }
if [ "${1:-}" = --missing ]; then
  built || [ -d "$web_target" ] || echo "4 the UI: about 4 min, then seconds"
  exit 0
fi
if built; then
  say "UI: up to date"
  exit 0
fi

# trunk must download nothing by itself, so cargo fetches first; that may also complete Cargo.lock.
say "fetching crates"
cargo fetch --quiet ${CI:+--locked}
hash=$(deploy/setup/ui-hash.sh)
deploy/setup/tools.sh
use_wasm || fail "no compiler here can build for wasm32. Run: rustup target add wasm32-unknown-unknown"

# wasm-opt runs for --release only.
mode=()
if deploy/setup/binaryen.sh --fits; then mode=(--release); fi

# A page and where it goes; both programs are of one crate and share what was compiled.
build() {
  local what=$1 page=$2 dist=$3 start=$SECONDS size_kb
  say "building $what"
  CARGO_TARGET_DIR="$web_target" NO_COLOR=true trunk build --offline ${mode[@]+"${mode[@]}"} --dist "$dist" "$page" ||
    fail "$what does not build; see above"
  size_kb=$((($(find "$dist" -type f ! -name '.*' -exec gzip -9 -c {} + | wc -c) + 1023) / 1024))
  say "$what: built in $(took $((SECONDS - start))), $size_kb KB compressed (limit $limit_kb KB)"
  [ "$size_kb" -le "$limit_kb" ] || [ ${#mode[@]} -eq 0 ] || fail "$what is larger than $limit_kb KB compressed; find what grew: ls -l $dist"
  # Taken before the build: a file saved meanwhile means another build next time.
  echo "$hash" >"$dist/.source-hash"
}
build "the UI" frontend/index.html frontend/dist
build "the hub's pages" frontend/hub.html frontend/dist-hub
