#!/bin/sh
# Starts the host: puts what stands in files (passwords, the contract's address) into its configuration, then becomes it.
set -eu
if [ -n "${STORE_PASSWORD_FILE:-}" ]; then
  password=$(cat "$STORE_PASSWORD_FILE")
  export CONSORTIUM__STORE="postgres://${STORE_USER}:${password}@${STORE_ADDRESS}"
fi
if [ -n "${BROKER_PASSWORD_FILE:-}" ]; then
  password=$(cat "$BROKER_PASSWORD_FILE")
  export CONSORTIUM__BROKER="rabbitmq://${BROKER_USER}:${password}@${BROKER_ADDRESS}"
fi
if [ -n "${CONTRACT_FILE:-}" ]; then
  CONSORTIUM__CONTRACT=$(sed -n 's/.*"contract":"\([^"]*\)".*/\1/p' "$CONTRACT_FILE")
  CONSORTIUM__DEPLOYEDATBLOCK=$(sed -n 's/.*"block":\([0-9]*\).*/\1/p' "$CONTRACT_FILE")
  export CONSORTIUM__CONTRACT CONSORTIUM__DEPLOYEDATBLOCK
fi
unset password
exec consortium "$@"
