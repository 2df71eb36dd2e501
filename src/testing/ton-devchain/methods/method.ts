import type { DevChain } from '../chain.ts';
import type { Params } from '../params.ts';

/** One method of the API: what it answers as `result`. */
export type Method = (chain: DevChain, params: Params) => unknown;

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>;
