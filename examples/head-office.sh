#!/bin/sh
# What head office gets for a month: a workbook with masked phones, and the figures as JSON lines for its own tools.
#   CRMKIT_ARCHIVE=~/shop sh examples/head-office.sh 2026-11 OUTPUT-FOLDER
set -eu
month=${1:-last}
out=${2:-.}

crmkit report month "$month" --mask --force -o "$out/report.xlsx"
crmkit recheck stats --by site -f csv >"$out/false-numbers.csv"
crmkit card list -f jsonl >"$out/cards.jsonl"
crmkit status -f json >"$out/source.json"
