#!/usr/bin/env bash
# Sets up what a demo needs and becomes it. It needs no UI: what it shows is one file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/places.sh

deploy/setup/rust.sh
deploy/setup/plan.sh
deploy/setup/postgres.sh
cargo build --release -p brownout-panel
exec "$target/release/brownout" demo "$@"
