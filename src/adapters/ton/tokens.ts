import type { Token } from '../../core/chain-adapter.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';

/** The tokens that the configuration names for one chain. */
export interface ChainTokens {
  readonly chain: ChainId;
  /** The network's number, bound into W5 wallet ids: -239 main, -3 test. */
  readonly globalId: -239 | -3;
  /** The chain's own coin, 9 decimals. */
  readonly native: Token;
  readonly jettons: readonly { readonly minter: AccountId; readonly token: Token }[];
}

/** All of them as one list, the native coin first. */
export function tokenList(tokens: ChainTokens): readonly Token[] {
  return [tokens.native, ...tokens.jettons.map(({ token }) => token)];
}
