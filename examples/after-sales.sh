#!/bin/sh
# A stove is sold with a card; what is promised on it is kept, and can be shown to be kept. Run in an archive of your own:
#   CRMKIT_ARCHIVE=~/shop sh examples/after-sales.sh
# The clock is moved by hand (CRMKIT_NOW); you leave those lines out.
set -eu
at() {
    export CRMKIT_NOW="$1"
}
at '2026-12-01 09:00'
crmkit staff add --code ZW --name 周伟 --role technician --district 朝阳区
crmkit product add --code ZJ1 --name 燃气灶 --price 800 --warranty-months 12
crmkit product add --code TRIP --name 上门费 --kind fee --price 30
crmkit product add --code VALVE --name 阀门 --kind part --price 35
crmkit fault add --code no-spark --name 打不着火 --product ZJ1 --question 电池装反了吗 --likely 电池没电 --step 换电池 --step 再点火
number=$(crmkit card issue --customer 13700541999 --name 何桂珍 --product ZJ1 --serial ZJ-1 --bought-on 2026-12-01 -f json |
    jq -r '.ids[0]')
at '2026-12-10 09:10'    # she calls: the guide of the fault is read to her, and it works
ticket=$(crmkit ticket add --card "$number" --symptom 打不着火 --fault no-spark --promise '11:00')
crmkit ticket solve "$ticket" --cause defect --how phone
crmkit ticket follow-up "$ticket" --solved yes --on-time yes --attitude 5 --skill 5 --charged 0
at '2026-12-20 09:30'    # the same fault again: somebody comes that afternoon, with a new unit
again=$(crmkit ticket add --card "$number" --fault no-spark)
crmkit ticket entitlements "$again"
crmkit ticket visit "$again" --auto
crmkit ticket list --at-risk 12h
at '2026-12-20 15:00'
crmkit ticket work "$again" --charge TRIP --part VALVE --taken 65 --by ZW
crmkit ticket replace "$again" --new-serial ZJ-2 --by ZW
at '2026-12-21 10:00'    # a new unit is free: 65 yuan go back, then she is asked
crmkit ticket refund "$again" --amount 65
crmkit ticket follow-up "$again" --solved yes --on-time yes --attitude 5 --skill 5 --charged 65
crmkit ticket show "$again"
crmkit staff record ZW   # that too much was taken stays on his record
crmkit complaint add --about "$again" --facts 收了不该收的钱 --wish 道歉    # heard to the end: complaint listen ... close
at '2026-12-22 10:00'    # she takes a card: twelve cleanings, one a month, all dates told before she pays
crmkit plan add --mode prepaid --customer 13700541999 --paid 1200 --visits 12 --bonus 3 --list-price 150 --every 1m --months 12 -n
card=$(crmkit plan add --mode prepaid --customer 13700541999 --paid 1200 --visits 12 --list-price 150 --every 1m --months 12 -f json |
    jq -r '.ids[0]')
at '2027-01-22 10:00'
crmkit due
crmkit plan use "$card:1"
crmkit plan refund "$card" --cause ours -n    # what would be given back, line by line
crmkit plan show "$card"
crmkit plan print "$card" -o year-card.xlsx   # what she keeps: visits to tick, what is left, the terms
