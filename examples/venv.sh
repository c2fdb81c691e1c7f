# Sourced by quickstart.sh, tests/run.sh and tests/bench/run.sh: make_venv WHAT [-e] installs WHAT into ./.venv, or into $VENV.
make_venv() {
    venv=${VENV:-.venv}
    python=${PYTHON:-}
    if [ -z "$python" ]; then
        for name in python3.11 python3.12 python3.13 python3.14 python3; do
            if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
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
    if [ ! -x "$venv/bin/pip" ]; then
        if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
            rm -rf "$venv"
            echo "error: $python cannot make a virtual environment here" >&2
            echo "hint: apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    echo "installing into $venv ..."
    "$venv/bin/pip" install -q --disable-pip-version-check ${2:-} "$1"
}
