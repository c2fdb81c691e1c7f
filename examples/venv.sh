# Sourced by quickstart.sh, tests/run.sh and tests/bench/run.sh: make_venv WHAT installs WHAT into ./.venv, or into $VENV.
# The versions are those of tests/constraints.txt, so that the same is installed in a year; CONSTRAINTS= takes the newest
# allowed. The folder itself is the lock: two who install into it at the same time wait for one another.
make_venv() {
    venv=${VENV:-.venv}
    constraints=${CONSTRAINTS-tests/constraints.txt}
    python=${PYTHON:-}
    if [ -z "$python" ]; then
        for name in python3.11 python3.12 python3.13 python3.14 python3; do
            # a name that a version manager put there may be of a Python that is not installed
            if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
                python=$name
                break
            fi
        done
    fi
    if [ -z "$python" ]; then
        echo "error: Python 3.11 or newer is needed, and none was found" >&2
        echo "hint: apt-get install python3" >&2
        exit 1
    fi
    if ! command -v git >/dev/null; then
        echo "error: git is needed, and was not found" >&2
        echo "hint: apt-get install git" >&2
        exit 1
    fi
    mkdir -p "$venv"
    exec 9<"$venv"
    if command -v flock >/dev/null; then flock 9; fi
    # one that was cut off is made again, and so is one whose checkout was moved or copied: its programs name the old place
    if ! grep -qsF "$(pwd -P)/$venv/bin/python" "$venv/bin/pip" || ! "$venv/bin/pip" --version >/dev/null 2>&1; then
        if ! "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
            rm -rf "$venv"
            echo "error: $python cannot make a virtual environment here" >&2
            echo "hint: apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    echo "installing into $venv ..."
    [ -n "$constraints" ] || set -- --upgrade --upgrade-strategy eager "$@"
    # the second name is for the build backend, which a newer pip asks for apart
    PIP_CONSTRAINT="$constraints" PIP_BUILD_CONSTRAINT="$constraints" \
        "$venv/bin/pip" install -q --use-pep517 --disable-pip-version-check "$@" 9<&-
    exec 9<&-
}
