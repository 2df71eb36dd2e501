import { Dictionary, type ShardAccount } from '@ton/core';
import { WalletContractV5R1 } from '@ton/ton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createTonAdapter } from '../../src/adapters/ton/index.ts';
import type { AccountId, ChainAdapter, ChainId, ChainNode, DecodedTransaction, SimulationReport } from '../../src/core/index.ts';
import { parseAccount } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, type RawWallet, rawWallet, signingBytes, type WalletAction } from '../fixtures/ton-deploy.ts';
import { HAZARD_CASES, type HazardWorld, hazardWorld } from './hazard-cases.ts';
import { openBench } from './sandbox.ts';

let chain: TonDevChain;
let adapter: ChainAdapter;
let node: ChainNode;
let victim: RawWallet;
let world: HazardWorld;
let start: string;

beforeAll(async () => {
  chain = await startTonDevChain();
  victim = await rawWallet(chain, 'victim', 1_000_000_000n);
  await victim.pay({ to: victim.address, value: 1n, bounce: false });
  world = await hazardWorld(chain, victim.address, 'raw');
  const tokens = [{ symbol: 'PLAIN', address: world.jetton.address.toRawString(), decimals: 0 }];
  adapter = createTonAdapter({ chains: [{ chain: chain.chain, endpoint: chain.url, tokens }], clock: systemClock() });
  node = adapter.node(chain.chain as ChainId);
  start = await chain.snapshot();
});
afterAll(async () => {
  await node?.close();
  await chain?.close();
});

describe('without a gate', () => {
  afterAll(() => chain.revert(start));

  it.each(HAZARD_CASES)('$name', async ({ actions, twin, strike, measure, hurt }) => {
    await chain.revert(start);
    start = await chain.snapshot();
    const before = await measure(world);
    await victim.send(actions(world));
    await strike?.(world);
    expect(hurt(before, await measure(world))).toBe(true);
    await chain.revert(start);
    start = await chain.snapshot();
    await victim.send(twin(world));
    await strike?.(world);
    expect(hurt(before, await measure(world))).toBe(false);
  });

  it('the other currency goes where the wallet has it', async () => {
    const bench = await openBench();
    const { publicKey, secretKey } = keysOf('rich');
    const rich = bench.blockchain.openContract(WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -3 } }));
    const [user, shop] = [await bench.user('ann'), await bench.user('shop')];
    await bench.send(user, rich.address, 5_000_000_000n, undefined, { bounce: false });
    const { account } = (await bench.blockchain.getContract(rich.address)) as { account: ShardAccount };
    const held = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).set(100, 9n);
    if (account.account) account.account.storage.balance.other = held;
    await bench.blockchain.setShardAccount(rich.address, account);
    const last = HAZARD_CASES.at(-1)?.actions({ ...world, shop: shop.address }) ?? [];
    await rich.send(rich.createRequest({ seqno: 0, actions: [...last], secretKey, authType: 'external' }));
    const other = (await bench.blockchain.getContract(shop.address)).account.account?.storage.balance.other;
    expect(other?.get(100)).toBe(5n);
  });
});

describe('through the adapter', () => {
  const wallet = (): AccountId => parseAccount(world.wallet.toRawString(), chain.chain as ChainId);

  /** What the adapter sees in the bytes, and in a dry run of them. */
  async function look(
    actions: readonly WalletAction[],
  ): Promise<{ readonly decoded: DecodedTransaction; readonly report: SimulationReport }> {
    const validUntil = Math.floor(Date.now() / 1000) + 60;
    const bytes = await signingBytes(chain, actions, { seqno: await victim.contract.getSeqno(), validUntil });
    const adopted = adapter.codec.adopt(bytes, chain.chain as ChainId, wallet(), new Uint8Array(victim.keys.publicKey));
    const facts = await node.survey?.({ kind: 'transaction', bytes }, wallet());
    const tx = { ...adopted, ...(facts === undefined ? {} : { facts }) };
    return { decoded: adapter.codec.decode(tx), report: await node.simulate(tx, {}) };
  }

  const alarms = ({ effects }: DecodedTransaction) =>
    effects.filter(({ kind }) => kind === 'hazard' || kind === 'deploy' || kind === 'control' || kind === 'unknown');

  it.each(HAZARD_CASES)('$name', async ({ actions, twin, effect, simulated }) => {
    const { decoded, report } = await look(actions(world));
    if (effect === null) expect(alarms(decoded)).toEqual([]);
    else expect(decoded.effects).toContainEqual(expect.objectContaining(effect));
    if (simulated !== undefined) {
      expect(report.success).toBe(false);
      expect(report.errors.join('; ')).toContain(simulated);
    }
    const innocent = await look(twin(world));
    expect(alarms(innocent.decoded)).toEqual([]);
    expect(innocent.decoded.complete).toBe(true);
    expect(innocent.report).toMatchObject({ success: true, errors: [] });
  });
});
