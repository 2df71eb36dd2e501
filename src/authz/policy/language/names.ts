import {
  type AccountId,
  type AssetId,
  assetChain,
  type ChainId,
  isCastellanError,
  parseAccount,
  parseAssetId,
  parseChainId,
  type Token,
} from '../../../core/index.ts';

/** An account that names its chain. */
const CAIP10 = /^[a-z][a-z0-9-]{2,7}:/;

/** Reads the names in a policy into ids; what cannot be read is a problem with its path, and all are told together. */
export interface Names {
  readonly problems: string[];
  account(text: string, path: string, chain?: string): readonly AccountId[];
  /** The accounts that a text may name, on the allowed chains; none, and no problem, where it names none. */
  accountsNamed(text: string): readonly AccountId[];
  /** A symbol means that token on each allowed chain; two tokens with one symbol on a chain are a problem. */
  assets(text: string, path: string): readonly AssetId[];
  /** The one asset that the text means. */
  asset(text: string, path: string): AssetId | undefined;
  chain(text: string, path: string): ChainId | undefined;
  /** Assets that have no token-list entry have no decimals and cannot be limited. */
  token(asset: AssetId): Token | undefined;
  readonly chains: readonly ChainId[];
}

/** Names over a token list. `allowedChains` are the chains that the policy names; others are not searched for symbols. */
export function createNames(tokens: readonly Token[], allowedChains: readonly string[] | undefined): Names {
  const problems: string[] = [];
  const byAsset = new Map(tokens.map((token) => [token.asset, token]));
  const attempt = <T>(path: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(`${path}: ${isCastellanError(error) ? error.shortMessage : 'cannot be read'}`);
      return undefined;
    }
  };
  const allowed = allowedChains?.flatMap((text, index) => attempt(`allowedChains[${index}]`, () => parseChainId(text)) ?? []);
  const known = [...new Set(tokens.map(({ asset }) => assetChain(asset)))];
  const chains = allowed ?? known;

  const onAnyChain = (text: string): AccountId[] =>
    chains.flatMap((chain) => {
      try {
        return [parseAccount(text, chain)];
      } catch {
        return [];
      }
    });

  const assets = (text: string, path: string): readonly AssetId[] => {
    if (text.includes('/')) {
      const asset = attempt(path, () => parseAssetId(text));
      return asset === undefined ? [] : [asset];
    }
    const matches = tokens.filter((token) => token.symbol === text && chains.includes(assetChain(token.asset)));
    const ambiguous = new Set(matches.map(({ asset }) => assetChain(asset))).size < matches.length;
    if (matches.length === 0) problems.push(`${path}: no token on the list is called ${text.slice(0, 32)}`);
    if (ambiguous) problems.push(`${path}: several tokens of one chain are called ${text.slice(0, 32)}, name the asset id`);
    return matches.map(({ asset }) => asset);
  };

  return {
    problems,
    chains,
    accountsNamed(text) {
      if (!CAIP10.test(text)) return onAnyChain(text);
      try {
        return [parseAccount(text)];
      } catch {
        return [];
      }
    },
    account(text, path, chain) {
      if (chain !== undefined) {
        const account = attempt(path, () => parseAccount(text, parseChainId(chain)));
        return account === undefined ? [] : [account];
      }
      if (CAIP10.test(text)) {
        const account = attempt(path, () => parseAccount(text));
        return account === undefined ? [] : [account];
      }
      const accounts = onAnyChain(text);
      if (accounts.length === 0) problems.push(`${path}: no account of a known chain`);
      return accounts;
    },
    assets,
    asset(text, path) {
      const before = problems.length;
      const found = assets(text, path);
      if (found.length > 1) problems.push(`${path}: ${text.slice(0, 32)} is on several chains, name the asset id`);
      return problems.length === before ? found[0] : undefined;
    },
    chain: (text, path) => attempt(path, () => parseChainId(text)),
    token: (asset) => byAsset.get(asset),
  };
}
