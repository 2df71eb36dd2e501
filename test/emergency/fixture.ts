import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type AuditLog, createAuditLog } from '../../src/audit/index.ts';
import {
  type Authority,
  CastellanError,
  createAttestationKey,
  createEventBus,
  type EventBus,
  type Json,
  type Registry,
  type SecurityEvent,
  type SecurityEventType,
  type Store,
} from '../../src/core/index.ts';
import { createEmergencyController, type EmergencyController, type EmergencyOptions } from '../../src/emergency/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

export const START_MS = 1_700_000_000_000;

const REGISTRY: Registry = {
  v: 1,
  tenant: 'acme',
  sequence: 0,
  previous: '0'.repeat(64),
  keys: [],
  quorums: { owner: 1, operator: 1, approver: 1, guardian: 1 },
};

/** An authority that writes down what it was asked and, where owned, refuses whatever comes without an authorization. */
export function askedAuthority(owned: boolean): {
  readonly authority: Authority;
  readonly asked: { readonly action: string; readonly facts: Json }[];
} {
  const asked: { action: string; facts: Json }[] = [];
  const authority: Authority = {
    owned,
    registry: () => REGISTRY,
    digest: () => 'none',
    key: () => undefined,
    async require(action, facts, authorization) {
      asked.push({ action, facts });
      if (owned && authorization === undefined) throw new CastellanError('AUTHORITY_REQUIRED', { message: 'Operators must sign.' });
    },
  };
  return { authority, asked };
}

/** A store whose writes and reads fail while `isDown` says so. */
export function breakable(store: Store): { readonly store: Store; isDown: boolean } {
  const broken = (): Promise<never> => Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'down', retryable: true }));
  const made: { readonly store: Store; isDown: boolean } = {
    isDown: false,
    store: {
      ...store,
      apply: (steps) => (made.isDown ? broken() : store.apply(steps)),
      get: (keys) => (made.isDown ? broken() : store.get(keys)),
      now: () => (made.isDown ? broken() : store.now()),
      haltSnapshot: () => (made.isDown ? undefined : store.haltSnapshot()),
    },
  };
  return made;
}

/** A tenant with store, log, bus and controller, all of it real, under a manual clock. */
export interface House {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly log: AuditLog;
  readonly bus: EventBus;
  readonly controller: EmergencyController;
  readonly asked: { readonly action: string; readonly facts: Json }[];
  /** Logs an event and publishes it, as the manager does. */
  tell(type: SecurityEventType, agent: string | null, details?: Record<string, Json>): Promise<void>;
  /** Lets queues and promises run. */
  settle(): Promise<void>;
}

export function houseOf(
  given: Partial<EmergencyOptions> & { readonly owned?: boolean; readonly on?: Pick<House, 'clock' | 'store'> } = {},
): House {
  const { owned = false, on, ...more } = given;
  const clock = on?.clock ?? createManualClock(START_MS);
  const store = more.store ?? on?.store ?? createMemoryStore({ clock });
  const random = createSeededRandom(`house ${(houses += 1)}`);
  const log = createAuditLog({
    store: on?.store ?? store,
    key: createAttestationKey('log', new Uint8Array(32).fill(1)),
    tenant: 'acme',
    clock,
    random,
  });
  const bus = createEventBus({ clock });
  const { authority, asked } = askedAuthority(owned);
  const controller = createEmergencyController({
    tenant: 'acme',
    authority,
    command: log.command,
    clock,
    random,
    events$: bus.events$,
    publish: bus.publish,
    history: log.history,
    ...more,
    store,
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await clock.advanceAsync(0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  let count = 0;
  return {
    clock,
    store,
    log,
    bus,
    controller,
    asked,
    settle,
    async tell(type, agent, details = {}) {
      const event = {
        v: 1,
        id: `${type}-${houses}-${(count += 1)}`,
        tenant: 'acme',
        at: clock.nowMs(),
        agent,
        severity: 'warning',
        type,
        details,
      } as SecurityEvent;
      await store.apply([{ commands: [log.command(event)] }]).catch(() => undefined);
      bus.publish(event);
      await settle();
    },
  };
}
let houses = 0;
