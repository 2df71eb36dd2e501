import { CastellanError } from '../core/errors.ts';

const AGENT = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_CHARS = 1_000;

/** What was given as a reason or name, made fit to be stored; a stop is never refused for its wording. */
export function toReason(given: unknown): string {
  const text = typeof given === 'string' ? given.toWellFormed().slice(0, MAX_CHARS).toWellFormed() : '';
  return text.trim() === '' ? 'unspecified' : text;
}

/** An agent id. @throws REQUEST_INVALID */
export function toAgentId(given: unknown): string {
  if (typeof given === 'string' && AGENT.test(given)) return given;
  throw new CastellanError('REQUEST_INVALID', {
    message: 'An agent id is 1 to 64 letters, digits, dots, dashes or underscores.',
    details: { field: 'agentId' },
  });
}

/** Length of a pause in ms; null, which does not end by itself, for anything that is no positive number of seconds. */
export function toDurationMs(seconds: unknown): number | null {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return null;
  const durationMs = Math.ceil(seconds * 1_000);
  return durationMs > MAX_DURATION_MS ? null : durationMs;
}

/** A hundred years: a longer pause does not end by itself. */
const MAX_DURATION_MS = 100 * 365 * 86_400_000;
