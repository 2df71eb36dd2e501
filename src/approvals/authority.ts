import {
  AUTHORITY_ACTIONS,
  type Authority,
  type AuthorityAction,
  type Authorization,
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  canonicalize,
  type Json,
  newId,
  type Random,
  type RegisteredKey,
  type Registry,
  type RegistrySignature,
  type Role,
  readDoc,
  type SecurityEvent,
  type SignatureVerifier,
  type SignedStatement,
  type Store,
} from '../core/index.ts';
import { type RegistryChain, readChain, versionDoc } from './registry-chain.ts';
import {
  isOwned,
  NO_REGISTRY,
  type RegistryBody,
  registryDigest,
  registryStatement,
  saysTheSame,
  toRegistry,
} from './registry-document.ts';
import { signedBy } from './signed-by.ts';

/** What an authority stands on. */
export interface AuthorityOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly verifiers: readonly SignatureVerifier[];
  /** The first registry, pinned by the deployment. With an owner among its keys the manager is owned. */
  readonly genesis?: readonly RegisteredKey[] | undefined;
  readonly quorums?: Partial<Readonly<Record<Role, number>>> | undefined;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
}

/** The authority over the stored registry. */
export interface RegistryAuthority extends Authority {
  /** Reads the registry again, other processes' changes included. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
  refresh(): Promise<void>;
  /** The version that a change would make, and what the present owners sign for it. @throws CONFIG_INVALID */
  propose(body: RegistryBody): { readonly registry: Registry; readonly digest: string; readonly statement: SignedStatement };
  /** Puts a new version in force. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID, CONFIG_INVALID, STORE_UNAVAILABLE */
  change(body: RegistryBody, signatures?: readonly RegistrySignature[]): Promise<Registry>;
}

/** An authorization is given for an act at hand: one that lives longer would be a standing right. */
const MAX_LIFE_MS = 7 * 86_400_000;
/** Document that keeps the digest of the registry that the configuration pinned last, while nobody owns the store. */
const PINNED = 'registry-pinned';
const NONCE = /^[A-Za-z0-9_-]{16,128}$/;

/**
 * What the keys of an act's role sign: tenant, action, facts, nonce, expiry; domain `castellan.authority.v1`.
 *
 * @param act - `nonce` is 16 to 128 letters, digits, `_` or `-` and serves once; `expiresAtMs` in milliseconds since the epoch
 * @example
 * ```ts
 * import { authorizationStatement } from 'castellan';
 *
 * const { domain, text } = authorizationStatement({
 *   tenant: 'acme',
 *   action: 'kill.lift',
 *   facts: { kill: null },
 *   nonce: '00112233445566778899aabbccddeeff',
 *   expiresAtMs: 1_700_000_060_000,
 * });
 * console.log(domain, text.includes('kill.lift')); // castellan.authority.v1 true
 * ```
 */
export function authorizationStatement(act: {
  readonly tenant: string;
  readonly action: AuthorityAction;
  readonly facts: Json;
  readonly nonce: string;
  readonly expiresAtMs: number;
}): SignedStatement {
  const { tenant, action, facts, nonce, expiresAtMs } = act;
  return { domain: 'castellan.authority.v1', text: canonicalize({ tenant, action, facts, nonce, expiresAtMs }) };
}

/**
 * Opens the authority over a store's registry, whose versions are verified from the first one on.
 *
 * Fails closed when the stored chain is broken, when the store is owned and the deployment pins no owner, and when the
 * pinned registry is not the one that took ownership.
 * @throws CONFIG_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE
 */
export async function createAuthority(options: AuthorityOptions): Promise<RegistryAuthority> {
  const { store, tenant, clock, random, verifiers, command } = options;
  const empty = toRegistry({ keys: [] }, { tenant, sequence: 0, previous: NO_REGISTRY });
  const body: RegistryBody = { keys: options.genesis ?? [], quorums: options.quorums };
  let chain: RegistryChain | undefined = await readChain(store, tenant, verifiers);

  const current = (): Registry => chain?.current ?? empty;
  /** Of two reads under way at once, the later version stands. */
  const adopt = (read: RegistryChain | undefined): void => {
    if (read !== undefined && (chain === undefined || read.current.sequence >= chain.current.sequence)) chain = read;
  };
  const next = (wanted: RegistryBody): Registry =>
    toRegistry(wanted, { tenant, sequence: chain === undefined ? 0 : chain.current.sequence + 1, previous: chain?.digest ?? NO_REGISTRY });

  async function put(registry: Registry, signatures: readonly RegistrySignature[], more: readonly Command[] = []): Promise<boolean> {
    const { sequence } = registry;
    const digest = registryDigest(registry);
    const at = clock.nowMs();
    const details = { action: 'registry_changed', sequence, digest, previous: registry.previous };
    const told = command({
      v: 1,
      id: newId(random, at),
      tenant,
      at,
      agent: null,
      severity: 'warning',
      type: 'permission_changed',
      details,
    });
    const result = await applyStep(store, {
      commands: [
        { kind: 'doc.put', key: 'registry', value: { v: 1, digest, sequence }, ifVersion: chain?.docVersion ?? 0 },
        { kind: 'doc.put', key: versionDoc(sequence), value: { registry, signatures } as unknown as Json, ifVersion: 0 },
        told,
        ...more,
      ],
    });
    adopt(await readChain(store, tenant, verifiers, chain));
    return result.ok;
  }

  async function pin(): Promise<void> {
    const pinned = toRegistry(body, { tenant, sequence: 0, previous: NO_REGISTRY });
    if (chain?.firstOwned !== undefined) {
      if (!isOwned(pinned)) throw invalid('The registry of this store has owners: pin them in the configuration.');
      if (!saysTheSame(pinned, chain.firstOwned))
        throw invalid(
          'The pinned registry is not the one that took ownership of this store: change the registry by its owners, not by configuration.',
        );
      return;
    }
    if (pinned.keys.length === 0) return;
    // Pinned before: what was registered or removed since stands, and a restart brings nobody back.
    const digest = registryDigest(pinned);
    const kept = await readDoc(store, PINNED);
    if (chain !== undefined && (kept?.value as { readonly digest?: unknown } | undefined)?.digest === digest) return;
    const mark: Command = { kind: 'doc.put', key: PINNED, value: { digest }, ifVersion: kept?.version ?? 0 };
    const isSame = () => chain !== undefined && saysTheSame(pinned, chain.current);
    const isDone = isSame() ? (await applyStep(store, { commands: [mark] })).ok : await put(next(body), [], [mark]);
    if (!isDone && !isSame()) throw invalid('Another process registered other keys at the same time.');
  }
  await pin();

  async function change(wanted: RegistryBody, signatures: readonly RegistrySignature[] = []): Promise<Registry> {
    await authority.refresh();
    const registry = next(wanted);
    if (isOwned(current())) {
      const signed = await signedBy(current(), 'owner', registryStatement(registry), signatures, verifiers);
      if (!signed.ok) throw wrongSignature(signed.keyId);
      if (signed.keys.length < current().quorums.owner) throw required('registry.change', current(), signed.keys.length);
    }
    if (!(await put(registry, isOwned(current()) ? signatures : []))) {
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: 'The registry was changed by others meanwhile; sign the change again.',
        details: { reason: 'version_conflict' },
      });
    }
    return registry;
  }

  async function requireAct(action: AuthorityAction, facts: Json, authorization?: Authorization): Promise<void> {
    if (!Object.hasOwn(AUTHORITY_ACTIONS, action))
      throw new CastellanError('AUTHORITY_REQUIRED', {
        message: 'There is no such act.',
        details: { action: String(action).slice(0, 64) },
      });
    await authority.refresh();
    const registry = current();
    if (!isOwned(registry)) return;
    if (authorization === undefined || authorization === null) throw required(action, registry, 0);
    const { nonce, expiresAtMs, signatures } = authorization;
    const nowMs = Math.max(clock.nowMs(), await store.now());
    if (typeof nonce !== 'string' || !NONCE.test(nonce)) throw required(action, registry, 0, 'nonce_malformed');
    if (!Number.isSafeInteger(expiresAtMs) || expiresAtMs <= nowMs) throw required(action, registry, 0, 'expired');
    if (expiresAtMs > nowMs + MAX_LIFE_MS) throw required(action, registry, 0, 'lives_too_long');
    const statement = authorizationStatement({ tenant, action, facts, nonce, expiresAtMs });
    const signed = await signedBy(registry, AUTHORITY_ACTIONS[action], statement, signatures, verifiers);
    if (!signed.ok) throw wrongSignature(signed.keyId);
    if (signed.keys.length < registry.quorums[AUTHORITY_ACTIONS[action]]) throw required(action, registry, signed.keys.length);
    // Last, and in the store: of two calls with one nonce exactly one passes, in whatever process.
    const put: Command = { kind: 'doc.put', key: `authority-nonce/${nonce}`, value: { action, atMs: nowMs }, ifVersion: 0 };
    const used = await applyStep(store, { commands: [put] });
    if (!used.ok) throw required(action, registry, signed.keys.length, 'nonce_used');
  }

  const authority: RegistryAuthority = Object.freeze({
    get owned(): boolean {
      return isOwned(current());
    },
    registry: current,
    digest: () => chain?.digest ?? 'none',
    key: (id: string, role: Role) => current().keys.find((key) => key.id === id && key.roles.includes(role)),
    async refresh() {
      adopt(await readChain(store, tenant, verifiers, chain));
    },
    propose(wanted: RegistryBody) {
      const registry = next(wanted);
      return { registry, digest: registryDigest(registry), statement: registryStatement(registry) };
    },
    change,
    require: requireAct,
  });
  return authority;
}

function required(action: AuthorityAction, registry: Registry, have: number, reason = 'below_quorum'): CastellanError {
  const role = AUTHORITY_ACTIONS[action];
  return new CastellanError('AUTHORITY_REQUIRED', {
    message: `This needs the signatures of the ${role} quorum.`,
    details: { action, role, need: registry.quorums[role], have, reason },
  });
}

function wrongSignature(keyId: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: 'A signature is wrong, or its key does not hold the role.',
    details: { keyId },
  });
}

function invalid(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message });
}
