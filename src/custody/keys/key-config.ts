import { CastellanError, type KeyAlgorithm } from '../../core/index.ts';
import { isRotationDays, type KeyMode, type RotationInterval } from './key-record.ts';
import { isPartyName, isSharing, KEY_ID } from './key-sharing.ts';

/** How a key is made. Unknown fields are refused. */
export interface GenerateKeyConfig {
  readonly algorithm: KeyAlgorithm;
  readonly purpose: 'signing';
  readonly tags?: readonly string[];
  /** Default: a fresh id. */
  readonly id?: string;
  /** `software` (default): one encrypted private key. `mpc`: of parties, and no seed backs it up: shares of one ed25519 key, or a secp256k1 key each. */
  readonly mode?: KeyMode;
  /** `derived` (default): the next account of the seed, so that the seed is the backup. `random`: of its own randomness. */
  readonly source?: 'derived' | 'random';
  /** Default: the seed `default`, made on first use. */
  readonly seedId?: string;
  /** Parties that sign together, for mode `mpc`. Default 2. More than half of the parties. */
  readonly threshold?: number;
  /** Parties, for mode `mpc`: 2 to 5, or their names where each has a key of its own. Default 3: `party-1`, `party-2`, … */
  readonly parties?: number | readonly string[];
  /** The background work replaces the key when it is due: a new key, and a plan for its wallets. It moves no money. Default false. */
  readonly autoRotate?: boolean;
  /** After how many days the key is due to be replaced: 1 to 3,650. Default 90 with `autoRotate`, and never without. */
  readonly rotationIntervalDays?: number;
}

/** The same, as callers write it: what is not said is an `ed25519` key for `signing`. */
export type GenerateKeyInput = Omit<GenerateKeyConfig, 'algorithm' | 'purpose'> & Partial<Pick<GenerateKeyConfig, 'algorithm' | 'purpose'>>;

/** How a key is made, whole. What is no object is left to {@link checkGenerate}. */
export function withKeyDefaults(input: GenerateKeyInput): GenerateKeyConfig {
  if (typeof input !== 'object' || input === null) return input as GenerateKeyConfig;
  return { ...input, algorithm: input.algorithm ?? 'ed25519', purpose: input.purpose ?? 'signing' };
}

/** Days after which a key that rotates by itself is due. */
const DEFAULT_ROTATION_DAYS = 90;

/** Which key to derive: a path of an existing seed. */
export interface DeriveKeyConfig {
  readonly seedId: string;
  /** `m/44'/60'/a'/c/i` for secp256k1; `m/44'/607'/a'` or `m/44'/607'/a'/c'/i'` for ed25519. */
  readonly path: string;
  readonly id?: string;
  readonly tags?: readonly string[];
}

const GENERATE_FIELDS = new Set([
  'algorithm',
  'purpose',
  'tags',
  'id',
  'mode',
  'source',
  'seedId',
  'threshold',
  'parties',
  'autoRotate',
  'rotationIntervalDays',
]);
const IMPORT_FIELDS = new Set(['mnemonic', 'format', 'password', 'id', 'tags']);

/** Checks how a key shall be made. @throws KEY_INVALID, and MODE_UNAVAILABLE for what no version has yet */
export function checkGenerate(config: GenerateKeyConfig): void {
  checkFields(config, GENERATE_FIELDS);
  if (config.algorithm !== 'secp256k1' && config.algorithm !== 'ed25519')
    throw unavailable('Wallet keys are secp256k1 or ed25519.', { algorithm: String(config.algorithm).slice(0, 64) });
  if (config.purpose !== 'signing') throw invalidKey("The purpose of a wallet key is 'signing'.");
  if (config.source !== undefined && config.source !== 'derived' && config.source !== 'random')
    throw invalidKey("The source of a key is 'derived' or 'random'.");
  if (config.source === 'random' && config.seedId !== undefined) throw invalidKey('A key of its own randomness has no seed.');
  if (config.mode !== undefined && config.mode !== 'software' && config.mode !== 'mpc')
    throw invalidKey("The mode of a key is 'software' or 'mpc'.");
  if (config.mode === 'mpc') checkShared(config);
  else if (config.threshold !== undefined || config.parties !== undefined) throw invalidKey('Only a key of mode mpc has parties.');
  rotationOf(config);
}

/** When a key that is made so is due; undefined for never. @throws KEY_INVALID */
export function rotationOf({ autoRotate, rotationIntervalDays }: GenerateKeyConfig): RotationInterval | undefined {
  if (autoRotate !== undefined && typeof autoRotate !== 'boolean') throw invalidKey('autoRotate is true or false.');
  if (rotationIntervalDays !== undefined && !isRotationDays(rotationIntervalDays))
    throw invalidKey('rotationIntervalDays is a whole number from 1 to 3,650.');
  if (autoRotate !== true && rotationIntervalDays === undefined) return undefined;
  return { auto: autoRotate === true, days: rotationIntervalDays ?? DEFAULT_ROTATION_DAYS };
}

function checkShared({ algorithm, source, seedId, threshold, parties }: GenerateKeyConfig): void {
  if (source !== undefined || seedId !== undefined)
    throw invalidKey('A key of mode mpc is made by its parties: it has no source and no seed.');
  if (Array.isArray(parties)) {
    if (algorithm !== 'secp256k1') throw invalidKey('Parties of an ed25519 key are counted, not named.');
    if (!parties.every(isPartyName) || new Set(parties).size !== parties.length)
      throw invalidKey('Names of parties are 1 to 64 of A-Z a-z 0-9 _ . - and each is there once.');
  }
  if (threshold !== undefined || parties !== undefined) checkSharing(threshold ?? 2, countOf(parties ?? 3));
}

/** How many parties are meant. */
function countOf(parties: number | readonly string[]): number {
  return typeof parties === 'object' ? parties.length : parties;
}

/** The names of a key's parties, as given or by their numbers. */
export function partyNames(parties: number | readonly string[]): readonly string[] {
  return typeof parties === 'object' ? [...parties] : Array.from({ length: parties }, (_, index) => `party-${index + 1}`);
}

/** Refuses what no key can be shared as. @throws KEY_INVALID */
export function checkSharing(threshold: unknown, parties: unknown): void {
  if (!isSharing(threshold, parties)) throw invalidKey('A key has 2 to 5 parties, and more than half of them sign.');
}

/** Checks how a key shall be imported, apart from its phrase. @throws KEY_INVALID */
export function checkImport(config: object): void {
  checkFields(config, IMPORT_FIELDS);
}

/** A key id as given, or a fresh one. @throws KEY_INVALID */
export function checkKeyId(id: string | undefined, fresh: () => string): string {
  if (id === undefined) return fresh();
  if (typeof id !== 'string' || !KEY_ID.test(id)) throw invalidKey('A key id is 1 to 64 of A-Z a-z 0-9 _ . -');
  return id;
}

/** Tags as given. @throws KEY_INVALID */
export function checkTags(tags: readonly string[] = []): readonly string[] {
  if (!Array.isArray(tags) || tags.length > 16 || !tags.every((tag) => typeof tag === 'string' && tag.length > 0 && tag.length <= 64))
    throw invalidKey('Tags are at most 16 texts of 1 to 64 characters.');
  return [...tags];
}

/** A key that cannot be. The message never holds a secret. */
export function invalidKey(message: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message });
}

/** Refuses a field that is not known. @throws KEY_INVALID */
export function checkFields(config: object, known: ReadonlySet<string>): void {
  if (typeof config !== 'object' || config === null) throw invalidKey('A key is made from a configuration.');
  const strange = Object.keys(config).find((field) => !known.has(field));
  if (strange !== undefined) throw invalidKey(`The configuration has an unknown field: ${strange.slice(0, 64)}.`);
}

function unavailable(message: string, details: Readonly<Record<string, string>>): CastellanError {
  return new CastellanError('MODE_UNAVAILABLE', { message, details });
}
