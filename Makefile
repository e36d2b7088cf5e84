# Brownout. `make` lists what can be done. Each verb is one script or one word of the binary.

brownout := deploy/setup/brownout.sh

# Which stack: local (processes of this machine) or k3d (a cluster in Docker). Once it is up, the panel knows which.
stack := $(if $(STACK),--stack $(STACK))

.DEFAULT_GOAL := help
.PHONY: help run setup preflight prefetch ui test test-all lint fmt up smoke dev reset down status test-k8s image scenario load check schema openapi solution solution-refs prompts prove rehearsal demo report runs compare leaderboard seal bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## set up what is missing, start panel and lab, open the browser (STACK=k3d, ARGS="--no-open" and others)
	@exec deploy/setup/run.sh $(stack) $(or $(ARGS),--open)

setup: ## install and build everything that run and test need, start nothing
	@deploy/setup/rust.sh --lints
	@deploy/setup/panel.sh $(stack)
	@deploy/setup/browser.sh >/dev/null

preflight: ## say what this machine has and lacks, with the command that mends it (STACK=k3d)
	@exec $(brownout) preflight $(stack) $(ARGS)

prefetch: ## bring everything that a session needs; afterwards it needs no network (STACK=k3d: images too)
	@deploy/setup/panel.sh $(stack)
	@exec $(brownout) prefetch $(stack) $(ARGS)

ui: ## build the browser's part into frontend/dist and frontend/dist-hub
	@deploy/setup/rust.sh
	@deploy/setup/ui.sh

test: ## set up what tests need, check formatting and lints, run the tests
	@exec deploy/setup/test.sh

test-all: ## the same with the tests that measure for minutes, and the proof of every mistake
	@exec deploy/setup/test.sh --all

test-k8s: ## the tests of the kube stack, against the cluster of KUBECONFIG
	@exec deploy/setup/test-k8s.sh $(ARGS)

image: ## build the images of lab and panel with Docker (ARGS=lab for one)
	@exec deploy/setup/image.sh $(ARGS)

lint: ## formatting, clippy, licences, unused dependencies, shell scripts
	@deploy/setup/rust.sh --lints
	@exec deploy/setup/lint.sh

fmt: ## format both workspaces
	@cargo fmt --all
	@cargo fmt --manifest-path lab/Cargo.toml

up: ## start the lab stack (STACK=k3d: in a cluster)
	@exec $(brownout) up $(stack) $(ARGS)

smoke: ## prove that API and worker answer
	@exec $(brownout) smoke $(ARGS)

dev: ## rebuild the lab, restart it without a failed request, wait until it is ready
	@exec $(brownout) dev $(ARGS)

reset: ## wipe what runs left behind, keep the stack
	@exec $(brownout) reset $(ARGS)

down: ## stop and remove everything that up made (STACK=k3d: also where no panel runs any more)
	@exec $(brownout) down $(stack) $(ARGS)

status: ## show each service, its build and its health
	@exec $(brownout) status $(ARGS)

scenario: ## run a case in the terminal: CASE=timeouts
	@test -n "$(CASE)" || { echo "error: say which case: make scenario CASE=timeouts" >&2; exit 2; }
	@exec $(brownout) run $(CASE) $(ARGS)

load: ## the load engine alone: ARGS="http://127.0.0.1:8080/ --rate 500/s --for 10s"
	@exec $(brownout) load $(ARGS)

check: ## check the scenario files
	@exec $(brownout) check $(ARGS)

schema: ## write scenarios/schema.json, docs/workshop.schema.json and docs/run-data.schema.json from the source
	@mkdir -p target
	@cargo run --quiet -p brownout-panel -- schema >target/schema.json
	@mv target/schema.json scenarios/schema.json
	@cargo run --quiet -p brownout-panel -- schema --workshop >target/schema.json
	@mv target/schema.json docs/workshop.schema.json
	@cargo run --quiet -p brownout-panel -- schema --run-data >target/schema.json
	@mv target/schema.json docs/run-data.schema.json

prove: ## show that the right fix wins and a wrong one does not (ARGS="timeouts --repeat 5")
	@exec $(brownout) prove $(ARGS)

seal: ## write the hashes of what makes the exercises honest, after a change to it
	@exec $(brownout) seal

openapi: ## write docs/openapi.json and docs/hub-openapi.json from the source
	@mkdir -p target
	@cargo run --quiet -p brownout-panel -- openapi >target/openapi.json
	@mv target/openapi.json docs/openapi.json
	@cargo run --quiet -p brownout-panel -- openapi --hub >target/hub-openapi.json
	@mv target/hub-openapi.json docs/hub-openapi.json

solution: ## put the solution of a step in place and make it live: STEP=1, STEP=0 for the code as given, STEP=undo
	@test -n "$(STEP)" || { echo "error: say which step: make solution STEP=1, or STEP=undo" >&2; exit 2; }
	@exec $(brownout) solution $(STEP)

solution-refs: ## make the git tags step-0, step-1-solution, … (ARGS="--branches", ARGS="--force")
	@exec $(brownout) solution-refs $(ARGS)

prompts: ## write docs/AGENT_PROMPTS.md from the scenario files
	@mkdir -p target
	@cargo run --quiet -p brownout-panel -- prompts >target/AGENT_PROMPTS.md
	@mv target/AGENT_PROMPTS.md docs/AGENT_PROMPTS.md

rehearsal: ## do the whole workshop as docs/LAB.md tells it, unattended, and print the times
	@exec $(brownout) rehearsal $(ARGS)

demo: ## run every case broken and solved unattended (12 min), open a page that compares them
	@exec deploy/setup/demo.sh $(ARGS)

report: ## write the report of a run anew and open it: RUN=7f3a
	@test -n "$(RUN)" || { echo "error: say which run: make report RUN=7f3a; \`make runs\` lists them" >&2; exit 2; }
	@exec $(brownout) report $(RUN) $(ARGS)

runs: ## list the runs, newest first
	@exec $(brownout) runs list $(ARGS)

compare: ## say what changed between two runs: RUNS="7f3a 09c1" (ARGS="--html compare.html")
	@test -n "$(RUNS)" || { echo 'error: say which two: make compare RUNS="7f3a 09c1"; `make runs` lists them' >&2; exit 2; }
	@exec $(brownout) compare $(RUNS) $(ARGS)

leaderboard: ## show the leaderboard (ARGS="--markdown", ARGS="--import chat.txt")
	@exec $(brownout) leaderboard $(ARGS)

bench: ## measure the load engine beside oha, wrk and k6 where they are installed
	@exec backend/engine/benches/compare.sh $(ARGS)

clean: ## delete all builds; tools and run history stay
	@rm -rf target lab/target frontend/dist frontend/dist-hub
