#!/bin/sh
# One shot: makes each member's key and the keys that a hospital or the consortium shares, and deploys the contract. What is there stays.
set -eu
umask 077
setup=/setup
random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
once() { [ -s "$1" ] || random_hex > "$1"; }

mkdir -p "$setup/shared" "$setup/hospital-a" "$setup/hospital-b"
once "$setup/shared/index.key"
for hospital in hospital-a hospital-b; do
  folder="$setup/$hospital"
  for secret in member.password custodian.key site.key intake.token; do once "$folder/$secret"; done
  if [ ! -s "$folder/address" ]; then
    rm -f "$folder/member.json"
    consortium ledger key "$folder/member.json" --password-file "$folder/member.password" | sed -n 's/.*"address":"\([^"]*\)".*/\1/p' > "$folder/address.new"
    [ -s "$folder/address.new" ]
    mv "$folder/address.new" "$folder/address"
  fi
done

if [ ! -s "$setup/shared/contract.json" ]; then
  consortium ledger deploy \
    --chain "$CHAIN" --key "$setup/hospital-a/member.json" --password-file "$setup/hospital-a/member.password" \
    --hospital "$(cat "$setup/hospital-a/address")=http://hospital-a:8080/fhir=Hospital A" \
    --hospital "$(cat "$setup/hospital-b/address")=http://hospital-b:8080/fhir=Hospital B" > "$setup/shared/contract.new"
  mv "$setup/shared/contract.new" "$setup/shared/contract.json"
fi
cat "$setup/shared/contract.json"
