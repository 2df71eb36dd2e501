import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ConfiguredList, ListState } from '../../src/index.ts';
import { stranger } from '../e2e/bench.ts';
import { CHAIN, person } from './fixture.ts';
import { actionsIn, bytesOf, codesOf, events, list, open, SIGNERS, STORES, update, useScene, withWallet } from './screening-scene.ts';

useScene();

describe.each(STORES)('screening lists behind the gate, over %s', (_name, storeOf) => {
  it('deny a listed payee of every format, in any spelling, and nobody else', async () => {
    const digits = stranger()
      .slice(2)
      .replace(/[0-9]$/, 'a');
    const forms: readonly ConfiguredList[] = [
      list(`# seen\n0x${digits.toUpperCase()} // reported\n`),
      list(`address,kind\neth:0x${digits},phishing\n`, { name: 'csv', format: 'csv' }),
      list(JSON.stringify([{ address: `eip155:1:0x${digits}`, category: 'drainer' }]), { name: 'json', format: 'json' }),
      list(`X; Digital Currency Address\n- ETH 0x${digits}; (individual).\n`, { name: 'sdn', format: 'ofac', trust: 'authority' }),
    ];
    const [first, ...others] = forms;
    const security = await withWallet(open([first as ConfiguredList], storeOf()));
    for (const to of [`0x${digits}`, `${CHAIN}:0x${digits}`, `0x${digits.toUpperCase()}`])
      expect(await codesOf(security, to), to).toContain('address_blacklisted');
    expect(await codesOf(security, stranger())).toEqual(['approved']);
    expect((await security.agent('a1').execute({ id: 'r1', to: `0x${digits}`, amount: '0.01', asset: 'ETH' })).status).toBe(
      'policy_rejected',
    );
    await security.shutdown();
    for (const form of others) {
      const one = await withWallet(open([form], storeOf()));
      expect(await codesOf(one, `0x${digits}`), form.name).toContain('address_blacklisted');
      expect(await codesOf(one, stranger()), form.name).toEqual(['approved']);
      await one.shutdown();
    }
  });

  it('that are not there, broken, over or too old deny everybody, and only score where they are not required', async () => {
    const thief = stranger();
    const broken = () => {
      throw new Error('secret words of somebody else');
    };
    const lacking: readonly (readonly [string, ConfiguredList])[] = [
      ['unreadable', list(broken)],
      ['REQUEST_INVALID: a row cannot be read', list(`${thief}\nnobody\n`)],
      ['not_loaded', { ...list(''), read: () => new Promise(() => undefined) }],
      ['expired', list(`${thief}\n`, { expiresMs: Date.now() - 1 })],
      ['SIGNATURE_INVALID', list(`${thief}\n`, SIGNERS)],
    ];
    for (const [why, given] of lacking) {
      const security = await withWallet(open([given], storeOf(), {}, { loadTimeoutMs: 200 }));
      const { decision } = await security.agent('a1').dryRun({ to: stranger(), amount: '0.01', asset: 'ETH' });
      const reason = decision.reasons.find(({ code }) => code === 'screening_unavailable');
      expect([decision.verdict, reason?.message, reason?.retryable], why).toEqual([
        'denied',
        `The screening list reports is lacking: ${why}.`,
        true,
      ]);
      expect(inspect(decision, { depth: 20 })).not.toContain('secret words');
      expect((await security.getHealth()).status, why).not.toBe('ok');
      expect((await security.risk.screening.lists())[0]?.lacking).toBe(why);
      await security.shutdown();
    }
    const security = await withWallet(open([list(broken, { required: false })], storeOf()));
    const { decision } = await security.agent('a1').dryRun({ to: stranger(), amount: '0.01', asset: 'ETH' });
    expect(decision.reasons.map(({ code }) => code)).not.toContain('screening_unavailable');
    const without = await withWallet(open([], storeOf()));
    const calm = await without.agent('a1').dryRun({ to: stranger(), amount: '0.01', asset: 'ETH' });
    expect(decision.riskScore).toBeGreaterThan(calm.decision.riskScore);
    await Promise.all([security.shutdown(), without.shutdown()]);
  });

  it('are too old after maxAgeMs, until they are loaded again', async () => {
    const security = await withWallet(open([list(`${stranger()}\n`, { maxAgeMs: 400 })], storeOf()));
    await security.risk.screening.reload('reports');
    expect(await codesOf(security, stranger())).toEqual(['approved']);
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(await codesOf(security, stranger())).toContain('screening_unavailable');
    await security.risk.screening.reload();
    expect(await codesOf(security, stranger())).toEqual(['approved']);
    await security.shutdown();
  });

  it('are loaded again without a gap while decisions are made, and keep the former version where that fails', async () => {
    const [thief, later] = [stranger(), stranger()];
    const filler = Array.from({ length: 20_000 }, (_, index) => `0x${index.toString(16).padStart(40, 'b')}`).join('\n');
    let text = `${thief}\n${filler}\n`;
    const store = storeOf();
    const security = await withWallet(open([list(() => text)], store));
    expect(await codesOf(security, thief)).toContain('address_blacklisted');
    let isDone = false;
    const reloads = (async () => {
      for (let round = 0; round < 4; round += 1) {
        text = `${thief}\n${filler}\n${round === 3 ? `${later}\n` : ''}`;
        await security.risk.screening.reload('reports');
      }
      isDone = true;
    })();
    let decided = 0;
    while (!isDone) {
      expect(await codesOf(security, thief)).toContain('address_blacklisted');
      expect((await codesOf(security, stranger()))[0]).toBe('approved');
      decided += 1;
    }
    await reloads;
    expect(decided).toBeGreaterThan(2);
    expect(await codesOf(security, later)).toContain('address_blacklisted');
    text = 'nobody\n';
    await expect(security.risk.screening.reload('reports')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await codesOf(security, later)).toContain('address_blacklisted');
    expect((await codesOf(security, stranger()))[0]).toBe('approved');
    await security.shutdown();
    const told = actionsIn(await events(store));
    expect(told.filter((action) => action === 'screening_loaded')).toHaveLength(5);
    expect(told.filter((action) => action === 'screening_refused')).toHaveLength(1);
  });

  it('that lost more than half of their accounts stay as they were, in the next process too, until the owners let them go', async () => {
    const [thief, other] = [stranger(), stranger()];
    const filler = Array.from({ length: 200 }, (_, index) => `0x${index.toString(16).padStart(4, '0').padStart(40, 'b')}`);
    let text = [thief, ...filler].join('\n');
    const store = storeOf();
    const first = await withWallet(open([list(() => text)], store));
    expect(await codesOf(first, thief)).toContain('address_blacklisted');
    text = [other, ...filler.slice(0, 90)].join('\n');
    const cutOff = { code: 'REQUEST_INVALID', details: { problem: 'it lost more than half of its accounts', accounts: 91, before: 201 } };
    await expect(first.risk.screening.reload('reports')).rejects.toMatchObject(cutOff);
    expect(await codesOf(first, thief)).toContain('address_blacklisted');
    await first.shutdown();
    const second = open([list(() => text)], store);
    expect(await codesOf(second, other)).toContain('screening_unavailable');
    await second.risk.screening.drop('reports');
    await second.risk.screening.reload('reports');
    expect(await codesOf(second, other)).toContain('address_blacklisted');
    expect((await codesOf(second, thief))[0]).toBe('approved');
    text = [other, ...filler.slice(0, 50)].join('\n');
    expect(await second.risk.screening.reload('reports')).toMatchObject([{ accounts: 51 }]);
    await second.shutdown();
  });

  it('that are signed take nothing forged, nothing unsigned and nothing older, in the next process neither', async () => {
    const [thief, later] = [stranger(), stranger()];
    const store = storeOf();
    const asked: (ListState | null)[] = [];
    let given: (() => Promise<readonly unknown[]>) | undefined;
    const read = async (last: ListState | null) => {
      asked.push(last);
      return (await given?.()) as never;
    };
    given = async () => [await update(`${thief}\n`, 1)];
    const first = await withWallet(open([list('', { ...SIGNERS, read })], store));
    expect(await codesOf(first, thief)).toContain('address_blacklisted');
    const mallory = person('mallory');
    const forged: readonly (readonly [string, () => Promise<readonly unknown[]>])[] = [
      ['signature', async () => [await update(`${later}\n`, 2, {}, mallory)]],
      ['body', async () => [{ ...(await update(`${thief}\n${later}\n`, 2)), body: bytesOf(`${later}\n`) }]],
      ['other_list', async () => [await update(`${later}\n`, 2, { list: 'others' })]],
      ['expired', async () => [await update(`${later}\n`, 2, { expiresMs: Date.now() - 1 })]],
      ['rolled_back', async () => [await update(`${later}\n`, 1)]],
    ];
    for (const [reason, updates] of forged) {
      given = updates;
      await expect(first.risk.screening.reload('reports'), reason).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
        details: { reason },
      });
      expect(await codesOf(first, thief), reason).toContain('address_blacklisted');
      expect((await codesOf(first, later))[0], reason).toBe('approved');
    }
    given = async () => [await update(`${thief}\n${later}\n`, 2)];
    await first.risk.screening.reload('reports');
    expect(await codesOf(first, later)).toContain('address_blacklisted');
    given = async () => [];
    expect(await first.risk.screening.reload('reports')).toEqual([]);
    await first.shutdown();
    // The next process is shown the first version again.
    given = async () => [await update(`${thief}\n`, 1)];
    const second = open([list('', { ...SIGNERS, read })], store);
    expect(await codesOf(second, later)).toContain('screening_unavailable');
    expect((await second.risk.screening.lists())[0]?.lacking).toBe('SIGNATURE_INVALID: rolled_back');
    expect(asked.at(-1)?.sequence).toBe(2);
    given = async () => [await update(`${thief}\n${later}\n`, 3)];
    await second.risk.screening.reload('reports');
    expect(await codesOf(second, later)).toContain('address_blacklisted');
    await second.shutdown();
    // Nor does it go back to being unsigned.
    const third = open([list(`${thief}\n`)], store);
    expect(await codesOf(third, later)).toContain('screening_unavailable');
    await third.shutdown();
  });
});
