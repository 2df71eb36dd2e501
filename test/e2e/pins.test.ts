import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keccak256, toHex } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { bytes, connect, on } from '../evm/chain-fixture.ts';
import { BOB, CAROL, CHAIN, FREE, openBench, sentBy } from './bench.ts';

const IMPLEMENTATION = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';
/** A proxy of EIP-1967: hands every call on to what stands in its slot. */
const PROXY = `0x365f5f375f5f365f7f${IMPLEMENTATION.slice(2)}545af43d5f5f3e6036573d5ffd5b3d5ff3`;
/** Answers every call with one address. */
const answering = (address: string): string => `0x73${address.slice(2).toLowerCase()}5f5260205ff3`;
const desk = '0x00000000000000000000000000000000000de5c0';
const first = '0x0000000000000000000000000000000000c0de01';
const second = '0x0000000000000000000000000000000000c0de02';
const hashOf = (code: string): string => toHex(keccak256(bytes(code)));
const word = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
  await anvil.rpc('anvil_setCode', [first, answering(BOB)]);
  await anvil.rpc('anvil_setCode', [second, answering(CAROL)]);
  await anvil.rpc('anvil_setCode', [desk, PROXY]);
  await reset();
});
afterAll(async () => {
  await anvil.stop();
});
const setSlot = (slot: string, address: string): Promise<unknown> => anvil.rpc('anvil_setStorageAt', [desk, slot, word(address)]);
const reset = async (): Promise<void> => {
  await setSlot(IMPLEMENTATION, first);
  await setSlot(ADMIN, BOB);
};
const PINS = { codeHash: `0x${hashOf(PROXY)}`, implementation: first, admin: BOB, owner: BOB };
const permitted = (pins: object) => ({
  agents: { a1: { ...FREE, allowedContracts: [{ address: desk, selectors: ['0x5c36b186'], ...pins }] } },
});
const call = (id: string) => ({ id, to: desk, value: '0', data: '0x5c36b186', type: 'contract_call' });

describe('what a contract is made of', () => {
  it('is read off the chain: code, slots of a proxy, minimal proxies, delegations and owner', async () => {
    const { node } = connect(anvil);
    const [clone, account] = ['0x0000000000000000000000000000000000c0de03', '0x0000000000000000000000000000000000c0de04'];
    await anvil.rpc('anvil_setCode', [clone, `0x363d3d373d3d3d363d73${first.slice(2)}5af43d82803e903d91602b57fd5bf3`]);
    await anvil.rpc('anvil_setCode', [account, `0xef0100${second.slice(2)}`]);
    const facts = await node.inspect?.([desk, clone, account, '0x0000000000000000000000000000000000c0de05'].map(on));
    expect(facts).toEqual([
      { account: on(desk), codeHash: hashOf(PROXY), implementation: on(first), admin: on(BOB), owner: on(BOB) },
      expect.objectContaining({ implementation: on(first), admin: null, owner: on(BOB) }),
      expect.objectContaining({ implementation: on(second), owner: on(CAROL) }),
      { account: on('0x0000000000000000000000000000000000c0de05'), codeHash: null, implementation: null, admin: null, owner: null },
    ]);
    await node.close();
  });
});

describe('a listed contract that is pinned', () => {
  it('is called while it is what was listed', async () => {
    await using bench = await openBench(anvil, permitted(PINS));
    const done = await bench.security.agent('a1').execute(call('c1'));
    expect(done.status, JSON.stringify(done.reasons)).toBe('success');
    expect(done.decision.facts[`contract.${on(desk)}`]).toMatchObject({ codeHash: hashOf(PROXY), implementation: on(first) });
  });

  it.each([
    ['codeHash', { codeHash: '11'.repeat(32) }, 'bytecode_hash_mismatch'],
    ['implementation', { implementation: second }, 'bytecode_hash_mismatch'],
    ['admin', { admin: CAROL }, 'owner_address_mismatch'],
    ['owner', { owner: CAROL }, 'owner_address_mismatch'],
    ['expiry', { expiresAt: 1 }, 'contract_entry_expired'],
  ])('is denied where its %s is another', async (_field, pins, code) => {
    await using bench = await openBench(anvil, permitted({ ...PINS, ...pins }));
    const denied = await bench.security.agent('a1').execute(call('c1'));
    expect([denied.status, denied.reasons.map((reason) => reason.code)]).toEqual(['policy_rejected', [code]]);
    expect(await sentBy(anvil, bench.wallet)).toBe(0);
  });

  it('is not taken at its word where one of its pins is no address: the policy is refused', async () => {
    await expect(openBench(anvil, permitted({ owner: '0x12' }))).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it.each([
    ['is upgraded', () => setSlot(IMPLEMENTATION, second), 'bytecode_hash_mismatch'],
    ['gets another admin', () => setSlot(ADMIN, CAROL), 'owner_address_mismatch'],
  ])('that %s between decision and signature is not signed for, and the room is free again', async (_what, attack, code) => {
    await using bench = await openBench(anvil, permitted(PINS));
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const held = await agent.authorize(call('c1'));
    expect([held.approved, held.escalated]).toEqual([true, false]);
    await attack();
    const stopped = await agent.execute(call('c1'));
    expect([stopped.status, stopped.reasons[0]?.code, stopped.txHash]).toEqual(['execution_failed', code, undefined]);
    expect(await sentBy(anvil, wallet)).toBe(0);
    await reset();
    const done = await agent.execute(call('c1'));
    expect(done.status, JSON.stringify(done.reasons)).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('is denied where nobody can tell what it is made of', async () => {
    const { createEvmAdapter } = await import('../../src/adapters/evm/index.ts');
    const { systemClock } = await import('../../src/adapters/host/index.ts');
    const adapter = createEvmAdapter({
      chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }],
      clock: systemClock(),
    });
    const node = { ...adapter.node(on(desk).slice(0, CHAIN.length) as never), inspect: () => Promise.reject(new Error('away')) };
    const chains = [{ create: () => ({ ...adapter, node: () => node }) }];
    await using bench = await openBench(anvil, { ...permitted(PINS), chains });
    const denied = await bench.security.agent('a1').execute(call('c1'));
    expect([denied.status, denied.reasons[0]?.code, denied.reasons[0]?.retryable]).toEqual([
      'policy_rejected',
      'bytecode_hash_mismatch',
      true,
    ]);
  });
});
