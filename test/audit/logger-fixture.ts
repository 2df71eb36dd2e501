import { inspect } from 'node:util';
import { expect } from 'vitest';
import {
  type AuditLog,
  type AuditLogger,
  type AuditLoggerOptions,
  asOutsideEvent,
  createAuditLogger,
  type OutsideEventInput,
} from '../../src/audit/index.ts';
import { type Decision, isCastellanError, LAYERS, type SecurityEvent, type Store, type Verdict } from '../../src/core/index.ts';
import type { ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { eventOf, KEY, memoryLog, TENANT } from './fixture.ts';

export const START_MS = 1_700_000_000_000;

export interface LoggerFixture {
  readonly store: Store;
  readonly log: AuditLog;
  readonly clock: ManualClock;
  readonly audit: AuditLogger;
}

/** A logger over a log in memory. */
export function memoryLogger(options: Partial<AuditLoggerOptions> = {}, wrap: (store: Store) => Store = (store) => store): LoggerFixture {
  const { store, log, clock } = memoryLog();
  return { store, log, clock, audit: loggerOver({ store: wrap(store), log, clock }, options) };
}

export function loggerOver(
  { store, log, clock }: Pick<AuditLoggerOptions, 'store' | 'log' | 'clock'>,
  options: Partial<AuditLoggerOptions> = {},
): AuditLogger {
  return createAuditLogger({
    log,
    store,
    clock,
    tenant: TENANT,
    publicKey: KEY.publicKey,
    random: createSeededRandom('audit'),
    ...options,
  });
}

export interface DecisionFacts {
  readonly verdict?: Verdict;
  readonly agent?: string;
  readonly atMs?: number;
  readonly more?: Partial<Decision>;
}

/** The event of a whole decision; ids sort by number. */
export function decisionEvent(number: number, { verdict = 'approved', agent = 'a1', atMs, more = {} }: DecisionFacts = {}): SecurityEvent {
  const base = eventOf(number);
  const at = atMs ?? base.at;
  const decision = {
    v: 1,
    id: `decision-${String(number).padStart(8, '0')}`,
    tenant: TENANT,
    at,
    requestId: `r${number}`,
    bodyDigest: 'b'.repeat(64),
    agent,
    user: 'u1',
    wallet: `eip155:1:0x${'11'.repeat(20)}`,
    chain: 'eip155:1',
    payloadDigest: null,
    actionDigest: null,
    effects: [
      {
        kind: 'outflow',
        leaf: '0',
        source: 'bytes',
        account: `eip155:1:0x${'11'.repeat(20)}`,
        counterparty: null,
        asset: 'eip155:1/slip44:60',
        amount: 10n ** 18n,
      },
    ],
    verdict,
    reasons: verdict === 'approved' ? [] : [{ code: 'window_limit', message: 'Too much today.', retryable: true }],
    reports: LAYERS.map((layer) => ({ layer, passed: true, verdict: 'pass', score: null, reasons: [], durationMs: 1 })),
    facts: {},
    signals: [],
    unenforced: [],
    riskScore: 10,
    policy: 'p',
    registry: 'r',
    epoch: 1,
    software: 'test',
    approvals: [],
    ...more,
  } as unknown as Decision;
  const severity = verdict === 'approved' ? 'info' : 'warning';
  return { v: 1, id: decision.id, tenant: TENANT, at, agent, severity, type: 'decision_made', decision };
}

/** The outcome of a decision's execution. */
export function outcomeEvent(number: number, of: number, more: Partial<SecurityEvent> = {}): SecurityEvent {
  const details = { requestId: `r${of}`, decisionId: `decision-${String(of).padStart(8, '0')}`, txHash: `hash-${of}` };
  return {
    ...eventOf(number),
    id: `outcome-${String(number).padStart(8, '0')}`,
    agent: 'a1',
    type: 'execution_success',
    details,
    ...more,
  } as SecurityEvent;
}

/** Appends events, each in a step of its own. */
export async function append(store: Store, log: AuditLog, events: readonly SecurityEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += 500) {
    const results = await store.apply(events.slice(from, from + 500).map((event) => ({ commands: [log.command(event)] })));
    if (results.some(({ ok }) => !ok)) throw new Error('not appended');
  }
}

/** Counts the rows that a store hands out. */
export function countingStore(store: Store): { readonly store: Store; readonly rows: () => number } {
  let rows = 0;
  const log: Store['log'] = async (from, limit) => {
    const found = await store.log(from, limit);
    rows += found.length;
    return found;
  };
  return { store: { ...store, log }, rows: () => rows };
}

/** The whole of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The event that the reference logs. */
export const REFERENCE_EVENT = {
  eventType: 'transaction_authorized',
  actor: { type: 'agent', id: 'agent-1' },
  action: 'transfer',
  resource: { type: 'wallet', id: 'EQC...' },
  outcome: 'success',
  severity: 'info',
  details: { amount: '100', destination: 'EQD...', riskScore: 25 },
  context: { requestId: 'req-001', sessionId: 'session-001', ipAddress: '192.168.1.1' },
} as const;

/** Logs an event, and reads it back. */
export const loggedEvent = async (event: OutsideEventInput) => {
  const { audit, store } = memoryLogger();
  const id = await audit.log(event);
  const [row] = await store.log(0);
  const outside = asOutsideEvent(JSON.parse(row?.entry ?? '{}'));
  if (row === undefined || outside === undefined) throw new Error('not logged');
  return { id, row, outside };
};
/** Logs an event that has to be refused, and tells everything that the refusal shows. */
export const refusedEvent = async (event: unknown): Promise<{ code: string; text: string }> => {
  const { audit, store } = memoryLogger();
  const error = await audit.log(event as OutsideEventInput).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect((await store.logHead()).size).toBe(0);
  if (!isCastellanError(error)) return { code: String(error), text: '' };
  return { code: error.code, text: `${error.message} ${JSON.stringify(error)} ${inspect(error)}` };
};
