# What there is to run. `just` lists it.
set shell := ["bash", "-euo", "pipefail", "-c"]

_list:
    @just --list

# A synthetic Inner Mongolia, in the folder demo-data.
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# Every test, those of the real binary included.
test:
    cargo test --workspace

# Everything that a change must pass, people and CI alike.
check:
    .ci/check

# Speed and memory, with the conditions, beside a reference in the same run.
bench *ARGS:
    cargo bench --package sigeyi --bench marks -- {{ARGS}}
