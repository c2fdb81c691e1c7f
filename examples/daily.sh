#!/bin/sh
# One operator's morning: what is due, whom to ask again, which numbers are shared, today's list for the telephone.
#   CRMKIT_ARCHIVE=~/shop sh examples/daily.sh [OUTPUT-FOLDER]
set -eu
out=${1:-.}

crmkit -q daily
crmkit due
crmkit -q callback ics --force -o "$out/callbacks.ics"
crmkit callback list --due today -f tsv >"$out/callbacks.tsv"
crmkit lead list --suspect -f csv >"$out/suspects.csv"
if ! crmkit -q check; then
    echo "the archive needs a look: crmkit check" >&2
    exit 6
fi
