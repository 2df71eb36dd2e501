import {
  createPublicClient,
  createWalletClient,
  http,
  parseTransaction,
  serializeTransaction,
  type TransactionSerializableEIP1559,
} from 'viem';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { toHex } from '../../src/core/digest.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import { createSecurityManager } from '../../src/index.ts';
import { toGuardedAccount } from '../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { bytes } from '../evm/chain-fixture.ts';
import { ASKS, BOB, balanceOf, configOf, type Given, hookedStore, openBench, sentBy, stranger } from './bench.ts';

const CHAIN_ID = 'eip155:31337' as never;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const transfer = (nonce: number, to = BOB, value = 10n ** 15n): TransactionSerializableEIP1559 => ({
  type: 'eip1559',
  chainId: 31337,
  nonce,
  gas: 30_000n,
  to: to as `0x${string}`,
  value,
  maxFeePerGas: 10n ** 10n,
  maxPriorityFeePerGas: 1_234n,
});
const unsigned = (transaction: TransactionSerializableEIP1559): Uint8Array => bytes(serializeTransaction(transaction));

describe('signing what somebody else built', () => {
  it('signs exactly those bytes, and another place in the sequence is a denial', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const sign = (transaction: TransactionSerializableEIP1559) =>
      agent.signTransaction({ chain: CHAIN_ID, wallet: wallet.account, bytes: unsigned(transaction) });
    for (const nonce of [1, 2, 99])
      await expect(sign(transfer(nonce))).rejects.toMatchObject({
        code: 'REQUEST_DENIED',
        details: { reason: 'slot_taken', verdict: 'denied' },
      });
    const asked = transfer(0);
    const { raw } = await sign(asked);
    const { r: _r, s: _s, v: _v, yParity: _y, ...fields } = parseTransaction(`0x${toHex(raw)}`) as Record<string, unknown>;
    const { nonce, ...rest } = asked;
    expect({ nonce: 0, ...fields }).toMatchObject({ ...rest, nonce, to: BOB.toLowerCase() });
    await expect(sign(transfer(0, stranger())), 'the place is taken now').rejects.toMatchObject({ details: { reason: 'slot_taken' } });
    expect(await sentBy(anvil, wallet), 'handed out, not sent').toBe(0);
  });

  it('is judged: limits, foreign wallets, other chains, other forms and escalations are denied', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...ASKS }, a2: { ...ASKS } } });
    const { security, wallet } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    const sign = (input: unknown) => security.agent('a1').signTransaction(input as never);
    const base = { chain: CHAIN_ID, wallet: wallet.account, bytes: unsigned(transfer(0)) };
    await expect(sign({ ...base, bytes: unsigned(transfer(0, BOB, 5n * 10n ** 18n)) })).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { reason: 'per_transaction_limit' },
    });
    await expect(sign({ ...base, bytes: unsigned(transfer(0, BOB, 10n ** 17n)) })).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { verdict: 'escalated' },
    });
    await expect(sign({ ...base, wallet: other.account })).rejects.toMatchObject({ details: { reason: 'agent_not_wallet_owner' } });
    await expect(sign({ ...base, bytes: unsigned({ ...transfer(0), chainId: 1 }) })).rejects.toMatchObject({ code: 'REQUEST_DENIED' });
    for (const odd of [
      undefined,
      null,
      'x',
      new Uint8Array(),
      new Uint8Array([2]),
      bytes(serializeTransaction({ type: 'legacy', chainId: 31337, nonce: 0, gas: 21_000n, to: BOB, gasPrice: 1n })),
    ]) {
      await expect(sign({ ...base, bytes: odd })).rejects.toMatchObject({ name: 'CastellanError' });
    }
    await expect(sign(undefined)).rejects.toBeDefined();
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('a buffer that changes during the call changes nothing', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    const buffer = unsigned(transfer(0));
    const running = security.agent('a1').signTransaction({ chain: CHAIN_ID, wallet: wallet.account, bytes: buffer });
    buffer.set(unsigned(transfer(0, stranger())));
    expect(parseTransaction(`0x${toHex((await running).raw)}`).to).toBe(BOB.toLowerCase());
  });

  it('what was handed out is settled and booked, by the next manager too', async () => {
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    const given: Given = { store: factory, keys: { encryptionKey: '44'.repeat(32) } };
    const { security, wallet } = await openBench(anvil, given);
    const target = stranger();
    const account = toGuardedAccount(security.agent('a1'), { address: wallet.address });
    const client = createWalletClient({ account, chain: foundry, transport: http(anvil.rpcUrl) });
    const hash = await client.sendTransaction({ to: target as `0x${string}`, value: 10n ** 15n });
    await createPublicClient({ chain: foundry, transport: http(anvil.rpcUrl) }).waitForTransactionReceipt({ hash, pollingInterval: 20 });
    expect(await balanceOf(anvil, target)).toBe(10n ** 15n);
    const [open] = await store.scan('open/');
    const { agent, requestId } = (open ?? { value: {} }).value as { agent: string; requestId: string };
    await security.shutdown(500);
    const next = createSecurityManager(configOf(anvil, given));
    await next.start();
    const [row] = (await store.get([storeKey.request(agent, requestId)])) as unknown as RequestRow[];
    expect([row?.state, row?.txHash, await store.scan('open/')]).toEqual(['final', hash, []]);
    expect(BigInt(row?.booked?.lines[0]?.amount ?? 0)).toBeGreaterThan(10n ** 15n);
    await next.shutdown(500);
  });
});
