import { CastellanError } from '../../core/index.ts';
import { openKeyAccess } from '../keys/key-access.ts';
import type { GenerateKeyConfig } from '../keys/key-config.ts';
import { isSharing, type KeyInfo } from '../keys/key-record.ts';
import { type SharesStatus, sharesStatusOf } from './mpc.ts';

/** A party as a configuration names it. Unknown fields are refused. */
export interface MPCParty {
  readonly id: string;
  readonly type?: 'user_device' | 'platform_hsm' | 'backup_service';
  /** Where it runs; without one it runs in this process. */
  readonly endpoint?: string;
}

/** A key manager as a coordinator uses it. */
export interface SharingKeys {
  /** Makes a key. @throws KEY_INVALID, MODE_UNAVAILABLE */
  generateKey(config: GenerateKeyConfig): Promise<KeyInfo>;
}

/** Who holds shares, and how many of them sign together. Unknown fields are refused. */
export interface MPCCoordinatorOptions {
  readonly threshold: number;
  readonly totalParties: number;
  /** Default: `party-1`, `party-2`, … in this process. */
  readonly parties?: readonly MPCParty[];
  readonly signatureScheme?: 'ed25519';
  /** How long a remote party is waited for, ms. Parties in this process answer at once. */
  readonly timeoutMs?: number;
  /** The key manager whose shared keys these are. */
  readonly keys?: SharingKeys;
}

const FIELDS = new Set(['threshold', 'totalParties', 'parties', 'signatureScheme', 'timeoutMs', 'keys']);
const PARTY_FIELDS = new Set(['id', 'type', 'endpoint']);
const PARTY_TYPES: ReadonlySet<unknown> = new Set([undefined, 'user_device', 'platform_hsm', 'backup_service']);
const MAX_TIMEOUT_MS = 600_000;

/**
 * Parties that share keys, by their own names. All parties run in this process: one with an endpoint is refused when it is
 * used, so that no share is kept here instead of there.
 *
 * @example
 * ```ts
 * import { createKeyManager, MPCCoordinator, SoftwareKeyStorage } from 'castellan';
 * import { memoryStore } from 'castellan/store/memory';
 *
 * const storage = new SoftwareKeyStorage({ encryptionKey: '11'.repeat(32), storagePath: './keys' });
 * const keys = createKeyManager({ storage, store: () => memoryStore() });
 * const coordinator = new MPCCoordinator({ threshold: 2, totalParties: 3, parties: [{ id: 'user' }, { id: 'platform' }, { id: 'backup' }], keys });
 * const { id } = await coordinator.generateKey();
 * const { threshold, parties } = await coordinator.getSharesStatus(id);
 * console.log(threshold, parties.map((party) => party.id).join(' ')); // 2 user platform backup
 * await keys.close();
 * ```
 */
export class MPCCoordinator {
  readonly threshold: number;
  readonly totalParties: number;
  readonly parties: readonly MPCParty[];
  readonly #keys: SharingKeys | undefined;

  /** @throws CONFIG_INVALID naming every wrong field at once */
  constructor(options: MPCCoordinatorOptions) {
    const problems = problemsOf(options);
    if (problems.length > 0)
      throw new CastellanError('CONFIG_INVALID', {
        message: `The coordinator has ${problems.length} wrong field(s): ${problems.join('; ')}`,
        details: { problems },
      });
    const { threshold, totalParties, parties, keys } = options;
    const named = parties ?? Array.from({ length: totalParties }, (_, index) => ({ id: `party-${index + 1}` }));
    this.threshold = threshold;
    this.totalParties = totalParties;
    this.parties = Object.freeze(named.map((party) => Object.freeze({ ...party })));
    this.#keys = keys;
    Object.freeze(this);
  }

  /** Lets the parties make a key that none of them has. @throws MODE_UNAVAILABLE; CONFIG_INVALID without `keys`; KEY_INVALID */
  async generateKey(config: { readonly id?: string; readonly tags?: readonly string[] } = {}): Promise<KeyInfo> {
    const { threshold, totalParties } = this;
    const keys = this.#usable();
    return keys.generateKey({ ...config, algorithm: 'ed25519', purpose: 'signing', mode: 'mpc', threshold, parties: totalParties });
  }

  /**
   * Where the shares of a key are, and whether they are good.
   * @throws MODE_UNAVAILABLE where a party has an endpoint; CONFIG_INVALID without `keys`; KEY_UNKNOWN; KEY_INVALID for a key
   * that is not shared, or not among so many
   */
  async getSharesStatus(keyId: string): Promise<SharesStatus> {
    const access = await openKeyAccess(this.#usable());
    const status = await sharesStatusOf(access, keyId);
    if (status.threshold !== this.threshold || status.total !== this.totalParties)
      throw new CastellanError('KEY_INVALID', {
        message: 'The key is shared among other parties.',
        details: { keyId, threshold: status.threshold, total: status.total },
      });
    const parties = status.parties.map((party, index) => Object.freeze({ ...party, id: this.parties[index]?.id ?? party.id }));
    return Object.freeze({ ...status, parties: Object.freeze(parties) });
  }

  #usable(): SharingKeys {
    const remote = this.parties.find(({ endpoint }) => endpoint !== undefined);
    if (remote !== undefined)
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Parties in other processes are not available in this version.',
        details: { mode: 'mpc', location: 'remote', party: remote.id },
      });
    if (this.#keys === undefined)
      throw new CastellanError('CONFIG_INVALID', { message: 'The coordinator has no keys: give it a key manager as `keys`.' });
    return this.#keys;
  }
}

function problemsOf(options: MPCCoordinatorOptions): readonly string[] {
  if (typeof options !== 'object' || options === null) return ['must be an object'];
  const { threshold, totalParties, parties, signatureScheme, timeoutMs } = options;
  const problems = Object.keys(options)
    .filter((field) => !FIELDS.has(field))
    .map((field) => `${field.slice(0, 64)}: unknown field`);
  if (!isSharing(threshold, totalParties)) problems.push('threshold: 2 to 5 parties, and more than half of them sign');
  if (signatureScheme !== undefined && signatureScheme !== 'ed25519') problems.push('signatureScheme: must be ed25519');
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    problems.push('timeoutMs: must be 1 to 600,000');
  if (parties === undefined) return problems;
  if (!Array.isArray(parties)) return [...problems, 'parties: must be a list'];
  if (parties.length !== totalParties) problems.push('parties: must be as many as totalParties');
  parties.slice(0, 16).forEach((party, index) => {
    const wrong = partyProblem(party);
    if (wrong !== undefined) problems.push(`parties[${index}]${wrong}`);
  });
  if (new Set(parties.map((party) => party?.id)).size !== parties.length) problems.push('parties: each id once');
  return problems;
}

function partyProblem(party: MPCParty): string | undefined {
  if (typeof party !== 'object' || party === null) return ': must be an object';
  const strange = Object.keys(party).find((field) => !PARTY_FIELDS.has(field));
  if (strange !== undefined) return `.${strange.slice(0, 64)}: unknown field`;
  if (typeof party.id !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(party.id)) return '.id: must be 1 to 64 of A-Z a-z 0-9 _ . -';
  if (!PARTY_TYPES.has(party.type)) return '.type: must be user_device, platform_hsm or backup_service';
  if (party.endpoint !== undefined && (typeof party.endpoint !== 'string' || !URL.canParse(party.endpoint)))
    return '.endpoint: must be a URL';
  return undefined;
}
