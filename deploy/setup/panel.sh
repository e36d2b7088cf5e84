#!/usr/bin/env bash
# Everything that a session needs, installed and built; starts nothing. Takes what `brownout serve` takes: a stack in a
# cluster brings its own database.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/setup/rust.sh
deploy/setup/plan.sh "$@"
deploy/setup/postgres.sh "$@"
deploy/setup/ui.sh
cargo build --release -p brownout-panel
