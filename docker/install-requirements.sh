#!/bin/sh
# Make a virtual environment with the locked requirements, every one checked against its hash, and without pip.
# Only wheels: the code of a source distribution would run here.
#
# usage: install-requirements.sh LOCK ENVIRONMENT        PYTHON names another interpreter than python3
set -eu
umask 022 # the bot's user is not the one who builds
lock=$1 environment=$2
"${PYTHON:-python3}" -m venv --without-pip "$environment"
"${PYTHON:-python3}" -m pip --disable-pip-version-check --no-input --python "$environment/bin/python" \
    install --quiet --no-cache-dir --only-binary :all: --require-hashes --requirement "$lock"
