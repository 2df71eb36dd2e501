import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { RegisteredKey, Role } from '../../core/registry.ts';
import type { Store } from '../../core/store.ts';

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
