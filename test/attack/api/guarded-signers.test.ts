import { createWalletClient, http, parseTransaction, serializeTransaction, type TransactionSerializableEIP1559 } from 'viem';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { toGuardedAccount } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { ASKS, BOB, CAROL, FREE, fund, openBench, sentBy, stranger } from '../../e2e/bench.ts';
import { bytes } from '../../evm/chain-fixture.ts';
import { codeOf, endOf, nothingSent, pay } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** The code behind an error of viem's own form. */
const causeOf = async (run: () => Promise<unknown> | undefined): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return (error as { readonly cause?: { readonly code?: unknown } }).cause?.code;
  }
  return 'nothing thrown';
};

describe('a request id', () => {
  it('of one agent is not another’s: neither its answer, nor its decision, nor its payment', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, a2: FREE } });
    const { security, wallet } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    await fund(anvil, other.address);
    const mine = await security.agent('a1').execute(pay('same'));
    const theirs = await security.agent('a2').execute(pay('same'));
    expect([mine.status, theirs.status]).toEqual(['success', 'success']);
    expect(theirs.txHash).not.toBe(mine.txHash);
    expect([await sentBy(anvil, wallet), await sentBy(anvil, other)]).toEqual([1, 1]);
    expect(await security.agent('a2').explain(mine.decision.id)).toBeUndefined();
    for (const odd of ['', '../', null, {}, mine.decision.id.slice(0, -1), `${mine.decision.id}\u200b`])
      expect(await security.agent('a1').explain(odd as string)).toBeUndefined();
  });

  it('that was denied is not tried again until something else says yes', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    expect(endOf(await security.agent('a1').execute(pay('r', { amount: '5' })))).toBe('per_transaction_limit');
    await security.policy.updateAgent('a1', { limits: { perTransaction: '10', daily: '50' } });
    expect((await security.agent('a1').execute(pay('r', { amount: '5' }))).status).toBe('policy_rejected');
    expect(endOf(await security.agent('a1').execute(pay('r', { amount: '0.1' })))).toBe('request_id_reused');
    await nothingSent(anvil, bench);
  });

  it('that is sent eight times at once with eight bodies pays one of them', async () => {
    await using bench = await openBench(anvil);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => bench.security.agent('a1').execute(pay('r', { amount: `0.00${n + 1}` }))),
    );
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(1);
    expect(results.filter((result) => endOf(result) === 'request_id_reused')).toHaveLength(7);
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });
});

describe('a guarded signer', () => {
  const transfer = (over: Partial<TransactionSerializableEIP1559> = {}): TransactionSerializableEIP1559 => ({
    type: 'eip1559',
    chainId: 31337,
    nonce: 0,
    gas: 30_000n,
    to: BOB as `0x${string}`,
    value: 10n ** 15n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    ...over,
  });
  const unsigned = (over?: Partial<TransactionSerializableEIP1559>) => bytes(serializeTransaction(transfer(over)));

  it('signs no message, no typed data, no hash and no delegation that no policy allows', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, signatures: { messages: 'deny' } } } });
    const account = toGuardedAccount(bench.security.agent('a1'), bench.wallet);
    const permit = {
      domain: { chainId: 31337, verifyingContract: CAROL },
      types: { Permit: [{ name: 'spender', type: 'address' }] },
      primaryType: 'Permit',
      message: { spender: CAROL },
    } as const;
    expect(await causeOf(() => account.signMessage({ message: 'I owe you everything' }))).toBe('REQUEST_DENIED');
    expect(await causeOf(() => account.signTypedData(permit as never))).toBe('REQUEST_DENIED');
    expect(await codeOf(() => account.sign?.({ hash: `0x${'11'.repeat(32)}` }))).toBe('SIGNING_CLOSED');
    for (const chainId of [0, 31337])
      expect(await causeOf(() => account.signAuthorization?.({ contractAddress: CAROL, chainId, nonce: 0 } as never))).toBe(
        'REQUEST_DENIED',
      );
  });

  it('signs no transaction of another form, chain, wallet or place', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, a2: FREE } });
    const { security, wallet } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    const sign = (over: object) =>
      codeOf(() =>
        security.agent('a1').signTransaction({ chain: 'eip155:31337' as never, wallet: wallet.account, bytes: unsigned(), ...over }),
      );
    const delegating = serializeTransaction({
      ...transfer(),
      type: 'eip7702',
      authorizationList: [{ address: CAROL, chainId: 31337, nonce: 0, r: `0x${'11'.repeat(32)}`, s: `0x${'11'.repeat(32)}`, yParity: 0 }],
    } as never);
    const legacy = serializeTransaction({ type: 'legacy', chainId: 31337, nonce: 0, gas: 21_000n, to: BOB, gasPrice: 1n } as never);
    for (const over of [
      { bytes: bytes(delegating) },
      { bytes: bytes(legacy) },
      { bytes: unsigned({ chainId: 1 }) },
      { chain: 'eip155:1' },
      { wallet: other.account },
      { bytes: unsigned({ nonce: 1 }) },
      { bytes: unsigned({ nonce: 99 }) },
    ])
      expect(await sign(over), JSON.stringify(over).slice(0, 60)).toBe('REQUEST_DENIED');
    expect(await sign({})).toBe('passed');
  });

  it('takes no bytes with something behind them, or in a second encoding', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    const sign = (made: Uint8Array) =>
      codeOf(() => security.agent('a1').signTransaction({ chain: 'eip155:31337' as never, wallet: wallet.account, bytes: made }));
    const good = unsigned();
    const zeroed = Uint8Array.from(good);
    for (const made of [
      Uint8Array.from([...good, 0]),
      good.slice(0, -1),
      Uint8Array.from([2, 0xf8, ...good.slice(2)]),
      Uint8Array.from([...good, ...good]),
      zeroed.fill(0),
    ])
      expect(await sign(made)).toBe('REQUEST_DENIED');
    await nothingSent(anvil, bench);
  });

  it('never signs two transactions for one place, though asked for both at once', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    const [thief, shop] = [stranger(), stranger()];
    const results = await Promise.allSettled(
      [thief, shop].map((to) =>
        security
          .agent('a1')
          .signTransaction({ chain: 'eip155:31337' as never, wallet: wallet.account, bytes: unsigned({ to: to as never }) }),
      ),
    );
    const signed = results.flatMap((result) =>
      result.status === 'fulfilled' ? [parseTransaction(`0x${toHex(result.value.raw)}`).nonce ?? 0] : [],
    );
    expect(signed).toEqual([0]);
  });

  it('does not hand out what only a person may allow', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS } });
    const account = toGuardedAccount(bench.security.agent('a1'), { address: bench.wallet.address });
    const client = createWalletClient({ account, chain: foundry, transport: http(anvil.rpcUrl) });
    for (let n = 0; n < 3; n += 1) await expect(client.sendTransaction({ to: BOB, value: 10n ** 17n })).rejects.toThrow();
    await nothingSent(anvil, bench);
  });
});
