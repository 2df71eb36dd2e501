import { systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { AccountId, AssetId, Clock, Decision, Json, Store } from '../../src/core/index.ts';
import type { SecurityManager } from '../../src/index.ts';
import {
  emptyProfile,
  emptyScoreRecord,
  HABIT_MODEL_VERSION,
  learnScore,
  type Profile,
  type ScoreRecord,
  trainProfile,
} from '../../src/risk/index.ts';
import { BOB, CHAIN, ETH } from './bench.ts';

const DAY = 86_400_000;

/** A store of either kind that several managers share: closing a manager leaves it open. */
export async function sharedStore(
  path: string | null,
  clock: Clock,
): Promise<{ readonly store: Store; readonly factory: { open(): Store } }> {
  const store = path === null ? createMemoryStore({ clock }) : await createSqliteStore({ path, clock, random: systemRandom() });
  const kept: Store = new Proxy(store, {
    get: (target, key) => {
      if (key === 'close') return async () => undefined;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { store, factory: { open: () => kept } };
}

/** Somebody who paid BOB about a hundredth of an ETH every six hours until now. */
export function regularProfile(nowMs: number, count = 200): Profile {
  let profile = emptyProfile();
  for (let n = 0; n < count; n += 1) {
    const amount = ETH / 100n + BigInt((n * 7_919) % 1_000_003) * 1_000_000_007n;
    const atMs = nowMs - (count - n) * (DAY / 4);
    const account = `${CHAIN}:${BOB.toLowerCase()}` as AccountId;
    profile = trainProfile(profile, { atMs, account, asset: `${CHAIN}/slip44:60` as AssetId, amount, unitAmount: amount });
  }
  return profile;
}

/** The scores of an agent that never did anything unlike itself. */
export function regularScores(nowMs: number, count = 400): ScoreRecord {
  let record = emptyScoreRecord(HABIT_MODEL_VERSION);
  for (let n = 0; n < count; n += 1)
    record = learnScore(record, {
      model: HABIT_MODEL_VERSION,
      odds: -10 - (n % 8) / 4,
      atMs: nowMs - (count - n) * 3_600_000,
      told: false,
    });
  return record;
}

/** Writes documents past the gate, as if they had been learnt. */
export async function putDocs(store: Store, docs: Readonly<Record<string, unknown>>): Promise<void> {
  const commands = Object.entries(docs).map(([key, value]) => ({ kind: 'doc.put', key, value: value as Json }) as const);
  const [result] = await store.apply([{ commands }]);
  if (result?.ok !== true) throw new Error(JSON.stringify(result));
}

export async function getDoc<T>(store: Store, key: string): Promise<T | undefined> {
  const [row] = await store.get([`doc/${key}`]);
  return (row as { readonly value?: T } | undefined)?.value;
}

/** Every decision in the log, oldest first. */
export async function decisionsOf(security: SecurityManager): Promise<readonly Decision[]> {
  const { entries } = await security.audit.query({ limit: 500 });
  return entries.toSorted((a, b) => a.index - b.index).flatMap(({ event }) => (event.type === 'decision_made' ? [event.decision] : []));
}
