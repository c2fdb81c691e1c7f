#!/bin/sh
# Speed and quality beside the tools that people would use instead; makes its own environments in .venv-bench.
#   sh tests/bench/run.sh [--size 10k|100k|1m] [--only FAMILY] [--json FILE] [--renew-table]
# At 100k about 25 minutes on two quiet cores; --renew-table puts the table into README.md.
# Each tool has an environment of its own, as its user would have: what one brings does not slow the start of another.
set -eu
cd "$(dirname "$0")/../.."
. examples/venv.sh
unset PYTHONDONTWRITEBYTECODE

mkdir -p .venv-bench
VENV=.venv-bench/crmkit make_venv . >&2
VENV=.venv-bench/sqlite-utils make_venv sqlite-utils >&2 || echo "sqlite-utils could not be installed" >&2
VENV=.venv-bench/linkage make_venv . >&2
for peer in recordlinkage splink; do
    VENV=.venv-bench/linkage make_venv $peer >&2 || echo "$peer could not be installed" >&2
done
exec .venv-bench/crmkit/bin/python -m tests.bench "$@"
