import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { isCastellanError, type SecurityConfig } from '../../src/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { configOf, FREE } from './bench.ts';

/** A configuration over a store that outlives its managers. */
export function lasting(anvil: Anvil, given: Partial<SecurityConfig> = {}): SecurityConfig {
  const store = createMemoryStore({ clock: systemClock() });
  return configOf(anvil, {
    store: { open: () => ({ ...store, close: async () => undefined }) },
    keys: { encryptionKey: '2d'.repeat(32) },
    agents: { a1: FREE, a2: FREE },
    ...given,
  });
}

/** What a call was refused with. */
export interface Refused {
  readonly code: string;
  readonly reason: unknown;
  readonly approvalId?: unknown;
}

/** The refusal that a call ends with; anything else that it throws goes on. */
export async function failure(run: Promise<unknown>): Promise<Refused> {
  try {
    await run;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const { reason, approvalId } = error.details;
    return { code: error.code, reason, ...(approvalId === undefined ? {} : { approvalId }) };
  }
  return { code: 'nothing thrown', reason: null };
}
