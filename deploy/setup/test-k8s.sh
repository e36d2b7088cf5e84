#!/usr/bin/env bash
# The tests of the kube stack against a real cluster: the current context of KUBECONFIG. They make namespaces of their
# own and remove them. Arguments are the cases to prove there; timeouts and autoscaling by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh

[ -n "${KUBECONFIG:-}" ] || fail "KUBECONFIG is not set; name the kubeconfig of a cluster for tests, e.g. KUBECONFIG=~/.kube/test make test-k8s"
command -v kubectl >/dev/null 2>&1 || fail "kubectl is not on PATH; make preflight says how to install it"
if ! said=$(kubectl --request-timeout=5s version --output=json 2>&1) || ! grep -q serverVersion <<<"$said"; then
  printf '%s\n' "$said" >&2
  fail "the cluster of KUBECONFIG=$KUBECONFIG does not answer; start it, or name another"
fi
[ -n "${BROWNOUT_LOAD_IMAGE:-}" ] || fail "BROWNOUT_LOAD_IMAGE is not set; it says how an image gets into the cluster, e.g. BROWNOUT_LOAD_IMAGE='kind load image-archive {archive}'"

say "cluster: $(kubectl config current-context)"
# All crates at once, as `make test` does: then nothing is compiled a second time.
cargo test ${CI:+--locked} --test kube -- --ignored --test-threads=1 --nocapture
# The cases through node ports: the broken code and the solution, each held against its band.
cases=${*:-timeouts autoscaling}
say "prove on the cluster: $cases"
# shellcheck disable=SC2086  # several words
deploy/setup/brownout.sh prove $cases --variants broken,solved --stack kube
