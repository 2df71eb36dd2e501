import * as crypto from 'node:crypto';
import { CastellanError } from './errors.ts';

/** Cost of an argon2id hash; stored beside what it protects. */
export interface PasswordHashCost {
  readonly memoryKib: number;
  readonly lanes: number;
  readonly passes: number;
}

/** 64 MiB, 4 lanes, 3 passes: the second recommended option of RFC 9106, section 4. */
export const PASSWORD_HASH_COST: PasswordHashCost = { memoryKib: 65_536, lanes: 4, passes: 3 };

/** Bytes of every key derived here. */
const KEY_BYTES = 32;

/**
 * Derives 32 bytes from a passphrase: argon2id (RFC 9106). The passphrase is read in Unicode form NFKC, so that one
 * phrase typed on two machines is one phrase. Runs off the event loop where the runtime has argon2, in slices where not.
 *
 * Fails closed when the cost is outside 8 MiB to 1 GiB, 1 to 16 lanes, 1 to 16 passes: a stored cost is not trusted.
 * @throws KEY_INVALID
 */
export async function passwordHash(password: string, salt: Uint8Array, cost: PasswordHashCost = PASSWORD_HASH_COST): Promise<Uint8Array> {
  check(password, salt, cost);
  if (typeof (crypto as { argon2?: unknown }).argon2 !== 'function') return portablePasswordHash(password, salt, cost);
  const message = Buffer.from(password.normalize('NFKC'));
  try {
    return await new Promise((resolve, reject) => {
      const parameters = {
        message,
        nonce: salt,
        memory: cost.memoryKib,
        parallelism: cost.lanes,
        passes: cost.passes,
        tagLength: KEY_BYTES,
      };
      crypto.argon2('argon2id', parameters, (error, derived) => (error === null ? resolve(owned(derived)) : reject(error)));
    });
  } finally {
    message.fill(0);
  }
}

/** The same hash in JavaScript alone, for runtimes without argon2; about seven times slower. @throws KEY_INVALID */
export async function portablePasswordHash(
  password: string,
  salt: Uint8Array,
  cost: PasswordHashCost = PASSWORD_HASH_COST,
): Promise<Uint8Array> {
  check(password, salt, cost);
  const { argon2idAsync } = await import('@noble/hashes/argon2.js');
  const message = Buffer.from(password.normalize('NFKC'));
  try {
    return await argon2idAsync(message, salt, { m: cost.memoryKib, p: cost.lanes, t: cost.passes, dkLen: KEY_BYTES });
  } finally {
    message.fill(0);
  }
}

/** Derives 32 bytes for one use from a strong secret: HKDF-SHA-256 (RFC 5869). Different `use` texts give unrelated keys. */
export function expandKey(secret: Uint8Array, salt: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(crypto.hkdfSync('sha256', secret, salt, use, KEY_BYTES));
}

/** HMAC-SHA-256 under one key, as hex. The key lives in a key object of the runtime. */
export function createMac(key: Uint8Array): (data: string | Uint8Array) => string {
  const secret = crypto.createSecretKey(key);
  return (data) => crypto.createHmac('sha256', secret).update(data).digest('hex');
}

function check(password: string, salt: Uint8Array, cost: PasswordHashCost): void {
  const within = (value: number, least: number, most: number): boolean => Number.isSafeInteger(value) && value >= least && value <= most;
  if (typeof password !== 'string' || password.length === 0 || !password.isWellFormed())
    throw refused('A passphrase is non-empty, well-formed text.');
  if (!(salt instanceof Uint8Array) || salt.length < 16) throw refused('A salt has at least 16 bytes.');
  if (!within(cost.memoryKib, 8_192, 1_048_576) || !within(cost.lanes, 1, 16) || !within(cost.passes, 1, 16)) {
    throw refused('The cost is outside 8 MiB to 1 GiB, 1 to 16 lanes, 1 to 16 passes.');
  }
}

/** Copies out of the runtime's buffer and wipes that. */
function owned(derived: Uint8Array): Uint8Array {
  const key = Uint8Array.from(derived);
  derived.fill(0);
  return key;
}

function refused(message: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message });
}
