#!/usr/bin/env bash
# Sets up what is missing, then becomes the panel: Ctrl-C reaches it, and nothing stays behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/places.sh

deploy/setup/rust.sh
deploy/setup/plan.sh
deploy/setup/postgres.sh
deploy/setup/ui.sh
cargo build --release -p brownout-panel
exec "$target/release/brownout" serve "$@"
