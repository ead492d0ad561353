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

# The store on a disk that loses what it may lose: so many seeds, and a twentieth of them for the engine, whose sled works on the real disk.
torture SEEDS="10000":
    SIGEYI_TORTURE_SEEDS={{SEEDS}} cargo test --package sigeyi-store --lib -- torture
    SIGEYI_TORTURE_SEEDS=$(({{SEEDS}} / 20)) cargo test --package sigeyi-engine --lib -- power_cuts disk_faults

# A fuzz target for so many seconds: `docs/fuzzing.md` lists them.
fuzz TARGET SECONDS="60":
    .ci/fuzz {{SECONDS}} {{TARGET}}

# Everything that a change must pass, people and CI alike.
check:
    .ci/check

# Speed and memory, with the conditions, beside a reference in the same run.
bench *ARGS:
    cargo bench --package sigeyi --bench marks -- {{ARGS}}
