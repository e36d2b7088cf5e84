#!/usr/bin/env bash
# The tests of the kube stack against a real cluster: the current context of KUBECONFIG. They make namespaces of their
# own and remove them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh

[ -n "${KUBECONFIG:-}" ] || fail "KUBECONFIG is not set; name the kubeconfig of a cluster for tests, e.g. KUBECONFIG=~/.kube/test make test-k8s"
command -v kubectl >/dev/null 2>&1 || fail "kubectl is not on PATH; make preflight says how to install it"
if ! said=$(kubectl --request-timeout=5s version --output=json 2>&1) || ! grep -q serverVersion <<<"$said"; then
  printf '%s\n' "$said" >&2
  fail "the cluster of KUBECONFIG=$KUBECONFIG does not answer; start it, or name another"
fi
say "cluster: $(kubectl config current-context)"
exec cargo test ${CI:+--locked} -p brownout-stack --features kube --test kube -- --ignored --test-threads=1 "$@"
