export type { FetchFunction, TonAdapterOptions, TonChainOptions, TonTokenOption } from './config.ts';
export type { GasPrices } from './fees.ts';
export type { TonMarketOptions, TonPoolOption } from './market/market-options.ts';
export type { TonProtocolOption } from './protocols/index.ts';
export type { TonAdapterFactory } from './ton-adapter.ts';
export { createTonAdapter, ton } from './ton-adapter.ts';
export { openToncenter, type Toncenter, type ToncenterOptions } from './toncenter.ts';
