#!/usr/bin/env bash
# One run of tap-keap | target-postgres, for cron or any other scheduler. Ends with the exit code that matters: the tap's, if
# it failed, else the target's. KEAP_HOME is the folder with .env and keap-data; PATH has to have both programs.
set -euo pipefail

cd "${KEAP_HOME:?KEAP_HOME is not set: the folder with .env and keap-data}"
umask 077

# One at a time: a run that is still at work isn't joined by a second one. The kernel lets go when the process ends.
exec 9> keap.lock
if ! flock --nonblock 9; then
  echo 'The last run is still at work; this one is left out.' >&2
  exit 0
fi

# Asked to stop, both programs finish what they have in hand; bash waits for them, and then comes here.
stopped=
trap 'stopped=1' TERM INT

# To a file first: a state that could not be read would make the tap begin from the beginning.
target-postgres state > state.json.part
mv state.json.part state.json

status=0
tap-keap --state state.json | target-postgres > last-state.json || status=$?

if [ -n "$stopped" ]; then exit "$status"; fi

# 3 is "not now": the quota is spent, or Keap can't be reached. The next run goes on from there.
case $status in
  0) exec target-postgres check > checks.txt ;;
  3) exit 3 ;;
  *)
    echo "The run ended with $status; what it said stands above." >&2
    exit "$status"
    ;;
esac
