#!/bin/sh
# From a bare machine to a workbook for head office: installs crmkit into ./.venv, makes an archive in
# ./archives/quickstart, and runs the main job on the sample sheets. Needs Python 3.11 or newer and git.
#   sh examples/quickstart.sh          English
#   sh examples/quickstart.sh zh       Chinese
set -eu
cd "$(dirname "$0")/.."
lang=${1:-en}

if ! command -v crmkit >/dev/null; then
    . examples/venv.sh
    make_venv -e .
    PATH="$PWD/.venv/bin:$PATH"
    export PYTHONPYCACHEPREFIX="$PWD/.venv/pycache" # what Python compiles does not stand between the sources
fi

# The sample sheets are from November 2026, so the archive's clock is set to it; leave this out in real life.
export CRMKIT_NOW=2026-11-21T10:00:00+08:00

n=1
archive=archives/quickstart
while [ -e "$archive" ]; do
    n=$((n + 1))
    archive=archives/quickstart-$n
done
export CRMKIT_ARCHIVE="$PWD/$archive"

step() { printf '\n== %s\n' "$*"; }

step "make an archive: $archive"
crmkit --lang "$lang" init "$archive" --name 北京分部 --branch BJ --operator LN --lang "$lang" --area 010
crmkit -q staff add --code LN --name 李娜 --role screener
crmkit -q staff add --code WQ --name 王强 --role screener --role service
crmkit -q product add --code HX1 --name 护膝 --price 198 --tier 5=180 --warranty-months 12

step "collect leads: four sheets as they came in"
sheets=examples/sheets
for sheet in outreach.xlsx:outreach radio.csv:media-radio shop.xlsx:shop referrals.csv:referral; do
    file=${sheet%%:*}
    # exit 5 = some rows came back with their reasons; they are in the rejects file
    crmkit lead import "$sheets/$file" --source "${sheet##*:}" --rejects "$archive/rejects-${file%.*}.xlsx" || [ $? -eq 5 ]
done

step "repeated and false numbers"
crmkit lead list --shared | head -5
crmkit recheck list | head -5
crmkit dedupe find | head -5

step "schedule callbacks, and see today's"
crmkit callback plan
crmkit due | head -8

step "issue a service card, print it"
buyer=$(crmkit lead list --stage buyer -f ids | head -1)
crmkit card issue --customer "$buyer" --product HX1 --serial SN-0001 --bought-on 2026-11-18 --bought-at 专卖店
crmkit card list
crmkit card print "$(crmkit card list -f jsonl | sed -n 's/.*"number": "\([^"]*\)".*/\1/p')" -o "$archive/cards.xlsx"

step "the month's workbook for head office"
crmkit report month 2026-11 -o "$archive/report-2026-11.xlsx"

echo
echo "open:  $archive/report-2026-11.xlsx"
echo "and:   $archive/cards.xlsx"
echo "go on: . .venv/bin/activate; export CRMKIT_ARCHIVE=$CRMKIT_ARCHIVE; crmkit --help"
