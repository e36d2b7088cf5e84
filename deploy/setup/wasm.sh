#!/usr/bin/env bash
# The standard library for wasm32: from rustup, or built from Debian's sources where rustup cannot download.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/wasm-env.sh

(use_wasm) && exit 0
if [ "${1:-}" = --missing ]; then
  echo "1 the wasm32 target: a 20 MB download, or about 1 min to build it from Debian's sources"
  exit 0
fi

# A network that swallows packets would hold rustup for many minutes.
limited() {
  if command -v timeout >/dev/null 2>&1; then timeout --foreground 120 "$@"; else "$@"; fi
}

if command -v rustup >/dev/null 2>&1; then
  say "adding the wasm32 target through rustup"
  mkdir -p "$logs"
  if limited rustup target add wasm32-unknown-unknown >"$logs/rustup-target.log" 2>&1 </dev/null; then
    exit 0
  fi
  say "rustup could not: $(grep -m 1 -i error "$logs/rustup-target.log" || echo "no answer within 120 s")"
fi

command -v apt-get >/dev/null 2>&1 ||
  fail "the wasm32 target is missing. Run: rustup target add wasm32-unknown-unknown"
say "trying Debian's Rust instead"
exec deploy/setup/debian-std.sh
