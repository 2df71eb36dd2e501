import { Address, beginCell, storeStateInit } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import { readPayload } from '../../src/adapters/ton/payload.ts';
import { writeWalletMessage } from '../../src/adapters/ton/wallet-message.ts';
import type { AccountId } from '../../src/core/ids.ts';
import { drainingExtension, eater, fakeJettonWallet, jettonMinter, thief } from '../fixtures/ton-contracts.ts';
import { jettonTransferBody } from '../fixtures/ton-messages.ts';
import { brooder, moody, muteMinter, naive, restless } from './hostile-contracts.ts';
import type { SimulationScene } from './simulation-scene.ts';
import { CHAIN, call, flows, idOf, openScene, TON, toAddress } from './simulation-scene.ts';

const ONE = 1_000_000_000n;
const somebody = (byte: number): AccountId => idOf(new Address(0, Buffer.alloc(32, byte)));

let scene: SimulationScene;
beforeAll(async () => {
  scene = await openScene();
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

describe('hostile contracts do not fool a simulation', () => {
  it('believes no token account that its minter does not know', async () => {
    const minter = await jettonMinter({ admin: scene.admin });
    const asset = await scene.mint(minter, 1_000n);
    const fake = await scene.deploy(await fakeJettonWallet({ victim: toAddress(scene.wallet), minter, balance: 9_999n }));
    const body = jettonTransferBody({ amount: 5n, to: toAddress(somebody(9)), responseTo: toAddress(scene.wallet) });
    const { report, decoded } = await scene.judge({ kind: 'calls', calls: [call(fake, ONE / 10n, body)] });
    expect(decoded.complete).toBe(false);
    expect(report.effects.filter((effect) => 'asset' in effect && effect.asset === asset)).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[fake, ONE / 10n]]);
    expect(report.warnings).toEqual([`unconfirmed_token_account: ${fake}`]);
  });

  it.each(['half-jetton-wallet', 'silent-jetton-wallet'] as const)('finds a recipient who gets less: %s', async (wallet) => {
    const minter = await jettonMinter({ admin: scene.admin, wallet, content: wallet });
    const token = await scene.mint(minter, 1_000n);
    const { report } = await scene.judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(report).toMatchObject({ success: false, errors: ['recipient_not_credited'] });
  });

  it('finds tokens that leave beside the transfer', async () => {
    const minter = await jettonMinter({ admin: scene.admin, wallet: 'greedy-jetton-wallet', content: 'greedy' });
    const token = await scene.mint(minter, 1_000n);
    const { report, excess } = await scene.judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet, token)).toEqual([
      [somebody(9), 300n],
      [idOf(minter.address), 700n],
    ]);
    expect(excess.unintended).toContain(`${token} leaves that the bytes do not show`);
  });

  it('takes a token account that falls silent for one that credited nobody', async () => {
    const token = await scene.mint(await muteMinter(scene.admin), 1_000n);
    const odd = await scene.judge({ kind: 'transfer', asset: token, amount: 301n, to: somebody(9) });
    expect(odd.report.errors).toEqual(['recipient_not_credited']);
    const even = await scene.judge({ kind: 'transfer', asset: token, amount: 300n, to: somebody(9) });
    expect(even.report.errors).toEqual([]);
  });

  it('finds a contract that acts by the time', async () => {
    const target = await scene.deploy(await moody(true));
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.success).toBe(false);
    expect(report.errors).toContain('simulation_unstable');
    expect(flows(report.effects, 'outflow', scene.wallet).length).toBe(2);
  });

  it('finds a contract that throws dice', async () => {
    const target = await scene.deploy(await moody(false));
    let found = false;
    // Two dice agree half of the time.
    for (let amount = ONE; !found && amount < ONE + 16n; amount += 1n) {
      const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount, to: target });
      found = report.errors.includes('simulation_unstable');
    }
    expect(found).toBe(true);
  });

  it('finds money that an extension takes while a payment is under way', async () => {
    await using own = await openScene({ seed: 11 });
    const extension = await drainingExtension(toAddress(own.wallet), toAddress(somebody(66)));
    await own.deploy(extension);
    const messenger = await own.deploy(await thief(extension.address));
    const base = await own.build({ kind: 'transfer', asset: TON, amount: 1n, to: somebody(9) });
    const { message } = readPayload(base.payload, CHAIN);
    const added = { kind: 'add_extension', account: idOf(extension.address) } as const;
    const { facts = [] } = base;
    await own.send({ ...own.adopt(writeBoc(writeWalletMessage({ ...message, extended: [added] }, CHAIN))), facts });
    const { report, excess } = await own.judge({ kind: 'transfer', asset: TON, amount: ONE, to: messenger });
    expect(flows(report.effects, 'outflow', own.wallet)[1]?.[0]).toBe(somebody(66));
    expect(excess.unintended).toContain(`${TON} goes to another account than the bytes show`);
  }, 30_000);

  it('pretends the wallet’s own signature and no other', async () => {
    const target = await scene.deploy(await naive());
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[target, ONE]]);
  });

  it('ends a trace that would not end', async () => {
    const target = await scene.deploy(await restless());
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: 50n * ONE, to: target });
    expect(report).toMatchObject({ success: false, coverageLevel: 'basic' });
    expect(report.errors).toContain('trace_too_long');
  });

  it('asks contracts only so much', async () => {
    const payTo = async (first: number, count: number) => {
      const made = await Promise.all(Array.from({ length: count }, (_, at) => brooder(first + at)));
      const calls = made.map(({ init, address }) => {
        const state = Buffer.from(writeBoc(beginCell().store(storeStateInit(init)).endCell()));
        return call(idOf(address), ONE / 10n, null, { init: state.toString('base64'), bounce: 'false' });
      });
      return (await scene.judge({ kind: 'calls', calls })).report.errors;
    };
    expect(await payTo(0, 5)).toEqual([]);
    expect(await payTo(100, 40)).toEqual(['token_accounts_not_all_read']);
  });

  it('accepts what a contract that takes payments keeps', async () => {
    const target = await scene.deploy(await eater());
    const { report } = await scene.judge({ kind: 'transfer', asset: TON, amount: ONE, to: target });
    expect(report.errors).toEqual([]);
    expect(flows(report.effects, 'outflow', scene.wallet)).toEqual([[target, ONE]]);
  });
});
