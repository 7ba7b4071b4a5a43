#!/bin/sh
# Take what installs packages out of a Python installation: pip, its friends, and ensurepip, which would bring it back.
#
# usage: strip.sh PREFIX        such as /usr/local
set -eu
prefix=$1
for package in pip setuptools wheel; do
    rm -rf "$prefix"/lib/python3*/site-packages/"$package" "$prefix"/lib/python3*/site-packages/"$package"-*.dist-info
done
rm -rf "$prefix"/lib/python3*/ensurepip "$prefix"/lib/python3*/idlelib
rm -f "$prefix"/bin/pip* "$prefix"/bin/wheel "$prefix"/bin/idle*
