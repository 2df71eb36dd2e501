import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { SecurityEvent } from '../../src/core/index.ts';
import {
  type ConfiguredList,
  createSecurityManager,
  digestBody,
  parseEntry,
  type SecurityManager,
  signListUpdate,
} from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { configOf, fund, type Given, stranger } from '../e2e/bench.ts';
import { KEYS, person } from './fixture.ts';

/** The chain and the folder of one test file. */
export const scene = {} as { anvil: Anvil; folder: string };

/** Opens the scene before the tests of a file, and closes it behind them. */
export function useScene(): void {
  beforeAll(async () => {
    scene.anvil = await startAnvil();
    scene.folder = await mkdtemp(join(tmpdir(), 'screening-'));
  });
  afterAll(async () => {
    await scene.anvil?.stop();
    await rm(scene.folder, { recursive: true, force: true });
  });
}

export async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 97) yield Buffer.from(text.slice(at, at + 97));
}
export const list = (text: string | (() => string), more: object = {}): ConfiguredList => ({
  name: 'reports',
  format: 'plain',
  trust: 'community',
  read: () => bytesOf(typeof text === 'string' ? text : text()),
  ...more,
});

/** A store that outlives the managers over it. */
export type Shared = NonNullable<Given['store']>;
export const STORES: readonly (readonly [string, () => Shared])[] = [
  [
    'memory',
    () => {
      const store = createMemoryStore({ clock: systemClock() });
      return { open: () => ({ ...store, close: async () => undefined }) };
    },
  ],
  ['SQLite', () => sqliteStore({ path: join(scene.folder, `${stranger()}.sqlite`) })],
];

export function open(lists: readonly ConfiguredList[], store: Shared, more: Given = {}, screening: object = {}): SecurityManager {
  return createSecurityManager(
    configOf(scene.anvil, { keys: KEYS, store, risk: { anomalyThreshold: 100, screening: { lists: [...lists], ...screening } }, ...more }),
  );
}
export async function withWallet(security: SecurityManager): Promise<SecurityManager> {
  const { address } = await security.custody.createWallet('owner', 'a1');
  await fund(scene.anvil, address);
  return security;
}
export async function codesOf(security: SecurityManager, to: string): Promise<readonly string[]> {
  const { decision } = await security.agent('a1').dryRun({ to, amount: '0.01', asset: 'ETH' });
  return [decision.verdict, ...decision.reasons.map(({ code }) => code)];
}
/** All that the log of a store holds. */
export async function events(store: Shared): Promise<readonly SecurityEvent[]> {
  const opened = await store.open({ clock: systemClock(), random: systemRandom() });
  const rows = await opened.log(0);
  await opened.close();
  return rows.map(({ entry }) => parseEntry(entry));
}
export const actionsIn = (log: readonly SecurityEvent[]): readonly string[] =>
  log.flatMap((event) => (event.type === 'permission_changed' ? [String(event.details['action'])] : []));

export const olga = person('olga');
export const desk = person('list-desk');
/** A signed update of the list. */
export async function update(text: string, sequence: number, more: object = {}, key = desk) {
  const header = {
    list: 'reports',
    key: 'list-desk',
    sequence,
    operation: 'full',
    previous: null,
    issuedMs: Date.now() - 1_000,
    expiresMs: Date.now() + 86_400_000,
    ...(await digestBody(bytesOf(text))),
    ...more,
  } as const;
  return { ...signListUpdate(header, key), body: bytesOf(text) };
}
export const SIGNERS = { signers: { 'list-desk': desk.publicKey } };
