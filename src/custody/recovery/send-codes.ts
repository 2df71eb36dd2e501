import { applyStep, type Deadlines, type Store, type TimeMs, type VerificationProvider } from '../../core/index.ts';
import type { RecoveryBook } from './recovery-book.ts';

/** Longest that a provider may take for one code, ms. */
const SEND_MS = 10_000;

/** What sending needs. */
export interface SendParts {
  readonly store: Store;
  readonly tenant: string;
  readonly book: RecoveryBook;
  readonly deadlines: Deadlines;
  readonly provider: VerificationProvider;
}

/** A code that is stored already, to be brought to its user. */
export interface CodeToSend {
  readonly user: string;
  readonly sessionId: string;
  readonly step: string;
  readonly code: string;
  readonly untilMs: TimeMs;
}

/**
 * Hands codes to the provider, all at once, and returns the steps whose code it did not take in time. Never throws, and tells
 * nobody what the provider said: that could hold the code.
 */
export async function sendCodes(parts: SendParts, codes: readonly CodeToSend[]): Promise<readonly string[]> {
  const { store, tenant, book, deadlines, provider } = parts;
  const failed: string[] = [];
  const send = async ({ user, sessionId, step, code, untilMs }: CodeToSend): Promise<void> => {
    const message = Object.freeze({ tenant, user, step, code, sessionId, expiresAtMs: untilMs });
    try {
      await deadlines.within(SEND_MS, () => provider.send(message));
    } catch {
      failed.push(step);
    }
  };
  await Promise.all(codes.map(send));
  const [first] = codes;
  if (first === undefined || failed.length === 0) return [];
  const steps = codes.map(({ step }) => step).filter((step) => failed.includes(step));
  const { user, sessionId } = first;
  const told = book.tell('incident_event', 'warning', { action: 'recovery_code_undelivered', userId: user, sessionId, steps });
  // The caller learns it in any case.
  await applyStep(store, { commands: [told] }).catch(() => undefined);
  return steps;
}
