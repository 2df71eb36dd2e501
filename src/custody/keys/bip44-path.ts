import { CastellanError, type KeyAlgorithm } from '../../core/index.ts';

/** Levels and numbers of a BIP-44 path. */
export interface Bip44Path {
  readonly purpose: number;
  readonly coinType: number;
  readonly account: number;
  readonly change: number;
  readonly index: number;
}

/** Coin types with a place in this library (SLIP-44): Ether and TON. */
export const COIN_TYPES = { ether: 60, ton: 607 } as const;

const FIELDS = ['purpose', 'coinType', 'account', 'change', 'index'] as const;
const HARDENED = 0x8000_0000;
const MAX_LEVELS = 10;
const LEVEL = /^(0|[1-9][0-9]{0,9})('?)$/;
const BIP44 = /^m\/44'\/(60|607)'\/([0-9]+)'\/([01])\/([0-9]+)$/;
/** SLIP-10 knows no unhardened child of an Ed25519 key, so such a path is hardened to its end. */
const ED25519_PATH = /^m\/44'\/607'\/[0-9]+'(?:\/[0-9]+'\/[0-9]+')?$/;

/**
 * The path `m/44'/coin'/account'/change/index`.
 *
 * @throws DERIVATION_INVALID unless purpose is 44, the coin 60 or 607, change 0 or 1, the others integers below 2^31,
 * and no other field is there
 */
export function toBip44Path(path: Bip44Path): string {
  if (typeof path !== 'object' || path === null) throw invalid('A path is an object of five numbers.', 'path');
  const strange = Object.keys(path).find((field) => !(FIELDS as readonly string[]).includes(field));
  if (strange !== undefined) throw invalid('The path has an unknown field.', strange);
  for (const field of FIELDS) if (!isLevel(path[field])) throw invalid('A level of a path is an integer from 0 to 2^31 - 1.', field);
  if (path.purpose !== 44) throw invalid('The purpose of a BIP-44 path is 44.', 'purpose');
  if (!isCoinType(path.coinType)) throw invalid('The coin type is 60 or 607.', 'coinType');
  if (path.change > 1) throw invalid('Change is 0 or 1.', 'change');
  return `m/44'/${path.coinType}'/${path.account}'/${path.change}/${path.index}`;
}

/** Reads a path in the one spelling that {@link toBip44Path} writes. @throws DERIVATION_INVALID */
export function parseBip44Path(text: string): Bip44Path {
  const found = typeof text === 'string' ? BIP44.exec(text) : null;
  if (found === null) throw invalid("The path is not of the form m/44'/60'/account'/change/index.", 'path');
  const [coinType, account, change, index] = found.slice(1).map(Number) as [number, number, number, number];
  const path = { purpose: 44, coinType, account, change, index };
  if (toBip44Path(path) !== text) throw invalid('The path has leading zeros.', 'path');
  return path;
}

/** Tells whether a number is a coin type with a place in this library. */
export function isCoinType(value: unknown): value is number {
  return value === COIN_TYPES.ether || value === COIN_TYPES.ton;
}

/**
 * A BIP-44 path with each level hardened, where its keys are Ed25519 and have no other children; any other path as it is:
 * hardening those would lead to keys that no other wallet finds.
 */
export function hardenWhereNeeded(text: string): string {
  const found = typeof text === 'string' ? BIP44.exec(text) : null;
  if (found === null || parseBip44Path(text).coinType !== COIN_TYPES.ton) return text;
  return text.replace(/\/([0-9]+)\/([0-9]+)$/, "/$1'/$2'");
}

/** Where the key of a wallet lies under a seed: `m/44'/60'/account'/0/0` for secp256k1, `m/44'/607'/account'` for Ed25519. */
export function accountPath(algorithm: KeyAlgorithm, account: number): string {
  if (!isLevel(account)) throw invalid('An account is an integer from 0 to 2^31 - 1.', 'account');
  return algorithm === 'secp256k1' ? `m/44'/${COIN_TYPES.ether}'/${account}'/0/0` : `m/44'/${COIN_TYPES.ton}'/${account}'`;
}

/**
 * Which key a path is for: `m/44'/60'/a'/c/i` is secp256k1; `m/44'/607'/a'` and `m/44'/607'/a'/c'/i'` are Ed25519.
 * @throws DERIVATION_INVALID for any other path
 */
export function algorithmOfPath(path: string): KeyAlgorithm {
  if (typeof path === 'string' && ED25519_PATH.test(path)) {
    parseLevels(path);
    return 'ed25519';
  }
  if (parseBip44Path(path).coinType === COIN_TYPES.ether) return 'secp256k1';
  throw invalid('A path of an Ed25519 key is hardened at each level.', 'path');
}

/** The numbers of a path, hardened ones from 2^31 on. @throws DERIVATION_INVALID for a path that is not `m` and up to ten levels */
export function parseLevels(path: string): readonly number[] {
  const [root, ...levels] = typeof path === 'string' ? path.split('/') : [];
  if (root !== 'm' || levels.length > MAX_LEVELS) throw invalid('A path is m and at most ten levels.', 'path');
  return levels.map((text) => {
    const found = LEVEL.exec(text);
    const level = Number(found?.[1]);
    if (found === null || !isLevel(level)) throw invalid("A level of a path is an integer below 2^31, with ' where hardened.", 'path');
    return found[2] === '' ? level : level + HARDENED;
  });
}

function isLevel(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0) && value >= 0 && value < HARDENED;
}

function invalid(message: string, field: string): CastellanError {
  return new CastellanError('DERIVATION_INVALID', { message, details: { field } });
}
