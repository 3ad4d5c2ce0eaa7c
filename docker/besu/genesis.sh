#!/bin/bash
# One shot: makes the four validators' keys and the genesis that names them (QBFT extraData). Keys are made here and are in no repository.
set -euo pipefail
if [ ! -s /network/genesis.json ]; then
  rm -rf /tmp/network
  /opt/besu/bin/besu operator generate-blockchain-config --config-file=/config/qbft.json --to=/tmp/network --private-key-file-name=key
  number=1
  for folder in /tmp/network/keys/*/; do
    mkdir -p "/network/node$number"
    cp "$folder/key" "$folder/key.pub" "/network/node$number/"
    number=$((number + 1))
  done
  [ "$number" = 5 ]
  cp /tmp/network/genesis.json /network/genesis.json.new
  mv /network/genesis.json.new /network/genesis.json
fi
for number in 1 2 3 4; do
  install -d -m 0700 "/data/node$number"
  install -m 0600 "/network/node$number/key" "/data/node$number/nodekey"
  chown -R 1000:1000 "/data/node$number"
done
install -m 0644 /network/genesis.json /public/genesis.json
tr -d '\n' < /network/node1/key.pub | sed 's/^0x//' > /public/bootnode
chmod 0644 /public/bootnode
