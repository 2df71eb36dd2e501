import { createPrivateKey, sign } from 'node:crypto';
import { beginCell, Cell, internal, loadMessage, SendMode } from '@ton/core';
import { WalletContractV3R2, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import { normalisedHash } from '../../src/adapters/ton/assemble.ts';
import { WALLET_CODE_HASHES, walletAccount } from '../../src/adapters/ton/wallet-contract.ts';
import type { AccountId, Call } from '../../src/core/index.ts';
import { parseAccount } from '../../src/core/index.ts';
import {
  BOB,
  buildOf,
  codec,
  contextFor,
  FACTS,
  JETTON_WALLET,
  MAINNET,
  NATIVE,
  NEW,
  PUBLIC_KEY,
  SEED,
  TESTNET,
  USD,
  VALID_UNTIL_MS,
  WALLET,
} from './codec-fixture.ts';

const secret = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
  format: 'der',
  type: 'pkcs8',
});
const signature = (hash: Uint8Array): Uint8Array => new Uint8Array(sign(null, hash, secret));
const bytesOf = (cell: Cell): Uint8Array => new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
const code = (run: () => unknown): { code: string; reason: unknown } => {
  try {
    run();
  } catch (error) {
    const { code, details } = error as { code: string; details?: Record<string, unknown> };
    return { code, reason: details?.['reason'] };
  }
  return { code: 'none', reason: undefined };
};
const pay = { kind: 'transfer', asset: NATIVE, amount: 5_000_000_000n, to: BOB } as const;
const publicKey = Buffer.from(PUBLIC_KEY);
const W5 = WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -3 } });
const W5_MAIN = WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -239 } });
const W4 = WalletContractV4.create({ publicKey, workchain: 0 });
const W3 = WalletContractV3R2.create({ publicKey, workchain: 0 });
const idOf = (wallet: { address: { toRawString(): string } }, chain = TESTNET): AccountId =>
  parseAccount(wallet.address.toRawString(), chain);
const MODE = SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS;

/** What the official wallet signs, and the whole body it makes of it. */
async function official(
  wallet: typeof W5 | typeof W4 | typeof W3,
  messages: ReturnType<typeof internal>[],
  seqno = 7,
  sendMode: number = MODE,
) {
  let order = Cell.EMPTY;
  const args = {
    seqno,
    messages,
    sendMode,
    timeout: VALID_UNTIL_MS / 1000,
    signer: async (cell: Cell) => {
      order = cell;
      return Buffer.from(signature(cell.hash()));
    },
  };
  const body: Cell = await (wallet as { createTransfer(args: unknown): Promise<Cell> }).createTransfer(args);
  return { order, body };
}

describe('the wallets of a key', () => {
  it('are those of the official library, on both networks', () => {
    expect(codec.walletOf(PUBLIC_KEY, TESTNET)).toBe(idOf(W5));
    expect(codec.walletOf(PUBLIC_KEY, MAINNET)).toBe(idOf(W5_MAIN, MAINNET));
    expect(walletAccount('v4r2', PUBLIC_KEY, TESTNET)).toBe(idOf(W4));
    expect(walletAccount('v3r2', PUBLIC_KEY, TESTNET)).toBe(idOf(W3));
    expect(WALLET_CODE_HASHES.v5r1).toBe(W5.init.code.hash().toString('hex'));
    expect(WALLET_CODE_HASHES.v4r2).toBe(W4.init.code.hash().toString('hex'));
    expect(WALLET_CODE_HASHES.v3r2).toBe(W3.init.code.hash().toString('hex'));
  });

  it('need a key of 32 bytes and a chain that is served', () => {
    expect(code(() => codec.walletOf(PUBLIC_KEY.subarray(1), TESTNET)).code).toBe('KEY_INVALID');
    expect(code(() => codec.walletOf(PUBLIC_KEY, 'eip155:1' as typeof TESTNET)).code).toBe('CHAIN_INVALID');
  });
});

describe('bytes against the official library', () => {
  const comment = 'Grüße, 你好 '.repeat(30);
  const message = (value: bigint, body?: string, bounce = true) =>
    internal({ to: addressOf(BOB, TESTNET), value, bounce, ...(body === undefined ? {} : { body }) });

  it.each([
    ['W5', W5],
    ['V4R2', W4],
    ['V3R2', W3],
  ] as const)('%s: the same order, the same hash, the same signed message', async (_, wallet) => {
    for (const text of [undefined, 'hello', 'x'.repeat(123), 'x'.repeat(124), comment]) {
      const { order, body } = await official(wallet, [message(pay.amount, text)]);
      const own = buildOf({ ...pay, ...(text === undefined ? {} : { comment: text }) }, { wallet: idOf(wallet) });
      expect(Buffer.from(own.payload).equals(bytesOf(order))).toBe(true);
      expect(Buffer.from(codec.signingHash(own.payload)).equals(order.hash())).toBe(true);
      const signed = codec.assemble(own, signature(codec.signingHash(own.payload)));
      const external = loadMessage(Cell.fromBoc(Buffer.from(signed.raw))[0]?.beginParse() ?? Cell.EMPTY.beginParse());
      expect(external.info.type).toBe('external-in');
      expect(external.body.equals(body)).toBe(true);
      expect(external.init).toBeNull();
      expect(signed.hash).toBe(normalisedHash(wallet.address, body));
    }
  });

  it.each([
    ['W5', W5, 12],
    ['V4R2', W4, 4],
    ['V3R2', W3, 4],
  ] as const)('%s: several messages are read and built again byte by byte', async (_, wallet, count) => {
    const messages = Array.from({ length: count }, (_, index) =>
      message(BigInt(index) * 10n ** 9n, index % 2 ? `n ${index}` : undefined, index % 3 > 0),
    );
    const { order } = await official(wallet, messages, 3, 3 + 128);
    const adopted = codec.adopt(bytesOf(order), TESTNET, idOf(wallet), PUBLIC_KEY);
    const decoded = codec.decode({ ...adopted, facts: FACTS });
    expect(decoded.calls).toHaveLength(count);
    expect(decoded.complete).toBe(true);
    expect(decoded.effects.filter(({ kind }) => kind === 'hazard')).toHaveLength(count);
    const again = buildOf({ kind: 'calls', calls: decoded.calls }, { wallet: idOf(wallet), slot: 3 });
    expect(Buffer.from(again.payload).equals(adopted.payload)).toBe(true);
    expect(again.fee).toEqual(adopted.fee);
  });

  it('the first order brings the state init along, and it makes the account', async () => {
    for (const wallet of [W5, W4, W3]) {
      const own = buildOf(pay, { wallet: idOf(wallet), slot: 0 });
      const signed = codec.assemble(own, signature(codec.signingHash(own.payload)));
      const external = loadMessage(Cell.fromBoc(Buffer.from(signed.raw))[0]?.beginParse() ?? Cell.EMPTY.beginParse());
      expect(external.init?.code?.equals(wallet.init.code)).toBe(true);
      expect(external.init?.data?.equals(wallet.init.data)).toBe(true);
      expect(signed.hash).toBe(normalisedHash(wallet.address, external.body));
    }
  });
});

describe('build', () => {
  it('takes the bounce flag from what the account is', () => {
    const flagOf = (to: AccountId): string | undefined => {
      const tx = buildOf({ ...pay, to });
      const calls: readonly Call[] = codec.decode({ ...tx, facts: [] }).calls;
      return calls[0]?.terms?.['bounce'];
    };
    expect(flagOf(BOB)).toBeUndefined();
    expect(flagOf(NEW)).toBe('false');
  });

  it('orders a token from the wallet’s own account, with 0.05 attached', () => {
    const tx = buildOf({ kind: 'transfer', asset: USD, amount: 77n, to: BOB, comment: 'for tea' });
    const { effects, calls, complete } = codec.decode(tx);
    expect(complete).toBe(true);
    expect(tx.fee.params['attached']).toBe('50000000');
    expect(calls).toMatchObject([{ to: JETTON_WALLET, value: 50_000_000n }]);
    expect(effects.slice(1)).toEqual([
      { kind: 'outflow', account: WALLET, counterparty: BOB, asset: USD, amount: 77n, leaf: '0', source: 'bytes' },
      { kind: 'inflow', account: BOB, counterparty: WALLET, asset: USD, amount: 77n, leaf: '0', source: 'bytes' },
      { kind: 'message', text: 'for tea', leaf: '0', source: 'bytes' },
    ]);
  });

  const invalid = (run: () => unknown) => expect(code(run).code).toBe('REQUEST_INVALID');

  it('refuses what an order cannot say', () => {
    const context = contextFor(pay);
    const { publicKey: _, ...keyless } = context;
    invalid(() => codec.build(pay, keyless));
    invalid(() => codec.build(pay, { ...context, validUntilMs: null }));
    for (const validUntilMs of [0, -1, 999, Number.NaN, 2 ** 32 * 1000]) invalid(() => codec.build(pay, { ...context, validUntilMs }));
    for (const slot of [-1, 1.5, 2 ** 32]) invalid(() => codec.build(pay, { ...context, slot }));
    invalid(() => codec.build(pay, { ...context, wallet: BOB }));
    invalid(() => codec.build(pay, { ...context, publicKey: new Uint8Array(32).fill(9) }));
    invalid(() => codec.build({ ...pay, amount: -1n }, context));
    invalid(() => codec.build({ ...pay, amount: 2n ** 120n }, context));
    invalid(() => codec.build({ ...pay, comment: '\ud800' }, context));
    invalid(() => codec.build({ ...pay, comment: 'x'.repeat(70_000) }, context));
    invalid(() => codec.build({ ...pay, to: `${MAINNET}:0:${'b0'.repeat(32)}` as AccountId }, context));
    invalid(() => codec.build({ kind: 'approve', asset: USD, amount: 1n, spender: BOB }, context));
    invalid(() => codec.build({ kind: 'transfer_from', asset: USD, amount: 1n, from: BOB, to: NEW }, context));
    invalid(() => codec.build({ kind: 'calls', calls: [] }, context));
  });

  it('refuses a fee that is not the one of the content', () => {
    const context = contextFor(pay);
    for (const change of [-1n, 1n]) {
      invalid(() => codec.build(pay, { ...context, fee: { ...context.fee, ceiling: context.fee.ceiling + change } }));
    }
    invalid(() => codec.build(pay, { ...context, fee: { ...context.fee, params: { ...context.fee.params, gas: '1' } } }));
  });

  it('refuses a token that nobody says the wallet has an account of', () => {
    const token = { kind: 'transfer', asset: USD, amount: 1n, to: BOB } as const;
    invalid(() => contextFor(token, { facts: [] }));
    invalid(() => contextFor(token, { facts: [{ account: JETTON_WALLET, state: 'empty', holds: USD }] }));
    const disputed = [...FACTS, { account: JETTON_WALLET, state: 'contract', holds: null } as const];
    invalid(() => contextFor(token, { facts: disputed }));
  });

  it('refuses terms that it does not know or that do not fit', () => {
    const call = { to: BOB, value: 1n, data: new Uint8Array(0) };
    const refused = (terms: Record<string, string>) => invalid(() => buildOf({ kind: 'calls', calls: [{ ...call, terms }] }));
    refused({ gas: '1' });
    refused({ mode: '256' });
    refused({ mode: '03' });
    refused({ mode: '0x3' });
    refused({ mode: '1' });
    refused({ bounce: 'yes' });
    refused({ init: 'AAAA' });
    refused({ init: 'not base64' });
    refused({ bodyIn: 'tail' });
    const library = beginCell().storeUint(1, 5).storeRef(Cell.EMPTY).endCell();
    refused({ init: Buffer.from(bytesOf(library)).toString('base64') });
    const big = beginCell().storeUint(9, 1000).endCell();
    invalid(() => buildOf({ kind: 'calls', calls: [{ ...call, data: bytesOf(big), terms: { bodyIn: 'cell' } }] }));
    invalid(() => buildOf({ kind: 'calls', calls: [{ ...call, data: new Uint8Array(big.toBoc({ idx: false, crc32: true })) }] }));
  });

  it('sends at most four messages from an old wallet, and 255 from a W5', () => {
    const calls = (count: number) => Array.from({ length: count }, () => ({ to: BOB, value: 1n, data: new Uint8Array(0) }));
    invalid(() => buildOf({ kind: 'calls', calls: calls(5) }, { wallet: idOf(W4) }));
    invalid(() => buildOf({ kind: 'calls', calls: calls(256) }));
    expect(codec.decode(buildOf({ kind: 'calls', calls: calls(255) })).calls).toHaveLength(255);
    expect(
      code(() => buildOf({ kind: 'calls', calls: calls(1).map((call) => ({ ...call, terms: { mode: '1' } })) }, { wallet: idOf(W3) })).code,
    ).toBe('none');
  });

  it('takes over the calls of a foreign order, bounce flags and all', async () => {
    const { order } = await official(W4, [internal({ to: addressOf(NEW, TESTNET), value: 9n, bounce: true })], 99);
    const tx = buildOf({ kind: 'transaction', bytes: bytesOf(order) });
    expect(tx.slot).toBe(7);
    const { effects } = codec.decode(tx);
    expect(effects.find(({ kind }) => kind === 'hazard')).toMatchObject({ hazard: 'bounces_off_empty_account', account: NEW });
  });
});

describe('assemble', () => {
  const tx = buildOf(pay);
  const hash = codec.signingHash(tx.payload);
  const good = signature(hash);

  it('refuses every signature but the wallet’s own', () => {
    const other = new Uint8Array(good);
    other[3] = (other[3] as number) ^ 1;
    const refused = (run: () => unknown) => expect(code(run).code).toBe('SIGNATURE_INVALID');
    refused(() => codec.assemble(tx, other));
    refused(() => codec.assemble(tx, good.subarray(1)));
    refused(() => codec.assemble(tx, new Uint8Array(64)));
    refused(() => codec.assemble(tx, signature(new Uint8Array(32))));
    refused(() => codec.assemble({ ...tx, publicKey: new Uint8Array(32).fill(9) }, good));
    refused(() => codec.assemble({ ...tx, wallet: BOB }, good));
    const { publicKey: _, ...keyless } = tx;
    refused(() => codec.assemble(keyless, good));
    expect(codec.assemble(tx, good)).toMatchObject({ slot: 7, wallet: WALLET });
  });

  it('refuses bytes that are not the ones decided on', () => {
    const later = buildOf(pay, { slot: 8 });
    expect(code(() => codec.assemble({ ...tx, payload: later.payload }, good)).reason).toBe('payload_digest_mismatch');
    expect(code(() => codec.assemble({ ...tx, slot: 8 }, good)).reason).toBe('slot_mismatch');
    const v4 = buildOf(pay, { wallet: idOf(W4) });
    expect(code(() => codec.assemble({ ...v4, wallet: WALLET }, signature(codec.signingHash(v4.payload)))).reason).toBe(
      'wallet_version_mismatch',
    );
  });

  it('reads bytes anew that were changed in place', () => {
    const mine = { ...tx, payload: tx.payload.slice() };
    codec.decode(mine);
    mine.payload[mine.payload.length - 1] = (mine.payload[mine.payload.length - 1] as number) ^ 1;
    expect(code(() => codec.decode(mine)).code).toBe('PAYLOAD_UNDECODABLE');
  });
});
