import { describe, expect, it } from 'vitest';
import { AGENT_KINDS } from '../../../src/integrations/bench/agent-kinds.ts';
import { ATTACKS } from '../../../src/integrations/bench/campaigns/attacks.ts';
import { SURPRISES } from '../../../src/integrations/bench/campaigns/surprises.ts';
import { scoreByShippedModel } from '../../../src/integrations/bench/detector.ts';
import { createDice } from '../../../src/integrations/bench/dice.ts';
import { lookalikeOf, madeAccount } from '../../../src/integrations/bench/made-account.ts';
import { groupOf, makeStreams } from '../../../src/integrations/bench/make-streams.ts';
import { countedRows, UNCOUNTED } from '../../../src/integrations/bench/stream-row.ts';

const SIZE = { seed: 5, walletsOfEach: 4, days: 90 };
const stream = makeStreams(SIZE);
const types = (family: string): ReadonlySet<string> =>
  new Set(stream.filter(({ wallet, campaign }) => wallet.includes(`-${family}-`) && campaign !== '').map(({ type }) => type));

describe('made-up streams', () => {
  it('are the same for the same seed and others for another', () => {
    expect(makeStreams(SIZE)).toEqual(stream);
    expect(makeStreams({ ...SIZE, seed: 6 }).map(({ action }) => action.amount)).not.toEqual(stream.map(({ action }) => action.amount));
  });

  it('have every kind of agent on both families, with every type of campaign and of surprise', () => {
    const groups = new Set(stream.map(({ wallet }) => groupOf(wallet)));
    expect([...groups].sort()).toEqual(
      Object.keys(AGENT_KINDS)
        .flatMap((kind) => [`${kind}-evm`, `${kind}-ton`])
        .sort(),
    );
    expect([...types('evm')].sort()).toEqual([...Object.keys(ATTACKS), ...Object.keys(SURPRISES)].sort());
    expect(Object.keys(ATTACKS).filter((type) => !types('ton').has(type))).toEqual(['approval_drainer']);
  });

  it('come in the order of time, numbered by wallet, and count after the first own actions', () => {
    expect(stream.every(({ action }, at) => at === 0 || action.atMs >= (stream[at - 1]?.action.atMs ?? 0))).toBe(true);
    for (const rows of Map.groupBy(stream, ({ wallet }) => wallet).values()) {
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, at) => at));
      const own = rows.filter(({ isOwn }) => isOwn);
      expect(own.findIndex(({ isScored }) => isScored)).toBe(UNCOUNTED);
    }
  });

  it('never pay what is not there, but where a campaign has just emptied the wallet', () => {
    let checked = 0;
    for (const rows of Map.groupBy(stream, ({ wallet }) => wallet).values()) {
      const campaigns = rows.filter(({ campaign }) => campaign !== '');
      const first = campaigns[0]?.action.atMs ?? Number.POSITIVE_INFINITY;
      const held = new Map<string, bigint>();
      for (const { action } of rows.filter(({ action: { atMs } }) => atMs < first)) {
        const left = (held.get(action.asset) ?? 0n) + (action.direction === 'in' ? action.amount : -action.amount);
        held.set(action.asset, left);
        expect(left >= 0n).toBe(true);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(3_000);
  });

  it('mark only what an attacker did as bad, and use no address of an attacker twice', () => {
    const bad = stream.filter(({ isBad }) => isBad);
    expect(bad.length).toBeGreaterThan(200);
    expect(bad.every(({ campaign, isOwn, action }) => campaign !== '' && isOwn && action.direction === 'out')).toBe(true);
    const users = Map.groupBy(bad, ({ action }) => action.party);
    for (const rows of users.values()) expect(new Set(rows.map(({ campaign }) => campaign)).size).toBe(1);
  });

  it('hold lookalikes that share both ends and are another account', () => {
    const dice = createDice(1);
    for (const family of ['evm', 'ton'] as const) {
      const account = madeAccount(family, dice);
      const like = lookalikeOf(account, 4, 5, dice);
      expect([like.length, like === account]).toEqual([account.length, false]);
      expect([like.slice(0, 6), like.slice(-5)]).toEqual([account.slice(0, 6), account.slice(-5)]);
    }
  });
});

describe('the shipped detector on them', () => {
  it('judges each counted row once, with a clock that is handed in', () => {
    let now = 0;
    const timed = scoreByShippedModel(stream, { monotonicMs: () => (now += 0.5) });
    expect(timed.scores).toHaveLength(countedRows(stream).length);
    expect(new Set(timed.tookMicros)).toEqual(new Set([500]));
    expect(scoreByShippedModel(stream).scores.every((score, at) => score === timed.scores[at])).toBe(true);
    expect(scoreByShippedModel(stream).tookMicros).toBeUndefined();
  });

  it('puts bad actions above good ones nearly always', () => {
    const rows = countedRows(stream);
    const { scores } = scoreByShippedModel(stream);
    const of = (isBad: boolean): readonly number[] => rows.flatMap((row, at) => (row.isBad === isBad ? [scores[at] as number] : []));
    const [good, bad] = [of(false).toSorted((a, b) => a - b), of(true)];
    const high = good[Math.floor(good.length * 0.95)] as number;
    expect(bad.filter((score) => score > high).length / bad.length).toBeGreaterThan(0.8);
  });
});
