#!/bin/sh
# Lint, types, tests. Makes its own .venv; needs Python 3.11 or newer and git.
#   sh tests/run.sh            everything that must hold before a commit, under 5 minutes
#   sh tests/run.sh faults     the fault injection at full length (about two hours)
#   sh tests/run.sh bench      speed and quality figures
#   sh tests/run.sh half-year  half a year of a branch office with 2,000 files (about two hours); also: half-year FILES SEED
#   sh tests/run.sh quick ARGS pytest only, in the .venv that is there
set -eu
cd "$(dirname "$0")/.."
what=${1:-all}
[ $# -gt 0 ] && shift
[ "$what" = bench ] && exec sh tests/bench/run.sh "$@" # with environments of its own

if [ "$what" != quick ] || [ ! -x .venv/bin/pytest ]; then
    . examples/venv.sh
    make_venv '.[test]' -e
fi
PATH="$PWD/.venv/bin:$PATH"
export PATH PYTHONDONTWRITEBYTECODE=1

case $what in
all)
    echo "== lint"
    ruff check .
    ruff format --check .
    echo "== types"
    mypy
    echo "== tests"
    exec pytest -n "${CRMKIT_TEST_JOBS:-2}" "$@"
    ;;
quick) exec pytest "$@" ;;
faults) exec pytest -m fault tests/faults "$@" ;;
half-year) exec python -m tests.simulation "$@" ;;
*)
    echo "usage: sh tests/run.sh [all|quick|faults|bench|half-year]" >&2
    exit 2
    ;;
esac
