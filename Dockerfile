# Two images: `lab` (API, worker and dependency are one program) and `panel`. deploy/setup/image.sh builds both.
# Nothing here names an architecture: it builds for whatever Docker runs on, amd64 or arm64.

# What the lab depends on, compiled: a layer that stays until lab/Cargo.lock changes. Everything after it needs no network.
FROM rust:1.95.0-alpine3.22 AS lab-crates
WORKDIR /lab
ENV CARGO_TARGET_DIR=/target CARGO_PROFILE_DEV_DEBUG=none CARGO_PROFILE_DEV_STRIP=symbols
COPY lab/Cargo.toml lab/Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' >src/main.rs \
    && cargo build --locked --bin lab \
    && cp Cargo.lock /target/of && mv /target /crates

# The lab itself, by the profile that `make dev` builds on this machine: both stacks run the same code equally fast.
# The kept folder makes the next build incremental; where Docker has thrown it away, it begins with the layer above.
FROM lab-crates AS lab-build
COPY lab/src src
ARG LAB_BUILD_ID=unstamped
# A file that Docker knew already comes with the time of back then, and cargo would take what was built since for newer.
RUN --mount=type=cache,id=brownout-lab,target=/target,sharing=locked \
    { cmp -s Cargo.lock /target/of || { rm -rf /target/*; cp -a /crates/. /target/; }; } \
    && find src -type f -exec touch {} + \
    && LAB_BUILD_ID="$LAB_BUILD_ID" cargo build --locked --offline --bin lab \
    && cp /target/debug/lab /lab/lab

# One static program and nothing else: no shell, nobody but a number, nothing to write to.
FROM scratch AS lab
# `down` removes the images that have it.
LABEL dev.brownout.image=lab
COPY --from=lab-build /lab/lab /lab
USER 65532:65532
ENTRYPOINT ["/lab"]

# The panel with the UI in it: frontend/dist and frontend/dist-hub must have been built (`make ui`).
FROM rust:1.95.0-alpine3.22 AS panel-build
WORKDIR /brownout
COPY Cargo.toml Cargo.lock ./
COPY backend backend
COPY frontend frontend
RUN test -e frontend/dist/index.html && test -e frontend/dist-hub/index.html || { echo 'the UI is not built; run `make ui` first' >&2; exit 1; }
RUN --mount=type=cache,id=brownout-crates,target=/usr/local/cargo/registry \
    --mount=type=cache,id=brownout-panel,target=/target,sharing=locked \
    CARGO_TARGET_DIR=/target cargo build --locked --release -p brownout-panel \
    && cp /target/release/brownout /usr/local/bin/brownout && mkdir /data

# The panel listens on loopback alone, so it shares the network of its machine:
#   docker run --rm --network host -v brownout:/data brownout-panel:dev
# A hub does not have to (docs/HUB.md):
#   docker run --rm -p 3100:3100 -v hub:/data brownout-panel:dev hub --listen 0.0.0.0:3100 --public-url http://ADDRESS:3100
FROM scratch AS panel
LABEL dev.brownout.image=panel
COPY --from=panel-build /usr/local/bin/brownout /usr/local/bin/brownout
COPY --from=panel-build --chown=65532:65532 /data /data
COPY lab /brownout/lab
COPY scenarios /brownout/scenarios
COPY deploy /brownout/deploy
COPY docs /brownout/docs
WORKDIR /brownout
ENV BROWNOUT_ROOT=/brownout BROWNOUT_DATA_DIR=/data
VOLUME /data
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/brownout"]
CMD ["serve", "--headless", "--no-stack"]
