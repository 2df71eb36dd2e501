import { systemClock, systemRandom } from '../../adapters/host/index.ts';
import { createMemoryStore } from '../../adapters/store/memory/index.ts';
import { createAuthority, createEd25519Verifier } from '../../approvals/index.ts';
import { parseEntry, toAppendCommand } from '../../audit/index.ts';
import { compilePolicy, createJudge, DEFAULT_POLICY_BASE, type PolicyBase } from '../../authz/index.ts';
import { assetChain, nativeAssetId } from '../../core/asset.ts';
import type { Authority } from '../../core/authority.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { TON_MAINNET } from '../../core/chain-id.ts';
import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { createEventBus } from '../../core/event-bus.ts';
import type { PriceSource } from '../../core/price.ts';
import type { Random } from '../../core/random.ts';
import type { RegisteredKey, Role } from '../../core/registry.ts';
import type { Store } from '../../core/store.ts';
import { createJournal, type Journal } from '../journal.ts';
import { createPolicyBook } from '../policy-book.ts';
import { createPolicies, type PolicyManager } from './policy-manager.ts';

/** What a room needs that stands alone. */
export interface StandAloneOptions {
  /** Default: in memory. With a manager's own store it sees, and changes, what that manager decides by. */
  readonly store?: Store;
  readonly clock?: Clock;
  readonly random?: Random;
  /** As the manager's. Default: `default`. */
  readonly tenant?: string;
  /** The owners, pinned as in the manager's configuration. A store that has owners refuses whoever does not pin them. */
  readonly registry?: { readonly keys: readonly RegisteredKey[]; readonly quorums?: Partial<Readonly<Record<Role, number>>> };
}

/** Store, log and authority of a room that stands alone. */
export interface StandAlone {
  readonly host: { readonly clock: Clock; readonly random: Random };
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly authority: Pick<Authority, 'require'>;
}

/** Puts a room on its own feet. */
export function standAlone(options: StandAloneOptions): StandAlone {
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  const tenant = options.tenant ?? 'default';
  const store = options.store ?? createMemoryStore({ clock });
  const journal = createJournal({ store, bus: createEventBus({ clock }), command: toAppendCommand, parse: parseEntry });
  let opening: Promise<Authority> | undefined;
  const open = (): Promise<Authority> => {
    opening ??= createAuthority({
      store,
      tenant,
      clock,
      random,
      command: journal.command,
      verifiers: [createEd25519Verifier()],
      genesis: options.registry?.keys ?? [],
      ...(options.registry?.quorums === undefined ? {} : { quorums: options.registry.quorums }),
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const authority: StandAlone['authority'] = {
    require: async (action, facts, authorization) => (await open()).require(action, facts, authorization),
  };
  return { host: { clock, random }, tenant, store, journal, authority };
}

/** TON’s own coin, which limits count in where nothing else is said. */
const TONCOIN: Token = Object.freeze({ asset: nativeAssetId(TON_MAINNET), symbol: 'TON', decimals: 9 });

/** What a policy manager that stands alone is made of. */
export interface PolicyManagerOptions extends StandAloneOptions {
  /** What symbols mean. Default: the coin of TON's main network alone. */
  readonly tokens?: readonly Token[];
  /** What a policy inherits where it is silent. */
  readonly base?: PolicyBase;
  readonly price?: PriceSource;
}

/**
 * Creates a policy manager without a gate: what it says about agents is kept in its store, and decides nothing unless a
 * manager decides by the same store.
 *
 * @param options - store, tokens and prices; all in memory where there are none
 * @example
 * ```ts
 * import { createPolicyManager, DEFAULT_TEMPLATES } from 'castellan';
 *
 * const policy = createPolicyManager();
 * await policy.createAgent('a1', DEFAULT_TEMPLATES.balanced);
 * const { allowed } = await policy.checkCapability('a1', 'transfer', { amount: '999999', token: 'TON' });
 * console.log(allowed); // false
 * ```
 */
export function createPolicyManager(options: PolicyManagerOptions = {}): PolicyManager {
  const alone = standAlone(options);
  const { clock } = alone.host;
  const tokens = options.tokens ?? [TONCOIN];
  const base = options.base ?? DEFAULT_POLICY_BASE;
  const ids = [...new Set(tokens.map(({ asset }) => assetChain(asset)))];
  const { foundAgent: _foundAgent, ...manager } = createPolicies({
    ...alone,
    policies: createPolicyBook((permissions) => compilePolicy(permissions, tokens, base)),
    judge: createJudge({ clock, deadlines: createDeadlines(clock) }),
    chains: { ids, tokens: (chain) => tokens.filter(({ asset }) => assetChain(asset) === chain) },
    price: options.price,
    enabled: true,
    locallyHalted: () => false,
    decisionTimeoutMs: 20_000,
  });
  return Object.freeze(manager);
}
