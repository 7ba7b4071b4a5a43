#!/bin/sh
# Build the wheel of a source folder with the locked build backend, and install it into an environment that has its
# requirements. Whatever building needs lives in a folder that is gone afterwards.
#
# usage: install-bot.sh SOURCE ENVIRONMENT        PYTHON names another interpreter than python3
set -eu
umask 022 # the bot's user is not the one who builds
source=$1 environment=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/tools"
tools="$work/tools/bin/python -m pip --disable-pip-version-check --no-input"
# shellcheck disable=SC2086 # a command and its options
{
    $tools install --quiet --no-cache-dir --only-binary :all: --require-hashes --requirement "$source/requirements-build.lock"
    $tools wheel --quiet --no-cache-dir --no-deps --no-build-isolation --wheel-dir "$work/wheel" "$source"
    $tools --python "$environment/bin/python" install --quiet --no-cache-dir --no-deps --no-index "$work"/wheel/*.whl
}
