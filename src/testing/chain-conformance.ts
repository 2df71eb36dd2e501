import type {
  AccountId,
  Action,
  AssetId,
  ChainAdapter,
  ChainId,
  Effect,
  SettlementStatus,
  SignedTransaction,
  UnsignedTransaction,
} from '../core/index.ts';
import { tokenAsset } from '../core/index.ts';

/** The three functions that every test runner has, in the form that vitest, jest and node:test’s wrappers share. */
export interface TestFunctions {
  /** Groups tests. */
  describe(name: string, body: () => void): void;
  /** Registers a test. */
  it(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  /** Makes an assertion that throws where it does not hold. */
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
    toBeGreaterThanOrEqual(expected: number | bigint): void;
  };
}

/** A running chain behind an adapter, as the suite needs it. */
export interface ChainHarness extends AsyncDisposable {
  readonly adapter: ChainAdapter;
  readonly chain: ChainId;
  /** Blocks until a transfer of the token is final. */
  readonly confirmations: number;
  /** Blocks until another transaction in our slot is known to have replaced ours. */
  readonly replacedAfter: number;
  /** A funded wallet, and somebody to pay. */
  readonly wallet: AccountId;
  readonly counterparty: AccountId;
  /** Of the wallet, where the codec needs it. */
  readonly publicKey?: Uint8Array;
  /** A token of which the wallet holds at least 1,000 base units; the configuration names it. */
  readonly token: AssetId;
  /** Signs as the wallet, or as somebody else. */
  sign(hash: Uint8Array, who?: 'wallet' | 'stranger'): Promise<Uint8Array>;
  /** What an account holds now, in base units, asked of the engine itself. */
  balance(account: AccountId, asset: AssetId): Promise<bigint>;
  /** Makes blocks; the chain makes none by itself. */
  advance(blocks: number): Promise<void>;
  /** Throws away the newest blocks and what was in them; null where the chain never does that. */
  readonly reorganise: ((blocks: number) => Promise<void>) | null;
}

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
  return 'nothing thrown';
}

const moves = (effects: readonly Effect[], kind: 'outflow' | 'inflow', account: AccountId, asset: AssetId): bigint =>
  effects.reduce(
    (sum, effect) => (effect.kind === kind && effect.account === account && effect.asset === asset ? sum + effect.amount : sum),
    0n,
  );

/**
 * What every chain adapter must do, on its real engine: bytes say what was asked, nothing else decodes, a dry run equals
 * what then happens, and only what is final is called final.
 *
 * @param input - `describe`, `it` and `expect` of the test runner
 * @param open - starts the engine and funds the wallet
 * @example
 * ```ts
 * import { chainConformance } from 'castellan/testing';
 *
 * const names: string[] = [];
 * const suite = { describe: (_: string, body: () => void) => body(), it: (name: string) => void names.push(name), expect: () => undefined as never };
 * chainConformance(suite, 'my chain', () => Promise.reject(new Error('opens your adapter on its real engine')));
 * console.log(names.length >= 10); // true
 * ```
 */
export function chainConformance({ describe, it, expect }: TestFunctions, name: string, open: () => Promise<ChainHarness>): void {
  const test = (title: string, body: (harness: ChainHarness) => Promise<void>): void =>
    it(title, async () => {
      const harness = await open();
      try {
        await body(harness);
      } finally {
        await harness[Symbol.asyncDispose]();
      }
    }, 30_000);
  const prepare = async (harness: ChainHarness, action: Action): Promise<UnsignedTransaction> => {
    const { adapter, chain, wallet } = harness;
    const node = adapter.node(chain);
    const facts = node.survey === undefined ? {} : { facts: await node.survey(action, wallet) };
    const [{ next: slot, chainTimeMs }, fee] = [await node.sequence(wallet), await node.quote(action, wallet, facts)];
    return adapter.codec.build(action, { ...contextOf(harness, chainTimeMs), slot, fee, ...facts });
  };
  const contextOf = ({ adapter: { codec }, chain, wallet, publicKey }: ChainHarness, chainTimeMs: number | null) => ({
    chain,
    wallet,
    validUntilMs: codec.validForMs === null || chainTimeMs === null ? null : chainTimeMs + codec.validForMs,
    ...(publicKey === undefined ? {} : { publicKey }),
  });
  const sign = async ({ adapter, sign: key }: ChainHarness, tx: UnsignedTransaction): Promise<SignedTransaction> =>
    adapter.codec.assemble(tx, await key(adapter.codec.signingHash(tx.payload)));
  const statusOf = async ({ adapter, chain }: ChainHarness, signed: SignedTransaction): Promise<SettlementStatus> =>
    adapter.node(chain).status(signed);
  const pay = (harness: ChainHarness, asset: AssetId, amount: bigint): Action => ({
    kind: 'transfer',
    asset,
    amount,
    to: harness.counterparty,
  });
  const assets = ({ adapter, chain, token }: ChainHarness): readonly AssetId[] => [adapter.codec.nativeAsset(chain).asset, token];

  describe(`chain adapter: ${name}`, () => {
    test('what is built decodes to what was asked, and to the same bytes again', async (harness) => {
      const { adapter, chain, wallet, counterparty } = harness;
      for (const asset of assets(harness)) {
        const tx = await prepare(harness, pay(harness, asset, 7n));
        const decoded = adapter.codec.decode(tx);
        expect(decoded.complete).toBe(true);
        expect(moves(decoded.effects, 'outflow', wallet, asset)).toBe(7n);
        expect(moves(decoded.effects, 'inflow', counterparty, asset)).toBe(7n);
        expect(decoded.effects.every(({ source }) => source === 'bytes')).toBe(true);
        const fee = decoded.effects.filter((effect) => effect.kind === 'fee');
        expect(fee.map((effect) => [effect.account, effect.max])).toEqual([[wallet, tx.fee.ceiling]]);
        const again = adapter.codec.build({ kind: 'calls', calls: decoded.calls }, tx);
        expect(again).toEqual(tx);
        expect(adapter.codec.adopt(tx.payload, chain, wallet, harness.publicKey).payloadDigest).toBe(tx.payloadDigest);
        expect(adapter.codec.build(adapter.codec.parse(tx.payload, chain, wallet), tx)).toEqual(tx);
      }
    });

    test('no changed byte and no changed field decodes', async (harness) => {
      const { adapter } = harness;
      const tx = await prepare(harness, pay(harness, harness.token, 7n));
      for (let index = 0; index < tx.payload.length; index += 1) {
        const payload = tx.payload.slice();
        payload[index] = (payload[index] as number) ^ (1 << (index % 8));
        expect(await codeOf(() => adapter.codec.decode({ ...tx, payload }))).toBe('PAYLOAD_UNDECODABLE');
      }
      for (const changed of [
        { ...tx, slot: tx.slot + 1 },
        { ...tx, fee: { ...tx.fee, ceiling: tx.fee.ceiling + 1n } },
        { ...tx, payload: tx.payload.slice(0, -1) },
      ]) {
        expect(await codeOf(() => adapter.codec.decode(changed))).toBe('PAYLOAD_UNDECODABLE');
      }
    });

    test('nothing of another chain is served', async ({ adapter, wallet }) => {
      const elsewhere = 'eip155:999999999' as ChainId;
      expect(await codeOf(() => adapter.node(elsewhere))).toBe('CHAIN_INVALID');
      expect(await codeOf(() => adapter.codec.parse(new Uint8Array(8), elsewhere, wallet))).toBe('CHAIN_INVALID');
    });

    test('only the wallet’s own signature is joined', async (harness) => {
      const { adapter } = harness;
      const tx = await prepare(harness, pay(harness, harness.token, 7n));
      const hash = adapter.codec.signingHash(tx.payload);
      const [good, stranger] = [await harness.sign(hash), await harness.sign(hash, 'stranger')];
      const broken = good.slice();
      broken[5] = (broken[5] as number) ^ 1;
      for (const signature of [stranger, broken, good.slice(1), new Uint8Array(good.length)]) {
        expect(await codeOf(() => adapter.codec.assemble(tx, signature))).toBe('SIGNATURE_INVALID');
      }
      expect((await sign(harness, tx)).slot).toBe(tx.slot);
    });

    test('a fee above its ceiling is not quoted', async (harness) => {
      const node = harness.adapter.node(harness.chain);
      const action = pay(harness, harness.token, 7n);
      const facts = node.survey === undefined ? {} : { facts: await node.survey(action, harness.wallet) };
      expect(await codeOf(() => node.quote(action, harness.wallet, { ceiling: 1n, ...facts }))).toBe('CHAIN_REJECTED');
    });

    test('what is simulated is what happens, to the base unit', async (harness) => {
      const { adapter, chain, wallet, counterparty } = harness;
      const node = adapter.node(chain);
      await node.verifyChain();
      for (const asset of assets(harness)) {
        const tx = await prepare(harness, pay(harness, asset, 21n));
        const report = await node.simulate(tx, {});
        expect(report).toMatchObject({ success: true, wouldRevert: false, errors: [] });
        expect(report.caveats.includes('state_may_diverge')).toBe(true);
        const before = await harness.balance(counterparty, asset);
        const signed = await sign(harness, tx);
        expect((await node.broadcast(signed)).hash).toBe(signed.hash);
        await harness.advance(harness.confirmations);
        expect(await statusOf(harness, signed)).toMatchObject({ status: 'final', receipt: { success: true, txHash: signed.hash } });
        expect(moves(report.effects, 'inflow', counterparty, asset)).toBe((await harness.balance(counterparty, asset)) - before);
        expect(moves(report.effects, 'outflow', wallet, asset)).toBe(21n);
      }
    });

    test('pending until included, included until final; the same bytes again are known', async (harness) => {
      const node = harness.adapter.node(harness.chain);
      const signed = await sign(harness, await prepare(harness, pay(harness, harness.token, 7n)));
      expect((await statusOf(harness, signed)).status).toBe('pending');
      expect((await node.broadcast(signed)).status).toBe('accepted');
      expect((await node.broadcast(signed)).status).toBe('known');
      expect((await statusOf(harness, signed)).status).toBe('pending');
      for (let seen = 1; seen < harness.confirmations; seen += 1) {
        await harness.advance(1);
        expect((await statusOf(harness, signed)).status).toBe('included');
      }
      await harness.advance(1);
      const settled = await node.settle(signed, { timeoutMs: 5_000 });
      expect(settled.status).toBe('final');
      if (settled.status !== 'final') return;
      const fee = harness.adapter.codec.nativeAsset(harness.chain).asset;
      expect(moves(settled.receipt.effects, 'outflow', harness.wallet, harness.token)).toBe(7n);
      expect(
        settled.receipt.effects.some((effect) => effect.kind === 'fee' && effect.asset === fee && effect.max === settled.receipt.feePaid),
      ).toBe(true);
      expect(settled.receipt.effects.every(({ source }) => source === 'chain')).toBe(true);
    });

    test('another transaction that is final in the slot replaces ours, and nothing less does', async (harness) => {
      const node = harness.adapter.node(harness.chain);
      const ours = await sign(harness, await prepare(harness, pay(harness, harness.token, 7n)));
      const other = await sign(harness, await prepare(harness, pay(harness, harness.token, 8n)));
      expect((await node.broadcast(other)).status).toBe('accepted');
      for (let seen = 1; seen < harness.replacedAfter; seen += 1) {
        await harness.advance(1);
        expect((await statusOf(harness, ours)).status).toBe('pending');
      }
      await harness.advance(1);
      expect(['replaced', 'expired'].includes((await statusOf(harness, ours)).status)).toBe(true);
      await harness.advance(harness.confirmations - harness.replacedAfter);
      expect((await statusOf(harness, other)).status).toBe('final');
    });

    test('balances are the coin first, then the tokens of which there is something', async (harness) => {
      const { adapter, chain, wallet, counterparty, token } = harness;
      const node = adapter.node(chain);
      if (node.balances === undefined) return;
      const native = adapter.codec.nativeAsset(chain).asset;
      const held = async (account: AccountId) => [
        { asset: native, amount: await harness.balance(account, native) },
        ...[{ asset: token, amount: await harness.balance(account, token) }].filter(({ amount }) => amount > 0n),
      ];
      for (const account of [wallet, counterparty]) expect(await node.balances(account, [token, native])).toEqual(await held(account));
      const signed = await sign(harness, await prepare(harness, pay(harness, token, 7n)));
      await node.broadcast(signed);
      await harness.advance(harness.confirmations);
      const arrived = (await node.balances(counterparty, [token])).find(({ asset }) => asset === token)?.amount ?? 0n;
      expect(arrived).toBeGreaterThanOrEqual(7n);
      for (const account of [wallet, counterparty]) expect(await node.balances(account, [token])).toEqual(await held(account));
      // Nothing that is no token has a balance of zero, and nothing is told in its place.
      expect(await codeOf(() => node.balances?.(wallet, [token, tokenAsset(chain, counterparty)]))).toBe('CHAIN_REJECTED');
      const elsewhere = 'eip155:999999999/slip44:60' as AssetId;
      expect(await codeOf(() => node.balances?.(wallet, [elsewhere]))).toBe('REQUEST_INVALID');
    });

    test('waiting ends when it may last no longer', async (harness) => {
      const signed = await sign(harness, await prepare(harness, pay(harness, harness.token, 7n)));
      expect(await harness.adapter.node(harness.chain).settle(signed, { timeoutMs: 30 })).toEqual({ status: 'pending' });
    });

    test('a reorganisation takes the transaction back, and it is final once', async (harness) => {
      if (harness.reorganise === null) return;
      const node = harness.adapter.node(harness.chain);
      const before = await harness.balance(harness.counterparty, harness.token);
      const signed = await sign(harness, await prepare(harness, pay(harness, harness.token, 7n)));
      await node.broadcast(signed);
      await harness.advance(harness.confirmations - 1);
      await harness.reorganise(harness.confirmations);
      for (let block = 0; block < harness.confirmations * 2; block += 1) {
        expect((await statusOf(harness, signed)).status).toBe('pending');
        await harness.advance(1);
      }
      await node.broadcast(signed);
      await harness.advance(harness.confirmations);
      expect((await statusOf(harness, signed)).status).toBe('final');
      expect(await harness.balance(harness.counterparty, harness.token)).toBe(before + 7n);
    });
  });
}
