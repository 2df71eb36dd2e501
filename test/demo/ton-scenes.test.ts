import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playScene } from '../../demo/play.ts';
import type { Scene } from '../../demo/scene.ts';
import { books } from '../../demo/ton/scenes/books.ts';
import { drainMode } from '../../demo/ton/scenes/drain-mode.ts';
import { droppedMessage } from '../../demo/ton/scenes/dropped-message.ts';
import { extensionAttack } from '../../demo/ton/scenes/extension-attack.ts';
import { fakeAccount } from '../../demo/ton/scenes/fake-account.ts';
import { guardedSender } from '../../demo/ton/scenes/guarded-sender.ts';
import { skippedPayment } from '../../demo/ton/scenes/skipped-payment.ts';
import { twoChainsOneLimit } from '../../demo/ton/scenes/two-chains-one-limit.ts';
import { openTonStage, type TonStage } from '../../demo/ton/stage.ts';
import { jettonWallet } from '../fixtures/ton-contracts.ts';
import { payment } from '../fixtures/ton-deploy.ts';

let stage: TonStage;
beforeAll(async () => {
  stage = await openTonStage();
}, 60_000);
afterAll(() => stage?.close());

/** Plays a scene where something is not as its story has it. */
async function playWith(scene: Scene<TonStage>, changed: Partial<TonStage>): Promise<{ readonly ok: boolean; readonly actual: string }> {
  const { outcome } = await playScene(scene, { ...stage, ...changed });
  return { ok: outcome.ok, actual: outcome.actual };
}

describe('a scene on TON ends otherwise', () => {
  it('where the token account is the genuine one', async () => {
    const genuine = jettonWallet(stage.usdt, Address.parse(stage.wallets.explorer.address));
    expect(await playWith(fakeAccount, { fake: genuine })).toEqual({ ok: false, actual: 'failed: the bytes are no transfer of a token' });
  });

  it('where no message has the mode', async () => {
    const { shop, chain } = stage;
    const plain = () => [payment({ to: Address.parse(shop), value: 1_000_000n })];
    const message = (wallet: string) => chain.message(wallet, plain());
    expect(await playWith(drainMode, { chain: { ...chain, message } })).toEqual({ ok: false, actual: 'failed: the hazard is named' });
  });

  it('where the signed message adds no extension', async () => {
    const { shop, chain } = stage;
    const message = (wallet: string) => chain.message(wallet, [payment({ to: Address.parse(shop), value: 1_000_000n })]);
    expect(await playWith(extensionAttack, { chain: { ...chain, message } })).toEqual({
      ok: false,
      actual: 'failed: no signature came of it',
    });
  });

  it('where nothing is lost on the way', async () => {
    const devChain = { ...stage.devChain, dropNext: () => undefined };
    expect(await playWith(droppedMessage, { devChain })).toEqual({ ok: false, actual: 'success, handed in once, paid once' });
  });

  it('where the coins suffice', async () => {
    await stage.devChain.fund(stage.wallets.treasurer.address, 10_000_000_000n);
    expect(await playWith(skippedPayment, {})).toEqual({ ok: false, actual: 'failed: nothing was sent' });
  });

  it('where the thief is on the list', async () => {
    expect(await playWith(guardedSender, { thief: stage.shop })).toEqual({
      ok: false,
      actual: 'failed: a refusal is an error, where code expects one',
    });
  });

  it('where one nanoton is missing from the books', async () => {
    expect(await playWith(twoChainsOneLimit, {})).toEqual({ ok: true, actual: twoChainsOneLimit.expected });
    const { funding } = stage;
    const nanoton = { ...funding.nanoton, traveller: funding.nanoton.traveller + 1n };
    const agreed = ({ actual }: { readonly actual: string }) => Number(/^log valid, (\d) of 6 lines agree$/.exec(actual)?.[1]);
    const whole = agreed(await playWith(books, {}));
    expect(agreed(await playWith(books, { funding: { ...funding, nanoton } }))).toBe(whole - 1);
  });
});
