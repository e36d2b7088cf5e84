#!/usr/bin/env bash
# Becomes `brownout ARGUMENTS…` with the binary at hand: the optimised one, else the debug one, else builds that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh

# A rehearsal says which one.
if [ -n "${BROWNOUT_PROGRAM:-}" ]; then exec "$BROWNOUT_PROGRAM" "$@"; fi
for profile in release debug; do
  if [ -x "$target/$profile/brownout" ]; then
    exec "$target/$profile/brownout" "$@"
  fi
done

deploy/setup/rust.sh
say "building the panel once (some minutes)"
cargo build -p brownout-panel
exec "$target/debug/brownout" "$@"
