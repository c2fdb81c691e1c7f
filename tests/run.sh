#!/bin/sh
# Lint, types, tests. Makes its own .venv with the versions of tests/constraints.txt; needs Python 3.11 or newer and git.
#   sh tests/run.sh            everything that must hold before a commit, under 6 minutes
#   sh tests/run.sh newest     the same in .venv-newest with the newest versions that pyproject.toml allows
#   sh tests/run.sh faults     the fault injection at full length (about half an hour); renews the table of its README
#   sh tests/run.sh bench      speed and quality figures
#   sh tests/run.sh half-year  half a year of a branch office with 2,000 files (about two hours); also: half-year FILES SEED
#   sh tests/run.sh corpora DIR  every file of a folder through `lead import -n`: a result or one sentence, nothing else
#   sh tests/run.sh mutation   how many small changes to the code the tests notice; also: --sample N --seed N --room ROOM
#                              (a map of what each test runs: 15 minutes, made once in .mutation/; a change: 5 seconds)
#   sh tests/run.sh quick ARGS pytest only, in the .venv that is there
set -eu
cd "$(dirname "$0")/.."
what=${1:-all}
[ $# -gt 0 ] && shift
[ "$what" = bench ] && exec sh tests/bench/run.sh "$@" # with environments of its own

if [ "$what" = newest ]; then
    VENV=.venv-newest CONSTRAINTS=
    export VENV
fi
venv=${VENV:-.venv}
if [ "$what" != quick ] || [ ! -x "$venv/bin/pytest" ]; then
    . examples/venv.sh
    make_venv -e '.[test]'
fi
PATH="$PWD/$venv/bin:$PATH"
python -m compileall -q crmkit # once, and not in each of the thousands of processes that write no bytecode
export PATH PYTHONDONTWRITEBYTECODE=1

failed=
step() { # all steps are run, so that one run shows everything
    echo "== $1"
    shift
    "$@" || failed=1
}
tree() { # what stands in the checkout and is not in its history, but for the caches of tools
    git status --porcelain --ignored 2>/dev/null | grep -v -e '^!! \.' -e __pycache__ || true
}

case $what in
all | newest)
    before=$(tree)
    step lint ruff check .
    step format ruff format --check .
    step types mypy
    step tests pytest -n "${CRMKIT_TEST_JOBS:-2}" "$@"
    after=$(tree)
    step "tree unchanged" [ "$after" = "$before" ]
    [ "$after" = "$before" ] || printf 'before:\n%s\nafter:\n%s\n' "$before" "$after"
    [ -z "$failed" ]
    ;;
quick) exec pytest "$@" ;;
faults) # a test at a time to each worker, the longest first; what passed leaves no archives behind
    exec pytest -m fault -n "${CRMKIT_TEST_JOBS:-2}" --maxschedchunk=1 -o tmp_path_retention_policy=failed \
        --renew-table tests/faults "$@"
    ;;
mutation)
    [ -e .mutation/coverage ] || python -m tests.mutation map
    out=.mutation/$(date +%Y%m%d-%H%M%S).jsonl
    python -m tests.mutation run --out "$out" "$@"
    exec python -m tests.mutation table "$out"
    ;;
half-year) exec python -m tests.simulation "$@" ;;
corpora) exec python -m tests.corpora "$@" ;;
*)
    echo "usage: sh tests/run.sh [all|newest|quick|faults|bench|mutation|half-year|corpora]" >&2
    exit 2
    ;;
esac
