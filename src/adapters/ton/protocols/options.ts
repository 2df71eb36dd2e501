import { z } from 'zod';
import { parseAccount } from '../../../core/account.ts';
import { collectibleAsset, nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { Deployment, ProtocolName, Role } from './deployment.ts';
import { PROTOCOLS, ROLES } from './deployment.ts';

/** A contract that the deployment holds for one of a protocol’s; it stands in the place of a known one at the same address. */
export interface TonProtocolOption {
  /** `stonfi-v1`, `stonfi-v2`, `dedust`, `tonstakers`, `bemo`, `nominator-pool` or `getgems`. */
  readonly protocol: ProtocolName;
  /** What the contract does in it: `router`, `token_account` of a router, `vault`, `pool` or `sale`. */
  readonly role: Role;
  /** The contract, in any spelling. */
  readonly address: string;
  /**
   * Minters, or `native` for the chain’s coin: what a token account or vault keeps, the two that a pool changes into one
   * another, the token that a staking pool gives; of a sale the item.
   */
  readonly tokens?: readonly string[];
  /** Of a token account: its router. */
  readonly router?: string;
}

/** Roles that each protocol has, and how many tokens such a contract names. */
const SHAPES: Readonly<Record<ProtocolName, { readonly [R in Role]?: readonly [number, number] }>> = {
  'stonfi-v1': { router: [0, 0], token_account: [1, 1] },
  'stonfi-v2': { router: [0, 0], token_account: [1, 1] },
  dedust: { vault: [1, 1], pool: [2, 2] },
  tonstakers: { pool: [1, 1] },
  bemo: { pool: [1, 1] },
  'nominator-pool': { pool: [0, 0] },
  getgems: { sale: [0, 1] },
};

const optionSchema = z.strictObject({
  protocol: z.enum(PROTOCOLS),
  role: z.enum(ROLES),
  address: z.string(),
  tokens: z.array(z.string()).max(2).default([]),
  router: z.string().optional(),
});

/** What {@link readProtocols} parses. */
export const protocolsSchema = z.array(optionSchema).max(1_000).default([]);

type Issue = (field: string, message: string) => void;

function accountOf(text: string, chain: ChainId, field: string, issue: Issue): AccountId {
  try {
    return parseAccount(text, chain);
  } catch (error) {
    issue(field, isCastellanError(error) ? error.shortMessage : 'The address is not readable.');
    return `${chain}:` as AccountId;
  }
}

/** The contracts that a chain’s configuration names; `issue` is told of each that makes no sense. */
export function readProtocols(
  given: z.output<typeof protocolsSchema>,
  chain: ChainId,
  issue: (index: number, field: string, message: string) => void,
): readonly Deployment[] {
  const seen = new Set<AccountId>();
  return given.map(({ protocol, role, address, tokens, router }, index) => {
    const tell: Issue = (field, message) => issue(index, field, message);
    const account = accountOf(address, chain, 'address', tell);
    if (seen.has(account)) tell('address', 'The contract is listed twice.');
    seen.add(account);
    const shape = SHAPES[protocol][role];
    if (shape === undefined) tell('role', `${protocol} has no ${role}.`);
    else if (tokens.length < shape[0] || tokens.length > shape[1]) tell('tokens', `A ${role} of ${protocol} has ${shape[1]} of them.`);
    if (new Set(tokens).size !== tokens.length) tell('tokens', 'A token is listed twice.');
    if ((router === undefined) === (role === 'token_account')) tell('router', 'A token account has a router, and nothing else has.');
    const assets = tokens.map((text): AssetId => {
      if (text === 'native') return nativeAssetId(chain);
      const contract = accountOf(text, chain, 'tokens', tell);
      return role === 'sale' ? collectibleAsset(chain, 'nft', contract) : tokenAsset(chain, contract);
    });
    const owner = router === undefined ? null : accountOf(router, chain, 'router', tell);
    return { protocol, role, account, assets, owner };
  });
}
