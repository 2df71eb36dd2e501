import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeDigest, excessOf, missingFrom } from '../../src/authz/index.ts';
import type { Action, SimulationReport } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy, WEIRD_TOKENS } from '../fixtures/evm-contracts.ts';
import { sendFrom } from '../fixtures/send-raw.ts';
import { assetOf, calling, connect, on, signer } from './chain-fixture.ts';

const MAX = 2n ** 256n - 1n;
const alice = signer(1);
const bob = signer(2);
const keeper = signer(0);
const tokens = new Map<string, Deployed>();
let anvil: Anvil;
let chain: ReturnType<typeof connect>;
const named = (name: (typeof WEIRD_TOKENS)[number]): Deployed => tokens.get(name) as Deployed;

beforeAll(async () => {
  anvil = await startAnvil();
  for (const name of WEIRD_TOKENS) {
    const args = name === 'SecondDoor' ? [named('FirstDoor').address] : name === 'Upgradable' ? [named('NoReturn').address] : [];
    tokens.set(name, await deploy(anvil, name, args));
    if (name !== 'SecondDoor' && name !== 'Upgradable') await named(name).send('mint', [alice.address, 1_000n]);
  }
  const proxied = named('NoReturn').data('mint', [alice.address, 1_000n]);
  await sendFrom(anvil, { from: keeper.address, to: named('Upgradable').address, data: proxied });
  const list = [...tokens].map(([symbol, { address }]) => ({ symbol, address, decimals: symbol === 'Small' ? 0 : 18 }));
  chain = connect(anvil, { tokens: list });
});
afterAll(async () => {
  await chain?.node.close();
  await anvil?.stop();
});

/** The report, and what layer 8 would make of it. */
async function judged(action: Action) {
  const tx = await chain.build(alice, action);
  const report = await chain.node.simulate(tx, {});
  const { effects } = chain.adapter.codec.decode(tx);
  const excess = excessOf(effects, report.effects, { wallet: alice.wallet, declared: { asset: null, amount: null, destination: null } });
  const missing = missingFrom(report.effects, effects, alice.wallet);
  return { report, no: [...report.errors, ...excess.unintended, ...missing.told] };
}
const pay = (name: (typeof WEIRD_TOKENS)[number], amount: bigint): Action => ({
  kind: 'transfer',
  asset: assetOf(named(name).address),
  amount,
  to: bob.wallet,
});
const moves = ({ changes }: SimulationReport) =>
  Object.fromEntries((changes ?? []).map(({ account, asset, delta }) => [`${account.slice(-4)} ${asset.slice(-4)}`, delta]));
const of = (account: string, name: (typeof WEIRD_TOKENS)[number]): string => `${account.slice(-4)} ${named(name).address.slice(-4)}`;

describe('tokens that are strange and harmless', () => {
  it.each(['NoReturn', 'SaysNo', 'Hooked', 'Upgradable', 'Small', 'Guarded'] as const)('%s: the whole payment is seen', async (name) => {
    const { report, no } = await judged(pay(name, 100n));
    expect(no).toEqual([]);
    expect(moves(report)).toEqual({ [of(alice.address, name)]: -100n, [of(bob.address, name)]: 100n });
  });

  it('an allowance that is cut to 96 bits is as good as unlimited', async () => {
    const { report, no } = await judged({ kind: 'approve', asset: assetOf(named('Small').address), amount: MAX, spender: bob.wallet });
    expect([no, report.effects]).toMatchObject([[], [{ kind: 'allowance', spender: bob.wallet, amount: 'unlimited' }]]);
  });

  it('an allowance that was there before is shown again', async () => {
    await named('Small').send('approve', [bob.address, 7n], { from: alice.address });
    const { report, no } = await judged({ kind: 'approve', asset: assetOf(named('Small').address), amount: 7n, spender: bob.wallet });
    expect([no, report.effects]).toMatchObject([[], [{ kind: 'allowance', spender: bob.wallet, amount: 7n }]]);
  });
});

describe('tokens that do something else than the bytes', () => {
  it('does nothing and says yes: contradicted, payment and allowance', async () => {
    const paid = await judged(pay('DoesNothing', 100n));
    expect(paid.report).toMatchObject({ success: true, changes: [] });
    expect(paid.no).toEqual([expect.stringContaining('leaves by the bytes and not in the simulation')]);
    const asset = assetOf(named('DoesNothing').address);
    const allowed = await judged({ kind: 'approve', asset, amount: 5n, spender: bob.wallet });
    expect(allowed.no).toEqual([expect.stringContaining('an allowance to')]);
  });

  it('keeps a part: it goes to another account', async () => {
    const { report, no } = await judged(pay('TakesFee', 100n));
    expect(moves(report)).toMatchObject({ [of(alice.address, 'TakesFee')]: -100n, [of(bob.address, 'TakesFee')]: 90n });
    expect(no).toEqual([expect.stringContaining('to another account')]);
  });

  it('takes more than asked', async () => {
    const { no } = await judged(pay('TakesMore', 100n));
    expect(no).toContainEqual(expect.stringContaining('leaves that the bytes do not show'));
  });

  it('rebases: what is held by then is something else', async () => {
    const { report, no } = await judged(pay('Rebases', 100n));
    expect(moves(report)).toMatchObject({ [of(alice.address, 'Rebases')]: 800n });
    expect(no).toEqual([expect.stringContaining('leaves by the bytes and not in the simulation')]);
  });

  it('sends all there is where all that can be is asked for', async () => {
    const { no } = await judged(pay('Small', MAX));
    expect(no).toEqual([expect.stringContaining('leaves by the bytes and not in the simulation')]);
  });

  it('moves the balance of another address', async () => {
    const { report, no } = await judged(pay('SecondDoor', 100n));
    expect(moves(report)).toMatchObject({ [of(alice.address, 'FirstDoor')]: -100n });
    expect(no).toContainEqual(expect.stringContaining(`${named('FirstDoor').address} leaves that the bytes do not show`));
  });

  it.each([
    ['paused', 'pause', [true], [false]],
    ['blocked', 'forbid', [bob.address, true], [bob.address, false]],
  ] as const)('refuses while %s', async (word, method, begin, end) => {
    await named('Guarded').send(method, begin);
    expect((await judged(pay('Guarded', 100n))).no).toContain(`reverted: "${word}"`);
    await named('Guarded').send(method, end);
  });

  it('refuses nothing, and one allowance after another', async () => {
    const guarded = named('Guarded');
    expect((await judged(calling(guarded.address, guarded.data('transfer', [bob.address, 0n])))).no).toContain('reverted: "zero"');
    await guarded.send('approve', [bob.address, 1n], { from: alice.address });
    const again = await judged({ kind: 'approve', asset: assetOf(guarded.address), amount: 2n, spender: bob.wallet });
    expect(again.no).toContain('reverted: "not from one to another"');
  });

  it('is upgraded: the code of the report is another', async () => {
    const before = (await judged(pay('Upgradable', 1n))).report;
    expect(before.code).toMatchObject([{ account: on(named('Upgradable').address), implementation: on(named('NoReturn').address) }]);
    await named('Upgradable').send('upgrade', [named('TakesMore').address]);
    const { report, no } = await judged(pay('Upgradable', 100n));
    expect(no).toContainEqual(expect.stringContaining('leaves that the bytes do not show'));
    expect(codeDigest(report.code ?? [])).not.toBe(codeDigest(before.code ?? []));
  });
});
