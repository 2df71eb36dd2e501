import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { AssetId, ChainQuestion, Effect, SimulationReport } from '../../src/core/index.ts';
import { createDeadlines } from '../../src/core/index.ts';
import { type LookUpParts, lookUp } from '../../src/manager/pipeline/look-up.ts';
import type { Prepared } from '../../src/manager/pipeline/prepared.ts';
import { seekFacts } from '../../src/manager/pipeline/sought-facts.ts';
import { allow, BOB, CHAIN, ETH, EVE, ether, NOW, policyOf, report, send, tx } from '../authz/fixture.ts';

const deadlines = createDeadlines(systemClock());
const lookUps = (over: Partial<LookUpParts> = {}): LookUpParts => ({
  ...{ deadlines, nowMs: () => NOW, timeoutMs: 50, runsEarly: true, depositTags: null },
  ...over,
});

/** A decision whose node and dry run answer when they are told to. */
function scene(effects: readonly Effect[], parts: LookUpParts | null = lookUps()) {
  const began: string[] = [];
  const asked: ChainQuestion[] = [];
  let signal: AbortSignal | undefined;
  const looked = Promise.withResolvers<never>();
  const ran = Promise.withResolvers<SimulationReport>();
  const node = {
    lookUp(question: ChainQuestion) {
      began.push('look-up');
      asked.push(question);
      return looked.promise;
    },
  };
  const prepared = { kind: 'transaction', tx: tx(), decoded: { effects, calls: [], complete: true }, node } as unknown as Prepared;
  const simulator = async (...[, , , given]: Parameters<Parameters<typeof seekFacts>[0]['simulator']>) => {
    began.push('dry run');
    signal = given;
    return ran.promise;
  };
  const sought = seekFacts({ lookUps: parts, simulator }, prepared, policyOf(), undefined);
  return { sought, began, asked, looked, ran, signal: () => signal };
}
const STRANGE = [allow(5n, EVE)];

describe('facts that are sought before a judgement', () => {
  it('are asked for beside the dry run: neither waits for the other', async () => {
    const { sought, began, asked, looked, ran } = scene(STRANGE);
    expect([began, asked]).toEqual([['look-up', 'dry run'], [{ accounts: [EVE], tokens: [] }]]);
    looked.resolve({ accounts: [{ account: EVE, isContract: true, sinceMs: NOW - 5 }], symbols: [] } as never);
    expect(await sought.lookedUp).toEqual({ contracts: [[EVE, true, 5]], symbols: [] });
    ran.resolve(report());
    expect(await sought.simulate?.(new AbortController().signal)).toEqual(report());
    expect(began).toHaveLength(2);
  });

  it('begin no dry run where no chain is asked, where others would hear of it, or where nobody looks', async () => {
    expect(scene([send(ether('1'), BOB, ETH)]).began).toEqual([]);
    expect(scene([allow(5n, BOB)]).began).toEqual([]);
    expect(scene([allow(0n, EVE)]).began).toEqual([]);
    expect(scene(STRANGE, lookUps({ runsEarly: false })).began).toEqual(['look-up']);
    const off = scene(STRANGE, null);
    expect([off.began, await off.sought.lookedUp]).toEqual([[], undefined]);
  });

  it('let go of a dry run that nobody asked for, and hand its failure only to who asks', async () => {
    const { sought, ran, signal } = scene(STRANGE);
    expect(signal()?.aborted).toBe(false);
    sought.end();
    expect(signal()?.aborted).toBe(true);
    ran.reject(new Error('down'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(sought.simulate?.(new AbortController().signal)).rejects.toThrow('down');
  });

  it('end with the time of whoever asked for the dry run', () => {
    const { sought, signal } = scene(STRANGE);
    const asker = new AbortController();
    void Promise.resolve(sought.simulate?.(asker.signal)).catch(() => undefined);
    asker.abort();
    expect(signal()?.aborted).toBe(true);
  });

  it('are left out where the chain is late, fails, or answers of what it was not asked or nonsense', async () => {
    const nothing = { contracts: [], symbols: [] };
    expect(await scene(STRANGE).sought.lookedUp).toEqual(nothing);
    const failing = scene(STRANGE);
    failing.looked.reject(new Error('down'));
    expect(await failing.sought.lookedUp).toEqual(nothing);
    for (const account of [
      { account: BOB, isContract: true, sinceMs: null },
      { account: EVE, isContract: 'yes', sinceMs: null },
    ]) {
      const odd = scene(STRANGE);
      odd.looked.resolve({ accounts: [account], symbols: [[`${CHAIN}/slip44:60`, 'ETH']] } as never);
      expect(await odd.sought.lookedUp).toEqual(nothing);
    }
  });

  it('are left out, and nothing fails, where a node answers in no form at all', async () => {
    const hostile: readonly unknown[] = [
      ...[null, undefined, 7, 'text', [], {}, { accounts: null, symbols: null }, { accounts: 'text', symbols: 7 }],
      { accounts: [null, undefined, 7, [EVE], {}], symbols: [null, undefined, 7, {}, [], [null, null], 'ab'] },
      { accounts: { length: 1, 0: { account: EVE, isContract: true } }, symbols: {} },
    ];
    const strange = `${CHAIN}/erc20:0x${'53'.repeat(20)}` as AssetId;
    for (const answer of hostile) {
      const node = { lookUp: async () => answer as never };
      const of = {
        effects: [allow(5n, EVE, strange)],
        chain: CHAIN,
        wallet: tx().wallet,
        node,
        isNamed: () => false,
        isListed: () => false,
      };
      expect(await lookUp(lookUps(), of), JSON.stringify(answer)).toEqual({ contracts: [], symbols: [] });
    }
  });

  it('of one token are not lost because another answers never: who writes a token decides when it answers', async () => {
    const [slow, quick] = ['51', '52'].map((digits) => `${CHAIN}/erc20:0x${digits.repeat(20)}` as AssetId) as [AssetId, AssetId];
    const node = {
      lookUp: async ({ accounts, tokens }: ChainQuestion) => {
        if (tokens.includes(slow)) return new Promise<never>(() => undefined);
        return {
          accounts: accounts.map((account) => ({ account, isContract: false, sinceMs: null })),
          symbols: tokens.map((token) => [token, 'USD'] as const),
        };
      },
    };
    const effects = [send(1n, EVE, slow), send(1n, EVE, quick), allow(5n, EVE, slow)];
    const of = { effects, chain: CHAIN, wallet: tx().wallet, node, isNamed: () => false, isListed: () => false };
    expect(await lookUp(lookUps(), of)).toEqual({ contracts: [[EVE, false, null]], symbols: [[quick, 'USD']] });
  });

  it('are asked for of sixteen accounts at most: of the others nothing is known', () => {
    const many = Array.from({ length: 40 }, (_, n) => allow(5n, `${CHAIN}:0x${n.toString(16).padStart(40, 'e')}` as typeof EVE));
    expect(scene(many).asked[0]?.accounts).toHaveLength(16);
  });
});
