#!/bin/sh
# Make ./secrets for docker-compose.yml: a random database password, the address with it, and empty files for your
# tokens. What exists is kept.
#
# usage: docker/secrets.sh
set -eu
# The folder is closed to other users of this machine. Its files are not: the containers' users have other numbers
# than you, and an engine mounts each file as it is.
mkdir -p secrets
chmod 700 secrets
cd secrets
made() { echo "made secrets/$1: $2"; }
if [ ! -s database_password ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >database_password
    rm -f database_url
    made database_password "random; PostgreSQL takes it at its first start"
fi
if [ ! -s database_url ]; then
    printf 'postgresql://usagebot:%s@postgres/usagebot' "$(cat database_password)" >database_url
    made database_url "the same password inside"
fi
for token in altostrat_token slack_bot_token slack_app_token; do
    if [ ! -e "$token" ]; then
        : >"$token"
        made "$token" "empty; put it in"
    fi
done
chmod 644 database_password database_url altostrat_token slack_bot_token slack_app_token
