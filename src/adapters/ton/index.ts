export type { FetchFunction, TonAdapterOptions, TonChainOptions, TonTokenOption } from './config.ts';
export type { GasPrices } from './fees.ts';
export type { TonAdapterFactory } from './ton-adapter.ts';
export { createTonAdapter, ton } from './ton-adapter.ts';
