import type { Token } from '../../../core/chain-adapter.ts';
import type { Clock } from '../../../core/clock.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { Random } from '../../../core/random.ts';
import type { Store } from '../../../core/store.ts';
import type { Journal } from '../../journal.ts';
import type { ConfiguredExemption, ConfiguredList } from './configured-list.ts';

/** `risk.screening` of the configuration. */
export interface ScreeningConfig {
  /** At most 64, each with a name of its own. */
  readonly lists: readonly ConfiguredList[];
  /** Accounts that public lists do not block. */
  readonly exemptions: readonly ConfiguredExemption[];
  /** False: neither well-known contracts nor the deployment's own tokens are exempt. */
  readonly builtInExemptions: boolean;
  /** How long the first decisions wait for lists that are being loaded, ms. */
  readonly loadTimeoutMs: number;
}

/** What the desk stands on. */
export interface ListDeskParts {
  readonly host: { readonly clock: Clock; readonly random: Random };
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly chains: { readonly ids: readonly ChainId[]; tokens(chain: ChainId): readonly Token[] };
  readonly config: ScreeningConfig;
}
