// Compiles ConsortiumLedger.sol with npm's solc and writes { abi, bytecode, deployedBytecode } for the build to embed.
// usage: node compile.mjs OUTPUT-FILE
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2];
if (!output) {
  console.error('usage: node compile.mjs OUTPUT-FILE');
  process.exit(2);
}

const solc = createRequire(import.meta.url)('solc');
const names = readdirSync(folder).filter(name => name.endsWith('.sol')).sort();
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(names.map(name => [name, { content: readFileSync(join(folder, name), 'utf8') }])),
  settings: {
    // FISCO BCOS 3.x and Besu QBFT run london bytecode (no PUSH0); without the metadata trailer the same source
    // gives the same bytes everywhere.
    evmVersion: 'london',
    optimizer: { enabled: true, runs: 1000 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { ConsortiumLedger: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
  },
};

const result = JSON.parse(solc.compile(JSON.stringify(input)));
// Warnings fail the build as well, as everywhere in this repository.
const faults = result.errors ?? [];
for (const fault of faults) console.error(fault.formattedMessage);
if (faults.length > 0) process.exit(1);

const { abi, evm } = result.contracts['ConsortiumLedger.sol'].ConsortiumLedger;
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, JSON.stringify({ abi, bytecode: evm.bytecode.object, deployedBytecode: evm.deployedBytecode.object }));
