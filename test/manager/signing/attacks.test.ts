import { serializeTransaction } from 'viem';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import type { SignatureOrder } from '../../../src/index.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { bytes } from '../../evm/chain-fixture.ts';
import { AGENT, type Bench, CHAIN, openBench, order, outcome, permit, SHOP, THIEF, text, USD, usd } from './fixture.ts';

const KEYS = { encryptionKey: '9a'.repeat(32) };
const at = { leaf: '0', source: 'bytes' } as const;

describe('what a signature lets others do is judged as if they did it', () => {
  it('denies spenders, amounts, rights and unreadable words that the same transaction would be denied for', async () => {
    await using bench = await openBench();
    const { wallet, sign } = bench;
    const account = (address: string) => `${CHAIN}:${address}` as never;
    const effects = (...list: readonly object[]): SignatureOrder => order({ effects: list as never });
    const owner = wallet.account;
    const cases: readonly (readonly [SignatureOrder, string])[] = [
      [permit(wallet, THIEF, usd(1)), 'allowance_not_allowed'],
      [permit(wallet, SHOP, usd(101)), 'per_transaction_limit'],
      [
        effects({ ...at, kind: 'allowance', owner, spender: account(SHOP), asset: USD, amount: 'unlimited', expiresAtMs: null }),
        'allowance_not_allowed',
      ],
      [
        effects({ ...at, kind: 'operator', owner, operator: account(SHOP), collection: account(THIEF), approved: true }),
        'operator_not_allowed',
      ],
      [effects({ ...at, kind: 'delegation', account: owner, delegate: account(SHOP), scope: 'everything' }), 'delegation_not_allowed'],
      [effects({ ...at, kind: 'control', account: owner, aspect: 'code', to: account(THIEF) }), 'control_not_allowed'],
      [effects({ ...at, kind: 'hazard', account: owner, hazard: 'valid_on_every_chain', detail: 'chain 0' }), 'hazard_not_allowed'],
      [effects({ ...at, kind: 'unknown', contract: account(THIEF), selector: '0x12345678', detail: 'Mystery' }), 'effect_unknown'],
      [effects(), 'policy_no_match'],
      [permit(wallet, SHOP, usd(1), { expiresAtMs: 1_000 }), 'request_malformed'],
      [permit(wallet, SHOP, usd(1), { standard: 'wrong_digest' }), 'payload_undecodable'],
      [{ kind: 'typed_data', json: '{' }, 'payload_undecodable'],
      [{ kind: 'typed_data', json: 'boom' }, 'payload_undecodable'],
      [{ kind: 'authorization', chainId: '0', address: THIEF, nonce: '0' }, 'payload_undecodable'],
    ];
    for (const [asked, reason] of cases) expect(await outcome(sign(asked)), JSON.stringify(asked)).toBe(`REQUEST_DENIED ${reason}`);
    expect((await bench.security.exposure('a1')).signatures).toEqual([]);
  });

  it('allows an unknown type where the policy lists exactly its contract and selector', async () => {
    const allowedContracts = [{ address: SHOP, selectors: ['0x12345678'] }];
    await using bench = await openBench({ agents: { a1: { ...AGENT, allowedContracts } } });
    const mystery = (selector: string) =>
      order({ effects: [{ ...at, kind: 'unknown', contract: `${CHAIN}:${SHOP}` as never, selector, detail: 'Mystery' }] });
    expect(await outcome(bench.sign(mystery('0x12345678')))).toBe('signed');
    expect(await outcome(bench.sign(mystery('0x12345679')))).toBe('REQUEST_DENIED effect_unknown');
  });

  it('denies what is malformed, another’s, on another chain, or a transaction in disguise', async () => {
    await using bench = await openBench({ agents: { a1: AGENT, a2: AGENT } });
    const { security, wallet, sign } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    const base = { chain: CHAIN, wallet: wallet.account, order: permit(wallet, SHOP, usd(1)) };
    const ask = (input: unknown) => outcome(security.agent('a1').signOrder(input as never));
    expect(await ask({ ...base, wallet: other.account })).toBe('REQUEST_DENIED agent_not_wallet_owner');
    expect(await ask({ ...base, chain: 'eip155:1' })).toBe('REQUEST_DENIED chain_not_allowed');
    expect(await ask({ ...base, chain: 'nonsense' })).toBe('REQUEST_DENIED request_malformed');
    for (const odd of [
      undefined,
      null,
      7,
      {},
      { ...base, extra: 1 },
      { ...base, order: { kind: 'raw', hash: 'aa' } },
      { ...base, order: undefined },
    ])
      expect(await ask(odd)).toBe('REQUEST_DENIED request_malformed');
    expect(await outcome(security.agent('nobody').signOrder(base))).toBe('REQUEST_DENIED agent_unknown');
    const transaction = bytes(
      serializeTransaction({
        type: 'eip1559',
        chainId: 31337,
        nonce: 0,
        gas: 21_000n,
        to: THIEF as `0x${string}`,
        value: 1n,
        maxFeePerGas: 1n,
      }),
    );
    expect(await outcome(sign({ kind: 'message', bytes: transaction }))).toBe('REQUEST_DENIED payload_undecodable');
    expect(await outcome(sign(text('x'.repeat(10_000))))).toBe('signed');
    expect(await outcome(sign(text('x'.repeat(200_000))))).toBe('REQUEST_DENIED request_malformed');
  });

  it('a buffer that changes during the call changes nothing', async () => {
    await using bench = await openBench();
    const asked = text('I agree to the terms');
    const running = bench.sign(asked, 'words');
    if (asked.kind === 'message') asked.bytes.fill(65);
    expect(await running).toEqual(await bench.sign(text('I agree to the terms'), 'words'));
  });
});

describe('room in the ledger', () => {
  it('counts signatures that are out, one by one and all at once', async () => {
    await using bench = await openBench();
    const { wallet, sign } = bench;
    const amounts = [100, 100, 51, 50];
    const seen: string[] = [];
    for (const amount of amounts) seen.push(await outcome(sign(permit(wallet, SHOP, usd(amount)))));
    expect(seen).toEqual(['signed', 'signed', 'REQUEST_DENIED window_limit', 'signed']);
    await using crowd = await openBench();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => outcome(crowd.sign(permit(crowd.wallet, SHOP, usd(25), { nonce: String(index) })))),
    );
    expect(all.filter((one) => one === 'signed')).toHaveLength(10);
    expect(new Set(all)).toEqual(new Set(['signed', 'REQUEST_DENIED window_limit']));
  });

  it('is not taken by a refusal, and an id stands for one order', async () => {
    await using bench = await openBench();
    const { wallet, sign } = bench;
    expect(await outcome(sign(permit(wallet, THIEF, usd(100)), 'one'))).toBe('REQUEST_DENIED allowance_not_allowed');
    expect(await outcome(sign(permit(wallet, SHOP, usd(100)), 'one'))).toBe('REQUEST_DENIED request_id_reused');
    expect(await outcome(sign(permit(wallet, SHOP, usd(100)), 'two'))).toBe('signed');
    expect(await outcome(sign(permit(wallet, SHOP, usd(99)), 'two'))).toBe('REQUEST_DENIED request_id_reused');
    const paid = await bench.security.agent('a1').execute({ id: 'two', to: SHOP, amount: '1', asset: 'USD' });
    expect(paid.reasons[0]?.code).toBe('request_id_reused');
    const [asset] = (await bench.security.getHealth()).exposure ?? [];
    expect(asset).toEqual({ asset: USD, pending: '0', signatures: usd(100).toString(), allowances: '0' });
  });
});

describe('between decision and signature', () => {
  /** A bench whose next redeem is preceded by `act`. */
  async function interrupted(act: (bench: Bench) => Promise<unknown>): Promise<Bench> {
    let armed = true;
    let bench: Bench | undefined;
    const { factory } = hookedStore(
      {
        beforeApply: async (commands) => {
          if (!armed || bench === undefined || !commands.some(({ kind }) => kind === 'permit.redeem')) return;
          armed = false;
          await act(bench);
        },
      },
      { clock: systemClock() },
    );
    bench = await openBench({ store: factory, keys: KEYS });
    return bench;
  }

  it('the kill switch wins: nothing is signed, and nothing that was signed is handed out', async () => {
    await using bench = await interrupted(({ security }) => security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' }));
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(10)), 'one'))).toBe('PERMIT_REFUSED halted');
    expect((await bench.security.exposure()).signatures).toEqual([]);
    await using signed = await openBench();
    const asked = permit(signed.wallet, SHOP, usd(10));
    await signed.sign(asked, 'one');
    await signed.security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    expect(await outcome(signed.sign(asked, 'one'))).toBe('HALTED halted');
    expect(await outcome(signed.sign(asked, 'two'))).toBe('REQUEST_DENIED halted');
  });

  it('a new policy voids the permit, and the order is decided anew by it', async () => {
    await using bench = await interrupted(({ security }) =>
      security.policy.updateAgent('a1', { ...AGENT, capabilities: { approvals: { enabled: true, spenders: [THIEF] } } }),
    );
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(10)), 'one'))).toBe('REQUEST_DENIED allowance_not_allowed');
  });

  it('a crash after redeeming is completed with the very same bytes, by the next process', async () => {
    let isCrashing = true;
    const { factory } = hookedStore(
      {
        beforeApply: (commands) => {
          const isStoring = commands.some((command) => command.kind === 'ledger.settle' && (command as { to?: string }).to === 'signed');
          if (isStoring && isCrashing) throw new Error('the power is gone');
        },
      },
      { clock: systemClock() },
    );
    const first = await openBench({ store: factory, keys: KEYS });
    const asked = permit(first.wallet, SHOP, usd(10), { nonce: '0' });
    expect(await outcome(first.sign(asked, 'one'))).not.toBe('signed');
    expect((await first.security.exposure('a1')).signatures[0]).toMatchObject({ state: 'redeemed', requestId: 'one' });
    await first.security.shutdown(500);
    isCrashing = false;
    await using next = await openBench({ store: factory, keys: KEYS });
    const { signature } = await next.sign(asked, 'one');
    expect(await next.sign(asked, 'one')).toMatchObject({ signature });
    expect((await next.security.exposure('a1')).signatures).toHaveLength(1);
    expect(await outcome(next.sign(permit(next.wallet, SHOP, usd(11)), 'one'))).toBe('REQUEST_DENIED request_id_reused');
  });
});
