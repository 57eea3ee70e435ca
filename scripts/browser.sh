#!/usr/bin/env bash
# Sees to Chromium and Chinese fonts for the page tests: from the system's packages where that is allowed.
set -uo pipefail
loud() { printf '\n!! %s\n\n' "$1" >&2; }

if command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'CJK'; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium and fonts for the page tests"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig; } >/dev/null 2>&1 \
    || loud "could not install Chromium: the page tests in a browser will be skipped and say so"
else
  loud "no Chromium here and no right to install it: the page tests in a browser will be skipped and say so"
fi
exit 0
