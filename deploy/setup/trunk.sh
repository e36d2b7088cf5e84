#!/usr/bin/env bash
# trunk builds the UI. 0.21: newer ones ask for a newer compiler than the workspace does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/cargo-install.sh

case "$(trunk --version 2>/dev/null || true)" in
"trunk 0.21."*) exit 0 ;;
esac
if [ "${1:-}" = --missing ]; then
  echo "5 trunk, built from source: about 5 min"
  exit 0
fi

cargo_tool trunk 0.21.14 "about 5 min, once"
