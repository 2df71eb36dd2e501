import { createPrivateKey, createPublicKey } from 'node:crypto';
import { beginCell, Cell, loadMessage, type Message } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { accountOf, addressOf } from '../../src/adapters/ton/address.ts';
import { normalisedHash } from '../../src/adapters/ton/assemble.ts';
import { CellReader } from '../../src/adapters/ton/cell-reader.ts';
import type { WalletVersion } from '../../src/adapters/ton/wallet-contract.ts';
import { walletAccount, walletStateInit } from '../../src/adapters/ton/wallet-contract.ts';
import { parseAccount, verifyEd25519 } from '../../src/core/index.ts';
import { describeVectors, vectorJson } from '../vectors.ts';
import { buildOf, codec, MAINNET, TESTNET } from './codec-fixture.ts';
import { bytesOf } from './order-fixture.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const cellOf = (base64: string): Cell => Cell.fromBoc(Buffer.from(base64, 'base64'))[0] ?? Cell.EMPTY;

/** Public key of a published seed. */
function keyOf(seed: string): Uint8Array {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hex(seed)]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(12));
}

/** Takes a published signed message apart: order and signature. */
function taken(message: Message, version: WalletVersion): { order: Cell; signature: Uint8Array } {
  const { body } = message;
  const slice = body.beginParse();
  if (version === 'v4r2') {
    const signature = new Uint8Array(slice.loadBuffer(64));
    return { order: slice.asCell(), signature };
  }
  const order = beginCell().storeBits(slice.loadBits(slice.remainingBits - 512));
  while (slice.remainingRefs > 0) order.storeRef(slice.loadRef());
  return { order: order.endCell(), signature: new Uint8Array(slice.loadBuffer(64)) };
}

/** Reads, decodes, builds again and assembles a published message; its cell. */
function remade(boc: string, version: WalletVersion, publicKey: Uint8Array): { cell: Cell; verified: boolean } {
  const message = loadMessage(cellOf(boc).beginParse());
  const { order, signature } = taken(message, version);
  const wallet = walletAccount(version, publicKey, MAINNET);
  expect(message.info.type === 'external-in' && accountOf(MAINNET, message.info.dest)).toBe(wallet);
  const tx = codec.adopt(bytesOf(order), MAINNET, wallet, publicKey);
  const { calls } = codec.decode(tx);
  const { slot, validUntilMs, fee } = tx;
  const again = codec.build({ kind: 'calls', calls }, { chain: MAINNET, wallet, slot, validUntilMs, fee, publicKey });
  expect(Buffer.from(again.payload).equals(tx.payload)).toBe(true);
  const signed = codec.assemble(tx, signature);
  expect(signed.hash).toBe(normalisedHash(addressOf(wallet, MAINNET), message.body));
  return {
    cell: Cell.fromBoc(Buffer.from(signed.raw))[0] ?? Cell.EMPTY,
    verified: verifyEd25519(publicKey, codec.signingHash(tx.payload), signature),
  };
}

describe('published literals, without their folder', () => {
  it('wallets of a key', () => {
    const key = keyOf('5849481021e305dfdf9f0eaf87e07f15efec3fde8d8ed639c9fcf0bc351d998b');
    expect(walletAccount('v4r2', key, MAINNET)).toBe(parseAccount('UQAACKJfEIfI5vkht_w3NYk8k-OU5Xl_jq9XNmmkcPaUO-tB', MAINNET));
    const w5 = keyOf('3570e35f54cfb843f2cfaf2b8cae7ceeb7b32225d7dbbd86f611056d74d9073e');
    expect(codec.walletOf(w5, MAINNET)).toBe(parseAccount('UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk', MAINNET));
    const v3 = hex('dcc39550bb494f4b493e7efe1aa18ea31470f33a2553c568cb74a17ed56790c1');
    expect(walletAccount('v3r2', v3, MAINNET)).toMatch(/^ton:-239:0:[0-9a-f]{64}$/);
  });
});

/** Broadcast on the main network: 10 nanoton with the text "test comment" from a W5 wallet, seqno 3. */
const PUBLISHED = {
  privateKey: '3570e35f54cfb843f2cfaf2b8cae7ceeb7b32225d7dbbd86f611056d74d9073e',
  boc: 'te6cckEBBgEAywABRYgAKb0c/JU6mMI04bqdt/4TAI41Ecel4xCwiUKhY0qFRpoMAQGhc2lnbn///xFmuhspAAAAA6oLkiOh1mWEhej/y/dCZAZZT1hFo6aX9ROjIOX5HvwBz99SLLlCmTJd4QV1Vp9D9eaTXL7aT28rswEjyBSYpwPgAgIKDsPIbQMDBAAAAWJiAC90HaFSSy94Zxb85WYu97uTKIxAlLvolycpcYkWc+8giFAAAAAAAAAAAAAAAAABBQAgAAAAAHRlc3QgY29tbWVudDHkkjo=',
  hash: 'b9cf6c325f44cb7c90eac5f8f0428cd27152789a2ad897048b4c4ccd32d857a3',
};

it('a published message with a text, without its folder', () => {
  const made = remade(PUBLISHED.boc, 'v5r1', keyOf(PUBLISHED.privateKey));
  expect(made.cell.hash().toString('hex')).toBe(PUBLISHED.hash);
  expect(made.verified).toBe(true);
});

interface Signed {
  readonly name: string;
  readonly privateKey?: string;
  readonly publicKey?: string;
  readonly wallet_version: 'WALLET_V4_R2' | 'WALLET_V5_R1' | 'WALLET_V3_R2';
  readonly expectedBoc?: string;
  readonly expectedHash?: string;
  readonly expectedPreimageHash?: string;
}

describeVectors('ton', 'published TON vectors', (folder) => {
  const trust = vectorJson<{ derive_v4r2_wc0: { privateKey: string; nonBounceable: string }[] }>(folder, 'addresses-trustwallet.json');
  const messages = vectorJson<Signed[]>(folder, 'signed-transfers-trustwallet.json');
  const signed = messages.filter((entry): entry is Signed & { expectedBoc: string } => entry.expectedBoc !== undefined);

  it('15 V4R2 wallets', () => {
    expect(trust.derive_v4r2_wc0).toHaveLength(15);
    for (const { privateKey, nonBounceable } of trust.derive_v4r2_wc0) {
      expect(walletAccount('v4r2', keyOf(privateKey), MAINNET)).toBe(parseAccount(nonBounceable, MAINNET));
    }
  });

  it('the V5R1 wallet', () => {
    const { v5r1PrivateKey, v5r1Address } = vectorJson<{ v5r1PrivateKey: string; v5r1Address: string }>(
      folder,
      'message-signer-trustwallet.json',
    );
    expect(codec.walletOf(keyOf(v5r1PrivateKey), MAINNET)).toBe(parseAccount(v5r1Address, MAINNET));
    expect(codec.walletOf(keyOf(v5r1PrivateKey), TESTNET)).not.toContain(codec.walletOf(keyOf(v5r1PrivateKey), MAINNET).slice(9));
  });

  it('the V3R2 wallet of a public key', () => {
    const { v3FromPubKey: own } = vectorJson<{ v3FromPubKey: { publicKey: string; address: string } }>(
      folder,
      'bip39-wallets-tonutils.json',
    );
    expect(walletAccount('v3r2', hex(own.publicKey), MAINNET)).toBe(parseAccount(own.address, MAINNET));
  });

  it('state inits', () => {
    const inits = vectorJson<{ publicKey: string; version: WalletVersion; stateInitBoc: string }[]>(folder, 'state-init-trustwallet.json');
    expect(inits).toHaveLength(2);
    for (const { publicKey, version, stateInitBoc } of inits) {
      expect(walletStateInit(version, hex(publicKey), MAINNET).equals(cellOf(stateInitBoc))).toBe(true);
    }
  });

  it('24 messages, byte by byte and by their hashes, 22 of them with their signatures', () => {
    expect(signed).toHaveLength(24);
    let hashes = 0;
    let signatures = 0;
    for (const { name, privateKey, publicKey, wallet_version, expectedBoc, expectedHash, expectedPreimageHash } of signed) {
      expect(cellOf(expectedBoc).hash().toString('hex'), name).toBe(expectedHash);
      hashes += 1;
      const version = wallet_version === 'WALLET_V5_R1' ? 'v5r1' : 'v4r2';
      const key = privateKey === undefined ? hex(publicKey ?? '') : keyOf(privateKey);
      if (name.endsWith('mintless_jetton')) {
        // Its custom payload is a Merkle proof: an exotic cell, which we do not sign. The signature is right all the same.
        const { order, signature } = taken(loadMessage(cellOf(expectedBoc).beginParse()), version);
        expect(verifyEd25519(key, order.hash(), signature)).toBe(true);
        expect(() => codec.adopt(bytesOf(order), MAINNET, walletAccount(version, key, MAINNET), key)).toThrow(
          expect.objectContaining({ code: 'PAYLOAD_UNDECODABLE' }),
        );
        signatures += 1;
        continue;
      }
      const made = remade(expectedBoc, version, key);
      expect(made.cell.hash().toString('hex'), name).toBe(expectedHash);
      expect(made.verified, name).toBe(true);
      if (privateKey !== undefined) signatures += 1;
      if (expectedPreimageHash !== undefined) {
        const { order } = taken(loadMessage(cellOf(expectedBoc).beginParse()), version);
        expect(order.hash().toString('hex')).toBe(expectedPreimageHash);
      }
    }
    expect([hashes, signatures]).toEqual([24, 22]);
  });

  it('orders that its makers refuse to sign are refused here', () => {
    const names = messages.filter(({ expectedBoc }) => expectedBoc === undefined).map(({ name }) => name);
    expect(names).toContain('test_ton_sign_wallet_v5r1_missing_required_send_mode');
    expect(() =>
      buildOf({
        kind: 'calls',
        calls: [{ to: codec.walletOf(hex('07'.repeat(32)), TESTNET), value: 10n, data: new Uint8Array(0), terms: { mode: '1' } }],
      }),
    ).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('addresses in cells, and the ones with anycast or of the wrong size', () => {
    const cells = vectorJson<{
      jetton: Record<'main' | 'mainBoc' | 'jettonBoc' | 'jettonWallet', string>[];
      invalidBoc: string[];
      nullAddressBoc: string;
    }>(folder, 'address-cells-trustwallet.json');
    const read = (boc: string) => {
      const reader = new CellReader(cellOf(boc));
      const account = reader.account(MAINNET);
      reader.end();
      return account;
    };
    for (const { main, mainBoc, jettonBoc, jettonWallet } of cells.jetton) {
      expect(read(mainBoc)).toBe(parseAccount(main, MAINNET));
      expect(read(jettonBoc)).toBe(parseAccount(jettonWallet, MAINNET));
    }
    for (const boc of cells.invalidBoc) expect(() => read(boc)).toThrow(expect.objectContaining({ code: 'PAYLOAD_UNDECODABLE' }));
    expect(read(cells.nullAddressBoc)).toBeNull();
  });

  it('every published spelling of an address, and none of the invalid ones', () => {
    const core = vectorJson<{ hash: string; forms: { a: string }[]; invalid: string[] }>(folder, 'addresses-toncore.json');
    const utils = vectorJson<{ friendly: string; workchain: number; hash: string }[]>(folder, 'addresses-tonutils.json');
    for (const { a } of core.forms) expect(parseAccount(a, TESTNET)).toBe(`${TESTNET}:0:${core.hash}`);
    for (const { friendly, workchain, hash } of utils) {
      if (workchain === 1) {
        expect(() => parseAccount(friendly, TESTNET)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
        continue;
      }
      const account = parseAccount(friendly, TESTNET);
      expect(account).toBe(`${TESTNET}:${workchain}:${hash}`);
      expect(accountOf(TESTNET, addressOf(account, TESTNET))).toBe(account);
    }
    const more = vectorJson<{ invalid: { address: string }[] }>(folder, 'addresses-trustwallet.json');
    for (const text of [...core.invalid, ...more.invalid.map(({ address }) => address)]) {
      expect(() => parseAccount(text, TESTNET), text).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
    }
  });
});
