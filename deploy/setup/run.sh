#!/usr/bin/env bash
# Sets up what is missing, then becomes the panel: Ctrl-C reaches it, and nothing stays behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/places.sh

deploy/setup/panel.sh "$@"
exec "$target/release/brownout" serve "$@"
