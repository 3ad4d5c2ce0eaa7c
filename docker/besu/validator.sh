#!/bin/bash
# A validator: zero gas price, its peers found through the first one.
set -euo pipefail
bootnodes=()
[ "$ADDRESS" = "$BOOTNODE" ] || bootnodes=("--bootnodes=enode://$(cat /public/bootnode)@$BOOTNODE:30303")
exec /opt/besu/bin/besu \
  --data-path=/data --node-private-key-file=/data/nodekey --genesis-file=/public/genesis.json \
  --p2p-host="$ADDRESS" --p2p-port=30303 "${bootnodes[@]}" \
  --min-gas-price=0 --sync-mode=FULL --sync-min-peers=1 \
  --rpc-http-enabled --rpc-http-host=0.0.0.0 --rpc-http-port=8545 --rpc-http-api=ETH,NET,WEB3,QBFT,TXPOOL --host-allowlist='*'
