import type { PolicyBase } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { PriceSource } from '../../core/price.ts';
import type { StandAloneOptions } from './stand-alone-options.ts';

/** What a policy manager that stands alone is made of. */
export interface PolicyManagerOptions extends StandAloneOptions {
  /** What symbols mean. Default: the coin of TON's main network alone. */
  readonly tokens?: readonly Token[];
  /** What a policy inherits where it is silent. */
  readonly base?: PolicyBase;
  readonly price?: PriceSource;
}
