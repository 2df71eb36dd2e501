import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssetId, type ChainId, parseAccount, type Token } from '../../src/core/index.ts';
import { storeKey } from '../../src/core/store.ts';
import { createSecurityManager } from '../../src/index.ts';
import { accountsOn } from '../../src/manager/risk/blacklist.ts';
import { blacklistRemovalFacts } from '../../src/manager/risk/removal-facts.ts';
import { screenKey } from '../../src/risk/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { CAROL, configOf, fund, stranger } from '../e2e/bench.ts';
import { allowed, BOB, CHAIN, KEYS, person, registered } from './fixture.ts';
import { ask, details, ETH, EVE, engine, memory, usual } from './risk-fixture.ts';

const olga = person('olga');

describe('the block list', () => {
  const TON_TOKEN: Token = { asset: 'ton:-239/slip44:607' as AssetId, symbol: 'TON', decimals: 9 };
  const raw = `0:${'71'.repeat(32)}`;

  it('knows an account in every spelling, on every chain of its kind', async () => {
    const mainnet: Token = { asset: 'eip155:1/slip44:60' as AssetId, symbol: 'ETH', decimals: 18 };
    const risk = engine({ tokens: [ETH, mainnet, TON_TOKEN] });
    const spellings = [BOB, BOB.toLowerCase(), `0x${BOB.slice(2).toUpperCase()}`, `eip155:1:${BOB}`, `${CHAIN}:${BOB}`];
    for (const spelling of spellings) expect(await risk.isBlacklisted(spelling), spelling).toBe(false);
    await risk.addToBlacklist(`eip155:1:${BOB}`, details);
    for (const spelling of spellings) expect(await risk.isBlacklisted(spelling), spelling).toBe(true);
    expect(await risk.isBlacklisted(CAROL)).toBe(false);
    await risk.addToBlacklist(raw, details);
    expect(await risk.isBlacklisted(`ton:-239:${raw}`)).toBe(true);
    for (const wrong of ['EQC...malicious', '', 'bob', `0x${'1'.repeat(39)}`, null, {}])
      for (const call of [
        () => risk.addToBlacklist(wrong as never, details),
        () => risk.isBlacklisted(wrong as never),
        () => risk.removeFromBlacklist(wrong as never),
      ])
        await expect(call(), String(wrong)).rejects.toMatchObject({ name: 'CastellanError' });
    for (const wrong of [
      undefined,
      {},
      { ...details, severity: 'none' },
      { ...details, kind: 'malformed' },
      { ...details, expiresMs: 1 },
      { ...details, source: 'x'.repeat(201) },
    ])
      await expect(risk.addToBlacklist(CAROL, wrong as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(accountsOn(BOB, [CHAIN as ChainId, 'eip155:1' as ChainId])).toHaveLength(2);
  });

  it('is a veto whatever the history says', async () => {
    const risk = engine();
    const before = await risk.assessTransaction(ask(), usual());
    await risk.addToBlacklist(BOB, { ...details, severity: 'low' });
    const after = await risk.assessTransaction(ask(), usual());
    expect([before.isBlocked, after.isBlocked, after.level]).toEqual([false, true, 'critical']);
    expect(after.vetoes.map(({ reason }) => reason)).toContain('address_blacklisted');
    const later = ask({ timestamp: new Date(Date.now() + 1e11) });
    expect((await risk.assessTransaction(later, usual())).isBlocked, 'no moment of the caller’s own outlives a listing').toBe(true);
    expect(await risk.removeFromBlacklist(BOB)).toBe(true);
    expect(await risk.removeFromBlacklist(BOB)).toBe(false);
    expect((await risk.assessTransaction(ask(), usual())).isBlocked).toBe(false);
  });

  it('is loosened by the owners alone, and each change is a logged step', async () => {
    const store = memory();
    const risk = engine({ store, registry: { keys: [registered(olga, 'owner')] } });
    await risk.addToBlacklist(BOB, details);
    await risk.addToBlacklist(BOB, { ...details, severity: 'low', source: 'somebody else' });
    const [row] = await store.get([storeKey.doc(screenKey(parseAccount(BOB, CHAIN as ChainId)))]);
    expect(row, 'a listing cannot be played down by listing it again').toMatchObject({
      version: 1,
      value: { severity: 'high', source: 'community_report' },
    });
    const facts = blacklistRemovalFacts([`${CHAIN}:${BOB.toLowerCase()}`]);
    for (const authorization of [
      undefined,
      allowed('list.change', facts, person('mallory')),
      allowed('policy.change', facts, olga),
      allowed('list.change', blacklistRemovalFacts([`${CHAIN}:${EVE}`]), olga),
    ])
      await expect(risk.removeFromBlacklist(BOB, authorization === undefined ? {} : { authorization })).rejects.toMatchObject({
        code: expect.stringMatching(/AUTHORITY_REQUIRED|SIGNATURE_INVALID/),
      });
    await expect(engine({ store }).removeFromBlacklist(BOB), 'whoever pins no owners').rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(await risk.isBlacklisted(BOB)).toBe(true);
    const authorization = allowed('list.change', facts, olga);
    expect(await risk.removeFromBlacklist(BOB, { authorization })).toBe(true);
    await risk.addToBlacklist(BOB, details);
    await expect(risk.removeFromBlacklist(BOB, { authorization }), 'a signature is used once').rejects.toMatchObject({
      code: 'AUTHORITY_REQUIRED',
    });
    expect(await risk.isBlacklisted(BOB)).toBe(true);
    const told = (await store.log(0)).map(({ entry }) => (JSON.parse(entry) as { details: { action: string } }).details.action);
    expect(told.filter((action) => action.startsWith('blacklist'))).toEqual(['blacklist_added', 'blacklist_removed', 'blacklist_added']);
  });

  it('counts a document that cannot be read as a listing, and loses none to writers at once', async () => {
    const store = memory();
    const account = parseAccount(EVE, CHAIN as ChainId);
    await store.apply([{ commands: [{ kind: 'doc.put', key: screenKey(account), value: 'garbage', ifVersion: 0 }] }]);
    expect(await engine({ store }).isBlacklisted(EVE)).toBe(true);
    expect(await engine({ store }).removeFromBlacklist(EVE)).toBe(true);
    expect(await engine({ store }).isBlacklisted(EVE)).toBe(false);
    const engines = [engine({ store }), engine({ store })];
    await Promise.all([BOB, CAROL, BOB, CAROL, EVE].map((address, index) => engines[index % 2]?.addToBlacklist(address, details)));
    for (const address of [BOB, CAROL, EVE]) expect(await engines[0]?.isBlacklisted(address)).toBe(true);
  });
});

describe('every gate on the store', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });

  it('denies a listed account from then on, and a history handed to the engine loosens nothing there', async () => {
    const store = memory();
    const open = () =>
      createSecurityManager(configOf(anvil, { keys: KEYS, store: { open: () => ({ ...store, close: async () => undefined }) } }));
    const [first, second] = [open(), open()];
    const { address } = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, address);
    await second.ready();
    const target = stranger();
    const pay = { to: target, amount: '0.01', asset: 'ETH' };
    const verdicts = async () =>
      Promise.all(
        [first, second].map(async (manager) => {
          const { decision } = await manager.agent('a1').dryRun(pay);
          return [decision.verdict, decision.reasons.some(({ code }) => code === 'address_blacklisted')];
        }),
      );
    expect(await verdicts()).toEqual([
      ['approved', false],
      ['approved', false],
    ]);
    const risk = engine({ store });
    await risk.addToBlacklist(target.toUpperCase().replace('0X', '0x'), details);
    await risk.assessTransaction(ask({ destination: target }), usual({ destination: target }));
    expect(await verdicts()).toEqual([
      ['denied', true],
      ['denied', true],
    ]);
    expect((await second.agent('a1').execute({ id: 'r1', ...pay })).status).toBe('policy_rejected');
    await risk.removeFromBlacklist(target);
    expect(await verdicts()).toEqual([
      ['approved', false],
      ['approved', false],
    ]);
    await Promise.all([first.shutdown(500), second.shutdown(500)]);
  });
});
