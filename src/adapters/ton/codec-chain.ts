import type { GasPrices } from './fees.ts';
import type { Protocols } from './protocols/index.ts';
import type { ChainTokens } from './tokens.ts';

/** What the codec has to know of one chain. */
export interface CodecChain {
  readonly tokens: ChainTokens;
  readonly prices: GasPrices;
  /** How long orders of ours stay valid, ms. */
  readonly validForMs: number;
  /** Nanoton attached to a token transfer that is built here. */
  readonly jettonGas: bigint;
  /** Contracts of known protocols; none where it is left out. */
  readonly protocols?: Protocols;
}
