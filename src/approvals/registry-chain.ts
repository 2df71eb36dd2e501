import {
  CastellanError,
  type Json,
  parseDoc,
  type Registry,
  type RegistrySignature,
  readDoc,
  type SignatureVerifier,
  type Store,
  storeKey,
} from '../core/index.ts';
import { isOwned, NO_REGISTRY, registryDigest, registryStatement, saysTheSame, toRegistry } from './registry-document.ts';
import { signedBy } from './signed-by.ts';

/** One version at rest: document `registry-version/<sequence, 8 digits>`. */
export interface RegistryVersion {
  readonly registry: Registry;
  /** Of the owners of the version before; empty where it had none. */
  readonly signatures: readonly RegistrySignature[];
}

/** What document `registry` holds: the version in force. Its `digest` is what a permit is compared with. */
export interface RegistryHead {
  readonly v: 1;
  readonly digest: string;
  readonly sequence: number;
}

/** A verified chain: its last version, and the first that had an owner. */
export interface RegistryChain {
  readonly current: Registry;
  readonly digest: string;
  readonly firstOwned: Registry | undefined;
  /** Versions in the chain. */
  readonly length: number;
  /** Version of document `registry`, for the next conditional write. */
  readonly docVersion: number;
}

/** Versions read per page. */
const PAGE = 200;
/** Reads before a head that keeps moving counts as broken. */
const ATTEMPTS = 5;

/** Where a version lies among the documents. */
export function versionDoc(sequence: number): string {
  return `registry-version/${String(sequence).padStart(8, '0')}`;
}

/**
 * Reads the registry and verifies what is new since `known`: places in the chain, digests, and the previous owners'
 * signatures. Undefined where no registry was ever stored.
 *
 * Fails closed when the chain is broken or shorter than one seen before: then nobody approves and nobody loosens.
 * @throws STORE_CORRUPT, STORE_UNAVAILABLE
 */
export async function readChain(
  store: Store,
  tenant: string,
  verifiers: readonly SignatureVerifier[],
  known?: RegistryChain,
): Promise<RegistryChain | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const doc = await readDoc(store, 'registry');
    if (doc === undefined) {
      if (known !== undefined) throw broken('the registry is gone');
      return undefined;
    }
    const head = doc.value as unknown as Partial<RegistryHead> | null;
    if (known !== undefined && head?.digest === known.digest) return { ...known, docVersion: doc.version };
    const chain = await follow(store, tenant, verifiers, known, doc.version);
    if (chain !== undefined && chain !== known && chain.digest === head?.digest && chain.current.sequence === head.sequence) return chain;
    // A change between the two reads looks like a broken chain; a head that stands still is one.
    const again = await readDoc(store, 'registry');
    if (again?.version === doc.version || attempt === ATTEMPTS) throw broken('its head is not its last version');
  }
}

/** Verifies every stored version after `known`. */
async function follow(
  store: Store,
  tenant: string,
  verifiers: readonly SignatureVerifier[],
  known: RegistryChain | undefined,
  docVersion: number,
): Promise<RegistryChain | undefined> {
  let chain = known;
  for (;;) {
    const after = chain === undefined ? {} : { after: storeKey.doc(versionDoc(chain.current.sequence)) };
    const rows = await store.scan(storeKey.doc('registry-version/'), { limit: PAGE, ...after });
    for (const row of rows) chain = await extend(chain, parseDoc(row.value, row.key).value, tenant, verifiers, docVersion);
    if (rows.length < PAGE) return chain;
  }
}

async function extend(
  chain: RegistryChain | undefined,
  value: Json,
  tenant: string,
  verifiers: readonly SignatureVerifier[],
  docVersion: number,
): Promise<RegistryChain> {
  const version = value as unknown as Partial<RegistryVersion> | null;
  const registry = readVersion(version?.registry, tenant);
  if (registry.sequence !== (chain === undefined ? 0 : chain.current.sequence + 1)) throw broken('a version is missing');
  if (registry.previous !== (chain === undefined ? NO_REGISTRY : chain.digest)) throw broken('a version does not follow the one before');
  if (chain !== undefined && isOwned(chain.current)) {
    const signed = await signedBy(chain.current, 'owner', registryStatement(registry), version?.signatures ?? [], verifiers);
    if (!signed.ok || signed.keys.length < chain.current.quorums.owner) throw broken('a version is not signed by the owners before it');
  }
  return {
    current: registry,
    digest: registryDigest(registry),
    firstOwned: chain?.firstOwned ?? (isOwned(registry) ? registry : undefined),
    length: (chain?.length ?? 0) + 1,
    docVersion,
  };
}

function readVersion(value: Registry | undefined, tenant: string): Registry {
  try {
    const registry = toRegistry(value as Registry, {
      tenant,
      sequence: (value as Registry).sequence,
      previous: (value as Registry).previous,
    });
    // What is stored is what was digested: no second spelling.
    if (!Number.isSafeInteger(registry.sequence) || !saysTheSame(registry, value as Registry))
      throw broken('a version is not in its one form');
    return registry;
  } catch {
    throw broken('a version is not readable');
  }
}

function broken(why: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', {
    message: `The chain of registry versions is broken: ${why}.`,
    details: { reason: 'registry_chain_broken' },
  });
}
