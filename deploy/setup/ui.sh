#!/usr/bin/env bash
# Builds the UI into frontend/dist, unless what lies there was built from these very sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/wasm-env.sh

# A tripwire, by gzip. What a browser really downloads (brotli, at most 350 KB) is measured by the panel's tests.
limit_kb=430

hash=$(deploy/setup/ui-hash.sh)
built=$(cat frontend/dist/.source-hash 2>/dev/null || true)
if [ "${1:-}" = --missing ]; then
  [ "$hash" = "$built" ] || [ -d "$web_target" ] || echo "3 the UI: about 3 min, then seconds"
  exit 0
fi
if [ "$hash" = "$built" ]; then
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

say "building the UI"
start=$SECONDS
CARGO_TARGET_DIR="$web_target" NO_COLOR=true trunk build --offline ${mode[@]+"${mode[@]}"} ||
  fail "the UI does not build; see above"

size_kb=$((($(find frontend/dist -type f ! -name '.*' -exec gzip -9 -c {} + | wc -c) + 1023) / 1024))
say "UI: built in $(took $((SECONDS - start))), $size_kb KB compressed (limit $limit_kb KB)"
[ "$size_kb" -le "$limit_kb" ] || [ ${#mode[@]} -eq 0 ] || fail "the UI is larger than $limit_kb KB compressed; find what grew: ls -l frontend/dist"

# Taken before the build: a file saved meanwhile means another build next time.
echo "$hash" >frontend/dist/.source-hash
