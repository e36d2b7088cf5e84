#!/usr/bin/env bash
# The images `lab:dev` and `brownout-panel:dev`, or the one that is named; says how large they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh

command -v docker >/dev/null 2>&1 || fail "docker is not on PATH; make preflight says how to install it"
docker image ls --quiet >/dev/null || fail "Docker does not answer; make preflight says why"

# image TARGET NAME: BuildKit also where Docker is older than 23.
image() {
  local start=$SECONDS
  DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 \
    docker build --target "$1" --build-arg "LAB_BUILD_ID=${LAB_BUILD_ID:-dev}" --tag "$2" .
  say "$2: $(docker image ls --format '{{.Size}}' "$2"), built in $(took $((SECONDS - start)))"
}

case "${1:-all}" in
  lab) image lab lab:dev ;;
  panel | all)
    # The panel's image has the UI in it.
    deploy/setup/rust.sh
    deploy/setup/ui.sh
    if [ "${1:-all}" = all ]; then image lab lab:dev; fi
    image panel brownout-panel:dev
    ;;
  *) fail "there is no image $1; say lab or panel" ;;
esac
