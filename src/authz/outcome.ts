import type { LayerOutcome, LayerSignal, Reason } from '../core/index.ts';
import { PASS } from './layer.ts';

/** A layer's answer after reading: plain, checked, our own copy. */
export type ReadOutcome = LayerOutcome | undefined;

/** Bounds on what one layer may say: a decision is one log entry. */
const MAX_REASONS = 32;
const MAX_TEXT = 1_024;
const MAX_FACTS = 32;

const OUTCOME_KEYS = new Set(['verdict', 'reasons', 'score', 'signals', 'unenforced']);
const REASON_KEYS = new Set(['code', 'message', 'rule', 'limit', 'remaining', 'requested', 'unit', 'resetsAtMs', 'retryable', 'facts']);
const SIGNALS = new Set(['anomaly_detected', 'fraud_detected', 'cap_warning']);
const CODE = /^[a-z][a-z0-9_]{1,63}$/;

/**
 * Reads a layer's answer strictly: plain data with known fields, each read once into a copy. A pass carries no reasons,
 * anything else at least one.
 *
 * Fails closed: undefined for whatever is not exactly that. May throw what a hostile object throws.
 */
export function readOutcome(answer: unknown): ReadOutcome {
  if (answer === PASS) return PASS;
  const fields = plainFields(answer, OUTCOME_KEYS);
  if (fields === undefined) return undefined;
  const { verdict, score } = fields;
  if (verdict !== 'pass' && verdict !== 'escalate' && verdict !== 'deny') return undefined;
  const reasons = readList(fields['reasons'], MAX_REASONS, readReason);
  if (reasons === undefined || (verdict === 'pass') !== (reasons.length === 0)) return undefined;
  const signals = fields['signals'] === undefined ? undefined : readList(fields['signals'], MAX_REASONS, readSignal);
  const unenforced = fields['unenforced'] === undefined ? undefined : readList(fields['unenforced'], MAX_REASONS, readText);
  if (score !== undefined && !(typeof score === 'number' && score >= 0 && score <= 100)) return undefined;
  if ((signals === undefined) !== (fields['signals'] === undefined)) return undefined;
  if ((unenforced === undefined) !== (fields['unenforced'] === undefined)) return undefined;
  return {
    verdict,
    reasons,
    ...(score === undefined ? {} : { score }),
    ...(signals === undefined ? {} : { signals }),
    ...(unenforced === undefined ? {} : { unenforced }),
  };
}

/** The short check of an outcome that this room built itself: what a bug of ours could get wrong. */
export function readOwnOutcome(answer: unknown): ReadOutcome {
  if (answer === PASS) return PASS;
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { verdict, reasons, score } = answer as LayerOutcome;
  if (verdict !== 'pass' && verdict !== 'escalate' && verdict !== 'deny') return undefined;
  if (!Array.isArray(reasons) || (verdict === 'pass') !== (reasons.length === 0)) return undefined;
  if (score !== undefined && !(score >= 0 && score <= 100)) return undefined;
  return answer as LayerOutcome;
}

function readReason(value: unknown): Reason | undefined {
  const fields = plainFields(value, REASON_KEYS);
  if (fields === undefined) return undefined;
  const { code, message, retryable, resetsAtMs } = fields;
  if (typeof code !== 'string' || !CODE.test(code) || readText(message) === undefined || typeof retryable !== 'boolean') return undefined;
  for (const key of ['rule', 'limit', 'remaining', 'requested', 'unit'])
    if (fields[key] !== undefined && readText(fields[key]) === undefined) return undefined;
  if (resetsAtMs !== undefined && !Number.isFinite(resetsAtMs)) return undefined;
  if (fields['facts'] === undefined) return withoutUndefined(fields);
  const facts = readFacts(fields['facts']);
  return facts === undefined ? undefined : withoutUndefined({ ...fields, facts });
}

function readSignal(value: unknown): LayerSignal | undefined {
  const fields = plainFields(value);
  if (fields === undefined || Object.keys(fields).length !== 2 || typeof fields['type'] !== 'string' || !SIGNALS.has(fields['type']))
    return undefined;
  const details = readFacts(fields['details']);
  return details === undefined ? undefined : { type: fields['type'] as LayerSignal['type'], details };
}

function readFacts(value: unknown): LayerSignal['details'] | undefined {
  const fields = plainFields(value);
  if (fields === undefined) return undefined;
  const entries = Object.entries(fields);
  if (entries.length > MAX_FACTS) return undefined;
  for (const [, fact] of entries) {
    const fine =
      fact === null || typeof fact === 'boolean' || (typeof fact === 'number' && Number.isFinite(fact)) || readText(fact) !== undefined;
    if (!fine) return undefined;
  }
  return fields as LayerSignal['details'];
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
}

function readList<T>(value: unknown, most: number, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return undefined;
  const length = value.length;
  if (length > most) return undefined;
  const items: T[] = [];
  for (let index = 0; index < length; index += 1) {
    const own = Object.getOwnPropertyDescriptor(value, index);
    if (own === undefined || !('value' in own)) return undefined;
    const item = read(own.value);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** Own data fields of a plain object, each read once; undefined for accessors, symbols, strange prototypes, unknown keys. */
function plainFields(value: unknown, known?: ReadonlySet<string>): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const fields: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key !== 'string' || key === '__proto__' || (known !== undefined && !known.has(key))) return undefined;
    const own = Object.getOwnPropertyDescriptor(value, key);
    if (own === undefined || !('value' in own)) return undefined;
    fields[key] = own.value;
  }
  return fields;
}

function withoutUndefined(fields: Record<string, unknown>): Reason {
  for (const key of Object.keys(fields)) if (fields[key] === undefined) delete fields[key];
  return fields as unknown as Reason;
}
