import { CastellanError } from '../../core/index.ts';

/** Devices and services that keep keys. */
export type HSMProvider = 'aws-cloudhsm' | 'aws-kms';

/** Which device. Unknown fields are refused. */
export interface HSMKeyStorageOptions {
  /** Also spelt `aws_cloudhsm` and `aws_kms`. */
  readonly provider: HSMProvider | 'aws_cloudhsm' | 'aws_kms';
  readonly clusterId?: string | undefined;
  /** Checked for their form and not kept: nothing here can use them yet. */
  readonly credentials?: Readonly<Record<string, string | undefined>> | undefined;
}

const PROVIDERS: ReadonlyMap<string, HSMProvider> = new Map([
  ['aws-cloudhsm', 'aws-cloudhsm'],
  ['aws_cloudhsm', 'aws-cloudhsm'],
  ['aws-kms', 'aws-kms'],
  ['aws_kms', 'aws-kms'],
]);

/**
 * Keys in a device. It can be configured; whatever would use it is refused with MODE_UNAVAILABLE, so that no key is made
 * somewhere else instead.
 *
 * @example
 * ```ts
 * import { createKeyManager, HSMKeyStorage, isCastellanError } from 'castellan';
 * import { memoryStore } from 'castellan/store/memory';
 *
 * const storage = new HSMKeyStorage({ provider: 'aws-cloudhsm', clusterId: 'cluster-xyz' });
 * const keys = createKeyManager({ storage, store: () => memoryStore() });
 * await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' }).catch((error: unknown) => {
 *   console.log(isCastellanError(error) && error.code); // MODE_UNAVAILABLE
 * });
 * ```
 */
export class HSMKeyStorage {
  readonly kind = 'hsm';
  readonly provider: HSMProvider;
  readonly clusterId: string | null;

  /** @throws CONFIG_INVALID, which never quotes a credential */
  constructor(options: HSMKeyStorageOptions) {
    const { provider, clusterId, credentials, ...strange } = (options ?? {}) as HSMKeyStorageOptions;
    const problems: string[] = Object.keys(strange).map((field) => `${field.slice(0, 64)}: unknown field`);
    const known = PROVIDERS.get(provider);
    if (known === undefined) problems.push('provider: must be aws-cloudhsm or aws-kms');
    const isName = typeof clusterId === 'string' && clusterId.length > 0 && clusterId.length <= 256;
    if (!isName && (clusterId !== undefined || known === 'aws-cloudhsm')) problems.push('clusterId: must be the name of a cluster');
    if (credentials !== undefined && !areCredentials(credentials)) problems.push('credentials: must be an object of texts');
    if (known === undefined || problems.length > 0)
      throw new CastellanError('CONFIG_INVALID', {
        message: `The storage has ${problems.length} wrong field(s): ${problems.join('; ')}`,
        details: { problems },
      });
    this.provider = known;
    this.clusterId = clusterId ?? null;
    Object.freeze(this);
  }
}

/** Why nothing can be done with a device in this version. */
export function hsmUnavailable({ provider }: HSMKeyStorage): CastellanError {
  return new CastellanError('MODE_UNAVAILABLE', {
    message: 'Keys in a device are not available in this version.',
    details: { mode: 'hsm', provider },
  });
}

/** A credential that the environment does not have is undefined. */
function areCredentials(credentials: unknown): boolean {
  return (
    typeof credentials === 'object' &&
    credentials !== null &&
    Object.values(credentials).every((value) => value === undefined || typeof value === 'string')
  );
}
