import { concat, encodeFunctionData, numberToHex, parseAbi, serializeTransaction } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeChoice } from '../../src/adapters/evm/accounts/delegation/alternatives.ts';
import { CANONICAL_CONTRACTS } from '../../src/adapters/evm/accounts/delegation/canonical-contracts.ts';
import { encodeContext, readContext } from '../../src/adapters/evm/accounts/delegation/delegation.ts';
import { encodeRedemptions } from '../../src/adapters/evm/accounts/delegation/redemption.ts';
import { build } from '../../src/adapters/evm/build.ts';
import type { Action, SmartAccount, UnsignedTransaction } from '../../src/core/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { assetOf, bytes, CHAIN, codec, FEE, on, TOKEN } from './codec-fixture.ts';
import { coin, contextOf, ETH, NATIVE, offlineAccount, other, redeem, sender, shop, stranger } from './delegation-fixture.ts';

const USD = assetOf(TOKEN);
const POOL = on(`0x${'b0'.repeat(20)}`);
const LIMITS = {
  daily: 2n * ETH,
  perTransaction: ETH,
  tokens: { [USD]: { daily: 100n } },
  allowedDestinations: [shop.wallet, other.wallet, POOL],
  allowedOperations: ['transfer', 'stake'],
};
const ERC20 = parseAbi(['function transfer(address,uint256)', 'function approve(address,uint256)', 'function deposit() payable']);
const transfer = (to: string, amount: bigint) =>
  encodeFunctionData({ abi: ERC20, functionName: 'transfer', args: [to as `0x${string}`, amount] });
const DEPOSIT = encodeFunctionData({ abi: ERC20, functionName: 'deposit' });

let smart: SmartAccount;
let another: SmartAccount;
beforeAll(async () => {
  smart = await offlineAccount(LIMITS);
  another = await offlineAccount(LIMITS, `0x${'a2'.repeat(20)}`);
});

const built = (action: Action, account = smart): UnsignedTransaction =>
  codec.build(action, { chain: CHAIN, wallet: account.account, slot: 7, fee: FEE, validUntilMs: null, smart: account });
/** An outer transaction of any content, as the sender might be made to sign it. */
function outer(data: string, to: string = CANONICAL_CONTRACTS.manager, value = 0n): UnsignedTransaction {
  const call = { to: on(to), value, data: bytes(data) };
  const plain = build({ kind: 'calls', calls: [call] }, { chain: CHAIN, wallet: sender.wallet, slot: 7, fee: FEE, validUntilMs: null });
  return codec.adopt(plain.payload, CHAIN, smart.account, undefined, smart);
}
function reasonOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return isCastellanError(error) ? [error.code, error.details['reason']] : error;
  }
  return 'nothing thrown';
}
const UNKNOWN = { kind: 'unknown', contract: null, selector: null };

describe('the bytes of a delegation account', () => {
  it.each<[string, Action, readonly (readonly [string, bigint])[]]>([
    ['coins', coin(ETH), [[NATIVE, ETH]]],
    ['coins to the second destination', coin(1n, other), [[NATIVE, 1n]]],
    ['tokens', { kind: 'transfer', asset: USD, amount: 100n, to: other.wallet }, [[USD, 100n]]],
    ['a listed operation', { kind: 'calls', calls: [{ to: POOL, value: 5n, data: bytes(DEPOSIT) }] }, [[NATIVE, 5n]]],
    [
      'several calls',
      {
        kind: 'calls',
        calls: [
          { to: shop.wallet, value: 3n, data: new Uint8Array(0) },
          { to: TOKEN, value: 0n, data: bytes(transfer(shop.address, 4n)) },
        ],
      },
      [
        [NATIVE, 3n],
        [USD, 4n],
      ],
    ],
  ])('tell %s as the account’s own, and the fee as the sender’s', (_name, action, spent) => {
    const tx = built(action);
    const { effects, calls } = codec.decode(tx);
    expect(effects[0]).toMatchObject({ kind: 'fee', account: sender.wallet, max: FEE.ceiling });
    const outflows = effects.flatMap((effect) => (effect.kind === 'outflow' ? [[effect.account, effect.asset, effect.amount]] : []));
    expect(outflows).toEqual(spent.map(([asset, amount]) => [smart.account, asset, amount]));
    expect(tx).toMatchObject({ wallet: smart.account, smart, slot: 7 });
    expect(built({ kind: 'calls', calls }).payload).toEqual(tx.payload);
    expect(codec.decode(codec.adopt(tx.payload, CHAIN, smart.account, undefined, smart))).toEqual(codec.decode(tx));
  });

  it('are the delegator’s payment through the manager for whoever does not know the account', () => {
    const tx = codec.adopt(built(coin(ETH)).payload, CHAIN, sender.wallet);
    const { effects, complete } = codec.decode(tx);
    expect(complete).toBe(true);
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'call', contract: on(CANONICAL_CONTRACTS.manager), method: 'redeemDelegations' }),
    );
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'outflow', account: smart.account, amount: ETH }));
  });

  it('are not built for what no delegation takes, and say what is in the way', () => {
    const call = (to: string, value: bigint, data = '0x'): Action => ({ kind: 'calls', calls: [{ to: on(to), value, data: bytes(data) }] });
    const refused: readonly (readonly [Action, string])[] = [
      [coin(ETH + 1n), 'per_transaction_limit'],
      [coin(1n, stranger), 'destination_not_allowed'],
      [call(shop.address, 1n, '0x12345678'), 'contract_not_allowed'],
      [call(stranger.address, 1n, DEPOSIT), 'contract_not_allowed'],
      [{ kind: 'transfer', asset: USD, amount: 101n, to: shop.wallet }, 'window_limit'],
      [{ kind: 'transfer', asset: USD, amount: 1n, to: stranger.wallet }, 'destination_not_allowed'],
      [{ kind: 'approve', asset: USD, amount: 1n, spender: shop.wallet }, 'contract_not_allowed'],
      [{ kind: 'transfer_from', asset: USD, amount: 1n, from: smart.account, to: shop.wallet }, 'contract_not_allowed'],
      [{ kind: 'transfer', asset: assetOf(POOL), amount: 1n, to: shop.wallet }, 'contract_not_allowed'],
    ];
    for (const [action, reason] of refused) expect(reasonOf(() => built(action))).toEqual(['REQUEST_INVALID', reason]);
    const seventeen = Array.from({ length: 17 }, () => ({ to: shop.wallet, value: 1n, data: new Uint8Array(0) }));
    expect(reasonOf(() => built({ kind: 'calls', calls: seventeen }))).toEqual(['REQUEST_INVALID', undefined]);
    expect(reasonOf(() => built({ kind: 'calls', calls: [] }))).toEqual(['REQUEST_INVALID', undefined]);
  });
});

describe('an outer call that is not exactly ours', () => {
  const pay = () => redeem(smart, 0, { to: shop.address, value: 1n });
  const signed = (index = 0) => readContext(bytes(contextOf(smart, index))) as NonNullable<ReturnType<typeof readContext>>;
  const payBy = (context: `0x${string}`) => encodeRedemptions([{ context, call: { to: shop.address, value: 1n, data: '0x' } }]);
  const inMode = (mode: string) =>
    encodeFunctionData({
      abi: parseAbi(['function redeemDelegations(bytes[],bytes32[],bytes[])']),
      args: [[contextOf(smart, 0)], [mode as `0x${string}`], [concat([shop.address, numberToHex(1n, { size: 32 })])]],
    });

  it('is ours where nothing is changed', () => {
    expect(codec.decode(outer(pay())).complete).toBe(true);
    expect(inMode(`0x${'00'.repeat(32)}`)).toBe(pay());
    expect(codec.decode(outer(payBy(encodeContext(signed())))).complete).toBe(true);
  });

  it.each<[string, () => UnsignedTransaction]>([
    ['a delegation of another account', () => outer(redeem(another, 0, { to: shop.address, value: 1n }))],
    ['a byte after the calldata', () => outer(`${pay()}00`)],
    ['a word after the calldata', () => outer(`${pay()}${'00'.repeat(32)}`)],
    ['coins of the sender', () => outer(pay(), CANONICAL_CONTRACTS.manager, 1n)],
    ['another contract', () => outer(pay(), CANONICAL_CONTRACTS.factory)],
    ['another method', () => outer(`0x12345678${pay().slice(10)}`)],
    ['no data', () => outer('0x', shop.address, 0n)],
    ['no context at all: the sender’s own account', () => outer(payBy('0x'))],
    ['a list of no delegations', () => outer(payBy(`0x${'20'.padStart(64, '0')}${'00'.repeat(32)}`))],
    ['a signature that differs', () => outer(payBy(encodeContext({ ...signed(), signature: `0x${'11'.repeat(65)}` })))],
    ['a caveat less', () => outer(payBy(encodeContext({ ...signed(), caveats: signed().caveats.slice(1) })))],
    [
      'a caveat that differs',
      () =>
        outer(
          payBy(
            encodeContext({
              ...signed(),
              caveats: signed().caveats.map((caveat) => ({ ...caveat, enforcer: CANONICAL_CONTRACTS.timestamp })),
            }),
          ),
        ),
    ],
    [
      'arguments for a caveat that takes none',
      () =>
        outer(
          payBy(
            encodeContext({
              ...signed(),
              caveats: signed().caveats.map((caveat, at) => (at === 0 ? { ...caveat, args: '0x00' } : caveat)),
            }),
          ),
        ),
    ],
    [
      'a choice that there is not',
      () =>
        outer(
          payBy(
            encodeContext({
              ...signed(),
              caveats: signed().caveats.map((caveat) =>
                caveat.enforcer === CANONICAL_CONTRACTS.logicalOr ? { ...caveat, args: encodeChoice(2, 1) } : caveat,
              ),
            }),
          ),
        ),
    ],
    [
      'a choice that brings arguments',
      () =>
        outer(
          payBy(
            encodeContext({
              ...signed(),
              caveats: signed().caveats.map((caveat) =>
                caveat.enforcer === CANONICAL_CONTRACTS.logicalOr ? { ...caveat, args: encodeChoice(0, 2) } : caveat,
              ),
            }),
          ),
        ),
    ],
    [
      'no choice',
      () => outer(payBy(encodeContext({ ...signed(), caveats: signed().caveats.map((caveat) => ({ ...caveat, args: '0x' as const })) }))),
    ],
    ['a delegate that differs', () => outer(payBy(encodeContext({ ...signed(), delegate: stranger.address })))],
    ['an authority that differs', () => outer(payBy(encodeContext({ ...signed(), authority: `0x${'00'.repeat(32)}` })))],
    ['a salt that differs', () => outer(payBy(encodeContext({ ...signed(), salt: 1n })))],
    ['a batch inside', () => outer(inMode(`0x01${'00'.repeat(31)}`))],
    ['a mode in which failures pass', () => outer(inMode(`0x0001${'00'.repeat(30)}`))],
  ])('%s: unknown as a whole, and of no contract', (_name, transaction) => {
    const tx = transaction();
    expect(tx.payload).not.toEqual(outer(pay()).payload);
    const { effects, calls, complete } = codec.decode(tx);
    expect(complete).toBe(false);
    expect(effects.map(({ kind }) => kind)).toEqual(['fee', 'unknown']);
    expect(effects[1]).toMatchObject(UNKNOWN);
    expect(calls).toHaveLength(1);
  });

  it('a contract creation is unknown too', () => {
    const fields = { type: 'eip1559', chainId: 31_337, nonce: 7, gas: 100_000n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n } as const;
    const tx = codec.adopt(bytes(serializeTransaction({ ...fields, data: '0x00' })), CHAIN, smart.account, undefined, smart);
    const { effects, calls, complete } = codec.decode(tx);
    expect([calls, complete]).toEqual([[], false]);
    expect(effects.slice(1)).toEqual([expect.objectContaining(UNKNOWN)]);
  });

  it('no flipped bit says anything else than it does', () => {
    const tx = built({ kind: 'transfer', asset: USD, amount: 50n, to: shop.wallet });
    let told = 0;
    for (let at = 0; at < tx.payload.length; at += 1) {
      const payload = tx.payload.slice();
      payload[at] = (payload[at] as number) ^ (1 << (at % 8));
      try {
        const read = codec.adopt(payload, CHAIN, smart.account, undefined, smart);
        const { calls, complete, effects } = codec.decode(read);
        if (!complete) {
          expect(effects.some(({ kind }) => kind === 'unknown')).toBe(true);
          continue;
        }
        told += 1;
        const again = (): Uint8Array =>
          codec.build(
            { kind: 'calls', calls },
            { chain: CHAIN, wallet: smart.account, slot: read.slot, fee: read.fee, validUntilMs: null, smart },
          ).payload;
        // Where no delegation takes it, the chain will not either; whatever is built again is what was read.
        const reason = reasonOf(() => expect(again()).toEqual(payload));
        expect(['nothing thrown', 'REQUEST_INVALID']).toContain(Array.isArray(reason) ? reason[0] : reason);
      } catch (error) {
        if (!isCastellanError(error)) throw error;
        expect(error.code).toBe('PAYLOAD_UNDECODABLE');
      }
    }
    expect(told).toBeGreaterThan(10);
  });
});

describe('what only an account can do to itself', () => {
  it('is a change of control', () => {
    const tx = outer(redeem(smart, 0, { to: smart.account.slice(CHAIN.length + 1), data: '0x12345678' }));
    const { effects, complete } = codec.decode(tx);
    expect(complete).toBe(false);
    expect(effects).toContainEqual({ kind: 'control', account: smart.account, aspect: 'signer', to: null, leaf: '0', source: 'bytes' });
  });
});

describe('the record of an account', () => {
  const with_ = (change: Partial<SmartAccount>): SmartAccount => ({ ...smart, ...change });
  it('must be about this wallet, of a known kind, and whole', () => {
    const context = { chain: CHAIN, wallet: smart.account, slot: 7, fee: FEE, validUntilMs: null };
    const reason = (changed: SmartAccount) => reasonOf(() => codec.build(coin(1n), { ...context, smart: changed }));
    expect(reason(with_({ account: another.account }))).toEqual(['PAYLOAD_UNDECODABLE', 'wallet_mismatch']);
    expect(reason(with_({ kind: 'diamond' }))).toEqual(['PAYLOAD_UNDECODABLE', 'account_kind_unknown']);
    expect(reason(with_({ sender: `eip155:1:${sender.address}` as SmartAccount['sender'] }))).toEqual(['REQUEST_INVALID', undefined]);
    expect(reason(with_({ sender: stranger.wallet }))).toEqual(['REQUEST_INVALID', undefined]);
    expect(reason(with_({ terms: another.terms }))).toEqual(['REQUEST_INVALID', undefined]);
    for (const name of ['manager', 'owner', 'delegation.0', 'logicalOr']) {
      const { [name]: _gone, ...terms } = smart.terms;
      expect(reason(with_({ terms })), name).toEqual(['REQUEST_INVALID', undefined]);
      expect(reason(with_({ terms: { ...smart.terms, [name]: '0x12' } })), name).toEqual(['REQUEST_INVALID', undefined]);
    }
    const tx = built(coin(1n));
    expect(reasonOf(() => codec.decode({ ...tx, smart: another }))).toEqual(['PAYLOAD_UNDECODABLE', 'wallet_mismatch']);
    expect(reasonOf(() => codec.decode({ ...tx, smart: with_({ kind: 'diamond' }) }))).toEqual([
      'PAYLOAD_UNDECODABLE',
      'account_kind_unknown',
    ]);
    expect(codec.decode({ ...tx, smart: with_({ terms: another.terms }) }).effects[1]).toMatchObject(UNKNOWN);
  });
});

describe('a signature', () => {
  it('is the sender’s, and the signed transaction names the account', async () => {
    const tx = built(coin(1n));
    const hash = codec.signingHash(tx.payload);
    const signed = codec.assemble(tx, await sender.sign(hash));
    expect(signed).toMatchObject({ wallet: smart.account, smart, slot: 7 });
    const stolen = await stranger.sign(hash);
    expect(reasonOf(() => codec.assemble(tx, stolen))).toEqual(['SIGNATURE_INVALID', 'another_key']);
    expect(codec.coSigning?.(tx.payload)).toBeUndefined();
  });
});
