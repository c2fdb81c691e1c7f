#!/bin/sh
# Two operators work on one archive without a network, then exchange: nobody's work is lost, and a number that both
# collected is reported. Everything happens in a temporary folder.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

crmkit -q init li --name 北京分部 --branch BJ --operator LN
crmkit -q -A li staff add --code LN --name 李娜
crmkit -q -A li staff add --code WQ --name 王强
git init -q --bare -b main shared.git
git -C li remote add origin "$work/shared.git"
crmkit -q -A li sync

crmkit -q init wang --from shared.git --operator WQ

echo "== each adds people, offline; one number is the same"
crmkit -q -A li lead add --name 张秀英 --phone 13900541731 --source shop
crmkit -q -A wang lead add --name 张阿姨 --phone '139 0054 1731' --source outreach
crmkit -q -A wang lead add --name 刘国庆 --phone 13700541732 --source outreach

echo "== they exchange"
crmkit -A li sync
crmkit -A wang sync
crmkit -A li sync

echo "== both have the same files, and the repeated number is seen"
crmkit -A li lead list
[ "$(git -C li rev-parse 'HEAD^{tree}')" = "$(git -C wang rev-parse 'HEAD^{tree}')" ]
crmkit -A li dedupe find
crmkit -q -A li check
