import { CastellanError, type Json, type PasswordHashCost } from '../../core/index.ts';

/** How the key of a vault is made, stored in the clear beside it: document `vault`. */
export interface VaultHeader {
  readonly v: 1;
  readonly kdf: 'argon2id' | 'hkdf-sha256';
  /** 16 bytes, hex. */
  readonly salt: string;
  /** Null where no passphrase is stretched. */
  readonly cost: PasswordHashCost | null;
  /** A known text sealed under the vault's key and this header: a wrong secret shows at once. */
  readonly check: string;
}

/** Reads a stored header. Bounds on the cost are checked where it is used. @throws STORE_CORRUPT */
export function parseVaultHeader(value: Json): VaultHeader {
  const header = value as Partial<VaultHeader> | null;
  if (
    typeof header === 'object' &&
    header !== null &&
    header.v === 1 &&
    typeof header.salt === 'string' &&
    /^[0-9a-f]{32}$/.test(header.salt) &&
    typeof header.check === 'string' &&
    ((header.kdf === 'argon2id' && isCost(header.cost)) || (header.kdf === 'hkdf-sha256' && header.cost === null))
  ) {
    return header as VaultHeader;
  }
  throw new CastellanError('STORE_CORRUPT', { message: "The vault's header is not readable.", details: { key: 'vault' } });
}

function isCost(cost: unknown): cost is PasswordHashCost {
  const { memoryKib, lanes, passes } = (cost ?? {}) as Partial<PasswordHashCost>;
  return Number.isSafeInteger(memoryKib) && Number.isSafeInteger(lanes) && Number.isSafeInteger(passes);
}
