// Answers questions with npm's ethers, an independent implementation of the same standards.
// stdin: a JSON array of { op, ... }; stdout: a JSON array with an answer for each.
import { readFileSync } from 'node:fs';
import {
  AbiCoder, Interface, SigningKey, Transaction, Wallet, computeAddress, encodeRlp, getAddress, getCreateAddress, hexlify, id, keccak256,
  recoverAddress,
} from 'ethers';

const revive = value => typeof value === 'string' && value.startsWith('#') ? BigInt(value.slice(1))
  : Array.isArray(value) ? value.map(revive) : value;

const answers = {
  keccak: q => keccak256(q.data),
  checksum: q => getAddress(q.address.toLowerCase()),
  created: q => getCreateAddress({ from: q.from, nonce: q.nonce }),
  rlp: q => encodeRlp(q.value),
  selector: q => id(q.signature),
  encode: q => AbiCoder.defaultAbiCoder().encode(q.types, revive(q.values)),
  address: q => computeAddress('0x' + q.key),
  // What ethers reads out of a raw transaction: its hash, its sender and its fields.
  parse: q => {
    const t = Transaction.from(q.raw);
    return {
      hash: t.hash, from: t.from, to: t.to, nonce: t.nonce, chainId: t.chainId.toString(), gasLimit: t.gasLimit.toString(), data: t.data,
      value: t.value.toString(), type: t.type, price: (t.type === 2 ? t.maxFeePerGas : t.gasPrice).toString(),
      tip: t.maxPriorityFeePerGas?.toString() ?? null, s: t.signature.s,
    };
  },
  recover: q => recoverAddress(q.digest, { r: q.r, s: q.s, v: 27 + q.v }),
  sign: q => {
    const s = new SigningKey('0x' + q.key).sign(q.digest);
    return { r: s.r, s: s.s, v: s.yParity };
  },
  decryptKeyFile: q => Wallet.fromEncryptedJsonSync(q.json, q.password).privateKey,
  encryptKeyFile: q => new Wallet('0x' + q.key).encryptSync(q.password, { scrypt: { N: 1024 } }),
  // How ethers reads the contract's interface.
  topics: q => {
    const read = new Interface(q.abi);
    const found = {};
    read.forEachEvent(e => { found[e.name] = e.topicHash; });
    read.forEachFunction(f => { found[f.name] = f.selector; });
    return found;
  },
};

const questions = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(questions.map(question => answers[question.op](question))));
