import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { Json } from '../../core/store.ts';
import { areKeyBytes, isSecretName, looksSecret, REDACTED } from './looks-secret.ts';

/** Levels of nesting in what an outside event brings along. */
const MAX_DEPTH = 8;
/** Values in it, names included: a page of facts, not a document. */
const MAX_NODES = 512;
/** Characters in it, names included. */
const MAX_CHARS = 16_384;
const MAX_NAME = 64;
/** Names that reach a prototype when a program copies the entry carelessly. */
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A bounded copy of foreign data, and the paths where a secret was left out. */
export interface OutsideCopy {
  readonly value: Json;
  readonly redacted: readonly string[];
}

interface Budget {
  nodes: number;
  chars: number;
  readonly redacted: string[];
}

/**
 * Copies plain data: every property is read once, so that what is checked is what is logged. Dates become ISO text, bigints
 * decimal text; values that look like secrets become a note that says so.
 *
 * @throws REQUEST_INVALID for accessors, class instances, prototype names, lone surrogates, numbers that are not finite, and
 * anything deeper or larger than the bounds
 */
export function copyOutside(value: unknown, path: string): OutsideCopy {
  const budget: Budget = { nodes: 0, chars: 0, redacted: [] };
  try {
    return { value: copy(value, path, path, 0, budget), redacted: budget.redacted };
  } catch (error) {
    if (isCastellanError(error)) throw error;
    throw malformed(path, 'could not be read');
  }
}

/** The error for a field of an outside event; it never shows the value. */
export function malformed(field: string, what: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: `The audit event is malformed: ${field} ${what}.`, details: { field } });
}

function copy(value: unknown, name: string, path: string, depth: number, budget: Budget): Json {
  budget.nodes += 1;
  if (budget.nodes > MAX_NODES) throw malformed(path, `goes beyond ${MAX_NODES} values`);
  switch (typeof value) {
    case 'string':
      return copyText(value, name, path, budget);
    case 'bigint':
      return copyText(bounded(value, path), name, path, budget);
    case 'number':
      if (!Number.isFinite(value)) throw malformed(path, 'is a number that is not finite');
      return isSecretName(name) ? redact(path, budget) : value;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return copyDate(value, path);
      if (depth >= MAX_DEPTH) throw malformed(path, `is nested more than ${MAX_DEPTH} deep`);
      return Array.isArray(value) ? copyList(value, name, path, depth, budget) : copyObject(value, name, path, depth, budget);
    default:
      throw malformed(path, `is a ${typeof value}`);
  }
}

function copyText(text: string, name: string, path: string, budget: Budget): string {
  budget.chars += text.length;
  if (budget.chars > MAX_CHARS) throw malformed(path, `goes beyond ${MAX_CHARS} characters`);
  if (!text.isWellFormed()) throw malformed(path, 'holds a lone surrogate');
  return isSecretName(name) || looksSecret(text, name) ? redact(path, budget) : text;
}

function copyList(list: readonly unknown[], name: string, path: string, depth: number, budget: Budget): Json {
  const { length } = list;
  if (length > MAX_NODES) throw malformed(path, `goes beyond ${MAX_NODES} values`);
  const taken = Array.from({ length }, (_, index) => list[index]);
  if (isSecretName(name) || areKeyBytes(taken)) return redact(path, budget);
  const words = taken.filter((item) => typeof item === 'string');
  const chars = words.reduce((sum, word) => sum + word.length, 0);
  if (chars > MAX_CHARS) throw malformed(path, `goes beyond ${MAX_CHARS} characters`);
  if (words.length > 1 && looksSecret(words.join(' '), name)) return redact(path, budget);
  return taken.map((item, index) => copy(item, name, `${path}[${index}]`, depth + 1, budget));
}

function copyObject(object: object, name: string, path: string, depth: number, budget: Budget): Json {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw malformed(path, 'is an instance of a class');
  const keys = Object.keys(object);
  if (keys.length > MAX_NODES) throw malformed(path, `goes beyond ${MAX_NODES} values`);
  if (keys.length > 0 && isSecretName(name)) return redact(path, budget);
  const members: [string, Json][] = [];
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined || !('value' in descriptor)) throw malformed(path, 'has a property that is computed when read');
    if (descriptor.value === undefined) continue;
    checkName(key, path);
    budget.chars += key.length;
    members.push([key, copy(descriptor.value, key, `${path}.${key}`, depth + 1, budget)]);
  }
  return Object.fromEntries(members);
}

function checkName(key: string, path: string): void {
  if (key === '' || key.length > MAX_NAME || !key.isWellFormed())
    throw malformed(path, `has a name that is not 1 to ${MAX_NAME} characters`);
  if (PROTOTYPE_NAMES.has(key)) throw malformed(path, 'has a name that is reserved');
  if (looksSecret(key, '')) throw malformed(path, 'has a name that looks like a secret');
}

function copyDate(date: Date, path: string): string {
  const ms = Date.prototype.getTime.call(date);
  if (!Number.isFinite(ms)) throw malformed(path, 'is no date');
  return new Date(ms).toISOString();
}

/** Spelling a huge number takes longer than refusing it. */
function bounded(value: bigint, path: string): string {
  if (BigInt.asIntN(512, value) !== value) throw malformed(path, 'is a number beyond 512 bits');
  return value.toString();
}

function redact(path: string, budget: Budget): string {
  budget.redacted.push(path);
  return REDACTED;
}
