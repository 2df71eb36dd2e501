import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/core/index.ts';
import { listDropFacts, listExemptionFacts, replay } from '../../src/index.ts';
import { FREE, fund, type Given, stranger } from '../e2e/bench.ts';
import { allowed, CHAIN, person, registered } from './fixture.ts';
import { actionsIn, codesOf, events, list, olga, open, STORES, scene, useScene, withWallet } from './screening-scene.ts';

useScene();

describe.each(STORES)('screening lists of a deployment, over %s', (_name, storeOf) => {
  it('are let go and excused by the owners alone, in the log, and for the next process', async () => {
    const thief = stranger();
    const store = storeOf();
    const owned: Given = { registry: { keys: [registered(olga, 'owner')] } };
    const security = await withWallet(open([list(`${thief}\n`)], store, owned));
    const { screening } = security.risk;
    const shop = [{ account: `${CHAIN}:${thief}`, reason: 'our own shop' }];
    expect(await codesOf(security, thief)).toContain('address_blacklisted');
    for (const authorization of [
      undefined,
      allowed('list.change', listDropFacts('reports'), person('mallory')),
      allowed('list.change', listDropFacts('others'), olga),
      allowed('policy.change', listDropFacts('reports'), olga),
    ]) {
      const told = authorization === undefined ? {} : { authorization };
      const refusal = { code: expect.stringMatching(/AUTHORITY_REQUIRED|SIGNATURE_INVALID/) };
      await expect(screening.drop('reports', told)).rejects.toMatchObject(refusal);
      await expect(screening.exempt(shop, told)).rejects.toMatchObject(refusal);
    }
    expect(await codesOf(security, thief)).toContain('address_blacklisted');
    await screening.exempt(shop, { authorization: allowed('list.change', listExemptionFacts(shop), olga) });
    expect((await codesOf(security, thief))[0]).toBe('approved');
    await security.shutdown();
    const second = open([list(`${thief}\n`)], store, owned);
    expect((await codesOf(second, thief))[0]).toBe('approved');
    await second.risk.screening.exempt([]);
    expect(await codesOf(second, thief)).toContain('address_blacklisted');
    await expect(second.risk.screening.exempt(shop), 'what was taken away is not given back unasked').rejects.toMatchObject({
      code: 'AUTHORITY_REQUIRED',
    });
    await second.risk.screening.drop('reports', { authorization: allowed('list.change', listDropFacts('reports'), olga) });
    expect((await codesOf(second, thief))[0]).toBe('approved');
    await second.shutdown();
    const third = open([list(`${thief}\n`)], store, owned);
    expect((await codesOf(third, thief))[0]).toBe('approved');
    await third.risk.screening.reload('reports');
    expect(await codesOf(third, thief)).toContain('address_blacklisted');
    await third.shutdown();
    expect(actionsIn(await events(store)).filter((action) => action.startsWith('screening'))).toEqual([
      'screening_loaded',
      'screening_exempted',
      'screening_loaded',
      'screening_exempted',
      'screening_dropped',
      'screening_loaded',
    ]);
  });

  it('raise the score of whom our own settled payments show beside a listed account', async () => {
    const [later, store] = [stranger(), storeOf()];
    let text = `${stranger()}\n`;
    const security = await withWallet(open([list(() => text)], store, { agents: { a1: FREE, a2: FREE } }));
    const { address: other } = await security.custody.createWallet('owner', 'a2');
    await fund(scene.anvil, other);
    const factorsOf = async (to: string) => {
      const { decision } = await security.agent('a1').dryRun({ to, amount: '0.01', asset: 'ETH' });
      return (decision.facts['risk'] as { readonly factors: readonly string[] }).factors;
    };
    expect((await security.agent('a2').execute({ to: later, amount: '0.01', asset: 'ETH' })).status).toBe('success');
    expect(await factorsOf(other)).not.toContain('listed_neighbour:40');
    text = `${later}\n`;
    await security.risk.screening.reload();
    expect(await factorsOf(other)).toContain('listed_neighbour:40');
    expect(await factorsOf(stranger())).not.toContain('listed_neighbour:40');
    await security.shutdown();
  });

  it('answer the risk engine as they answer the gate, which is told no list by anybody', async () => {
    const thief = stranger();
    const security = await withWallet(open([list(`${thief}\n`)], storeOf()));
    const ask = (to: string) => ({ agentId: 'a1', type: 'transfer', to, amount: '0.01', asset: 'ETH' });
    expect((await security.risk.assessTransaction(ask(thief))).isBlocked).toBe(true);
    expect((await security.risk.assessTransaction(ask(stranger()))).vetoes).toEqual([]);
    expect((await security.risk.screening.screen(thief)).verdict).toBe('listed');
    await expect(security.risk.screening.screen('nobody')).rejects.toMatchObject({ code: 'ADDRESS_INVALID' });
    await expect(security.risk.screening.reload('others')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await security.risk.isBlacklisted(thief), 'the stored list is another one').toBe(false);
    await security.shutdown();
  });

  it('are not needed to judge a decision again', async () => {
    const [thief, victim] = [stranger(), stranger()];
    const lists = [
      list(`${thief}\n${victim}\n`),
      list(`${victim}\n`, { name: 'ordinary', basis: 'ordinary', trust: 'curated' }),
      list('nobody\n', { name: 'lost', required: false }),
    ];
    const store = storeOf();
    const security = await withWallet(open(lists, store));
    for (const to of [thief, victim, stranger()]) await security.agent('a1').execute({ to, amount: '0.01', asset: 'ETH' });
    await security.shutdown();
    const log = await events(store);
    const decisions = log.flatMap((event): Decision[] => (event.type === 'decision_made' ? [event.decision] : []));
    expect(decisions.map(({ verdict }) => verdict)[0]).toBe('denied');
    expect(decisions[1]?.facts['risk']).toMatchObject({
      factors: expect.arrayContaining(['listing_doubtful:30', 'screening_incomplete:40']),
    });
    const report = await replay({ entries: log });
    expect(report).toMatchObject({ decisions: 3, judged: 3, same: 3, indeterminate: [] });
    // From the kept state alone, as under other rules: the facts are made anew from what the lists said then.
    const bare = log.map((event) =>
      event.type === 'decision_made' ? { ...event, decision: { ...event.decision, facts: withoutRisk(event.decision) } } : event,
    );
    expect(await replay({ entries: bare })).toMatchObject({ judged: 3, same: 3, indeterminate: [] });
  });
});

function withoutRisk({ facts }: Decision): Decision['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !name.endsWith('risk')));
}
