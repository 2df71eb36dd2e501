/** What the network charges, as its configuration spells it: parameters 21 (gas) and 25 (forwarding) of the basechain. */
export interface GasPrices {
  /** 2^-16 nanoton per unit of gas. */
  readonly gasPrice: bigint;
  /** Nanoton per message, whatever its size. */
  readonly lumpPrice: bigint;
  /** 2^-16 nanoton per bit of a message. */
  readonly bitPrice: bigint;
  /** 2^-16 nanoton per cell of a message. */
  readonly cellPrice: bigint;
}

/** The main network's: 400 nanoton per unit of gas, 400,000 per message, 400 per bit, 40,000 per cell. */
export const DEFAULT_GAS_PRICES: GasPrices = {
  gasPrice: 26_214_400n,
  lumpPrice: 400_000n,
  bitPrice: 26_214_400n,
  cellPrice: 2_621_440_000n,
};
