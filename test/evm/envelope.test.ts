import { parseGwei, serializeTransaction } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { isCastellanError, toHex } from '../../src/core/index.ts';
import { assetOf, BOB, bytes, CHAIN, codec, context, FEE, NATIVE, on, STRANGE, TOKEN, WALLET } from './codec-fixture.ts';

/** Code and reason of what a call throws. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCastellanError(error)) return `${error.code} ${String(error.details['reason'] ?? '')}`.trim();
    throw error;
  }
  return 'nothing thrown';
}

const to = '0x00000000000000000000000000000000000000bb';
const base = { chainId: 31337, nonce: 7, gas: 100_000n, to, value: 1n } as const;
const fees = { maxFeePerGas: parseGwei('3'), maxPriorityFeePerGas: parseGwei('1') };
const good = bytes(serializeTransaction({ type: 'eip1559', ...base, ...fees }));

describe('bytes that are refused', () => {
  const foreign: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', new Uint8Array(0), 'empty'],
    ['another chain', bytes(serializeTransaction({ type: 'eip1559', ...base, ...fees, chainId: 1 })), 'chain_id_mismatch'],
    ['a blob transaction', Uint8Array.of(3, ...good.subarray(1)), 'type_unsupported'],
    ['a delegation (7702)', Uint8Array.of(4, ...good.subarray(1)), 'type_unsupported'],
    ['trailing bytes', Uint8Array.of(...good, 0), 'rlp_trailing_bytes'],
    ['cut short', good.subarray(0, -1), 'rlp_truncated'],
    [
      'legacy without a chain',
      bytes(serializeTransaction({ type: 'legacy', nonce: 7, gas: 1n, gasPrice: 1n, to, value: 1n })),
      'not_replay_protected',
    ],
    ['too large', new Uint8Array(131_073), 'too_large'],
    ['no recipient', bytes(serializeTransaction({ type: 'eip1559', ...base, ...fees, to: null })), 'deploy_unsupported'],
  ];
  it.each(foreign)('%s', (_name, payload, reason) => {
    expect(refusal(() => codec.parse(payload, CHAIN, WALLET))).toBe(`PAYLOAD_UNDECODABLE ${reason}`);
  });

  it('a signed transaction', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const signed = await account.signTransaction({ type: 'eip1559', ...base, ...fees });
    expect(refusal(() => codec.parse(bytes(signed), CHAIN, WALLET))).toBe('PAYLOAD_UNDECODABLE field_count');
    const old = await account.signTransaction({ type: 'legacy', ...base, gasPrice: 1n });
    expect(refusal(() => codec.parse(bytes(old), CHAIN, WALLET))).toBe('PAYLOAD_UNDECODABLE already_signed');
  });

  it('a zero in front of the nonce', () => {
    const list = Uint8Array.of(0x82, 0x7a, 0x69, 0x82, 0, 7, 0x80, 0x80, 0x01, 0x80, 0x80, 0x80, 0xc0);
    expect(refusal(() => codec.parse(Uint8Array.of(2, 0xc0 + list.length, ...list), CHAIN, WALLET))).toBe(
      'PAYLOAD_UNDECODABLE integer_not_canonical',
    );
  });

  it.each([
    ['a single byte in long form', [0x82, 0x7a, 0x69, 0x81, 0x07]],
    ['a length in more bytes than it needs', [0x82, 0x7a, 0x69, 0xb8, 0x01, 0x07]],
  ])('%s', (_name, head) => {
    const list = Uint8Array.of(...head, 0x80, 0x80, 0x01, 0x80, 0x80, 0x80, 0xc0);
    expect(refusal(() => codec.parse(Uint8Array.of(2, 0xc0 + list.length, ...list), CHAIN, WALLET))).toBe(
      'PAYLOAD_UNDECODABLE rlp_not_canonical',
    );
  });
});

describe('older types', () => {
  it.each([
    ['legacy', serializeTransaction({ type: 'legacy', ...base, gasPrice: 5n })],
    ['2930', serializeTransaction({ type: 'eip2930', ...base, gasPrice: 5n })],
  ])('%s is read into an action, and adopted as it stands', (_name, serialized) => {
    expect(codec.parse(bytes(serialized), CHAIN, WALLET)).toEqual({
      kind: 'calls',
      calls: [{ to: BOB, value: 1n, data: new Uint8Array(0) }],
    });
    const adopted = codec.adopt(bytes(serialized), CHAIN, WALLET);
    expect(adopted).toMatchObject({ payload: bytes(serialized), slot: 7, fee: { ceiling: 500_000n } });
    expect(codec.decode(adopted)).toMatchObject({ complete: true, calls: [{ to: BOB, value: 1n }] });
  });

  it('an access list is noted; a creation is a deploy', () => {
    const keys = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`] as const;
    const listed = bytes(
      serializeTransaction({ type: 'eip1559', ...base, ...fees, accessList: [{ address: to, storageKeys: [...keys] }] }),
    );
    const decoded = codec.decode(codec.adopt(listed, CHAIN, WALLET));
    expect(decoded.effects).toContainEqual({
      kind: 'message',
      text: 'access list of 1 addresses and 2 storage keys',
      leaf: '0',
      source: 'bytes',
    });
    const creation = bytes(serializeTransaction({ type: 'eip1559', ...base, ...fees, to: null, data: '0x6000', nonce: 0 }));
    const deployed = codec.decode(codec.adopt(creation, CHAIN, on('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')));
    // The first contract that anvil's first account ever makes.
    expect(deployed.effects).toMatchObject([
      { kind: 'fee' },
      { kind: 'deploy', account: on('0x5FbDB2315678afecb367f032d93F642f64180aa3') },
      { kind: 'outflow', amount: 1n },
      { kind: 'inflow' },
    ]);
    expect(deployed.calls).toEqual([]);
  });
});

describe('fields that disagree with the bytes', () => {
  const tx = codec.build({ kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB }, context);
  it.each([
    ['the slot', { ...tx, slot: 8 }, 'slot_mismatch'],
    [
      'the digest',
      { ...tx, payloadDigest: tx.payloadDigest.replace(/^./, (c) => (c === '0' ? '1' : '0')) as typeof tx.payloadDigest },
      'payload_digest_mismatch',
    ],
    ['the ceiling', { ...tx, fee: { ...FEE, ceiling: FEE.ceiling + 1n } }, 'fee_mismatch'],
    ['the gas', { ...tx, fee: { ...FEE, params: { ...FEE.params, gas: '1' } } }, 'fee_mismatch'],
    ['a validity that the bytes lack', { ...tx, validUntilMs: 1 }, 'validity_not_in_bytes'],
  ])('%s', (_name, changed, reason) => {
    expect(refusal(() => codec.decode(changed))).toBe(`PAYLOAD_UNDECODABLE ${reason}`);
  });
});

describe('actions that one call cannot express', () => {
  const transfer = { kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB } as const;
  const call = { to: BOB, value: 0n, data: new Uint8Array(0) };
  it.each([
    ['a negative amount', { ...transfer, amount: -1n }],
    ['an amount above 2^256', { ...transfer, amount: 2n ** 256n }],
    ['a comment', { ...transfer, comment: 'hi' }],
    ['a recipient elsewhere', { ...transfer, to: `eip155:1:${to}` as typeof BOB }],
    ['an asset elsewhere', { ...transfer, asset: 'eip155:1/slip44:60' as typeof NATIVE }],
    ['an allowance of the coin', { kind: 'approve', asset: NATIVE, amount: 1n, spender: BOB } as const],
    ['two calls', { kind: 'calls', calls: [call, call] } as const],
    ['no call', { kind: 'calls', calls: [] } as const],
  ])('%s', (_name, action) => {
    expect(refusal(() => codec.build(action, context))).toBe('REQUEST_INVALID');
  });

  it.each([
    ['a ceiling that is not gas times price', { ...FEE, ceiling: 1n }],
    ['no gas', { ...FEE, ceiling: 0n, params: { ...FEE.params, gas: '0' } }],
    ['a fractional price', { ...FEE, params: { ...FEE.params, maxFeePerGas: '1.5' } }],
    ['a missing field', { ...FEE, params: {} }],
    ['a tip above the price', { ...FEE, params: { ...FEE.params, maxPriorityFeePerGas: '3000000001' } }],
  ])('%s', (_name, fee) => {
    expect(refusal(() => codec.build(transfer, { ...context, fee }))).toBe('REQUEST_INVALID');
  });

  it('another chain than those of the adapter', () => {
    expect(refusal(() => codec.build(transfer, { ...context, chain: 'eip155:1' as typeof CHAIN }))).toBe('CHAIN_INVALID');
    expect(refusal(() => codec.nativeAsset('eip155:1' as typeof CHAIN))).toBe('CHAIN_INVALID');
  });
});

describe('signing and joining', () => {
  const account = privateKeyToAccount(`0x${'a1'.repeat(32)}`);
  const wallet = on(account.address);
  const tx = codec.build({ kind: 'transfer', asset: assetOf(TOKEN), amount: 5n, to: STRANGE }, { ...context, wallet });
  const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

  it('gives the bytes and hash that viem gives', async () => {
    const signature = bytes(await account.sign({ hash: `0x${toHex(codec.signingHash(tx.payload))}` }));
    const signed = codec.assemble(tx, signature);
    const theirs = await account.signTransaction({
      type: 'eip1559',
      chainId: 31337,
      nonce: 7,
      gas: 100_000n,
      ...fees,
      to: TOKEN.slice(CHAIN.length + 1) as `0x${string}`,
      data: `0x${toHex(codec.decode(tx).calls[0]?.data ?? new Uint8Array(0))}`,
    });
    expect(`0x${toHex(signed.raw)}`).toBe(theirs);
    const v = signature[64] as number;
    expect(codec.assemble(tx, Uint8Array.of(...signature.subarray(0, 64), v - 27))).toEqual(signed);
  });

  it('refuses high s, another key, another v, other lengths and other bytes', async () => {
    const signature = bytes(await account.sign({ hash: `0x${toHex(codec.signingHash(tx.payload))}` }));
    const highS = (n - BigInt(`0x${toHex(signature.subarray(32, 64))}`)).toString(16).padStart(64, '0');
    const flipped = signature[64] === 27 ? 28 : 27;
    const bad: readonly (readonly [Uint8Array, string])[] = [
      [Uint8Array.of(...signature.subarray(0, 32), ...bytes(`0x${highS}`), flipped), 'not_a_low_s_signature'],
      [Uint8Array.of(...signature.subarray(0, 64), flipped), 'another_key'],
      [Uint8Array.of(...signature.subarray(0, 64), 29), 'recovery_id'],
      [signature.subarray(0, 64), 'length'],
      [new Uint8Array(65), 'not_a_low_s_signature'],
      [new Uint8Array(65).fill(255).fill(0, 64), 'not_a_low_s_signature'],
    ];
    for (const [given, reason] of bad) expect(refusal(() => codec.assemble(tx, given))).toBe(`SIGNATURE_INVALID ${reason}`);
    expect(refusal(() => codec.assemble({ ...tx, wallet: BOB }, signature))).toBe('SIGNATURE_INVALID another_key');
    const payload = tx.payload.slice();
    payload[10] = (payload[10] as number) ^ 1;
    expect(refusal(() => codec.assemble({ ...tx, payload }, signature))).toBe('PAYLOAD_UNDECODABLE payload_digest_mismatch');
  });

  it('knows the wallet of a public key, compressed or not', () => {
    const point = bytes(account.publicKey);
    const compressed = Uint8Array.of(2 + ((point[64] as number) & 1), ...point.subarray(1, 33));
    expect(codec.walletOf(point, CHAIN)).toBe(wallet);
    expect(codec.walletOf(compressed, CHAIN)).toBe(wallet);
    for (const wrong of [
      point.subarray(1),
      compressed.subarray(1),
      Uint8Array.of(4, ...new Uint8Array(64)),
      Uint8Array.of(2, ...new Uint8Array(32).fill(255)),
    ]) {
      expect(refusal(() => codec.walletOf(wrong, CHAIN))).toBe('KEY_INVALID');
    }
  });
});
