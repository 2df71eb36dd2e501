import { parseAccount } from '../../core/account.ts';
import { collectionOf, parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Expectation, ExpectedFlow } from '../../core/expectation.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import type { ParsedAgentRequest } from '../request.ts';
import { Denied } from './denied.ts';
import { pickToken } from './read-action.ts';

/** `<= 1.5 ETH`: how it is bounded, an exact decimal, a symbol or asset id. */
const FLOW = /^(<=|>=|=) ?([0-9]+(?:\.[0-9]+)?) (\S+)$/;
const BOUNDS = { '<=': 'most', '>=': 'least', '=': 'exactly' } as const;

/** Which asset is meant and its decimals; pieces of a collectible have none. */
function readAsset(text: string, tokens: readonly Token[]): { readonly asset: AssetId; readonly decimals: number } {
  if (!text.includes('/')) return pickToken(text, tokens);
  const asset = parseAssetId(text);
  return collectionOf(asset) === null ? pickToken(text, tokens) : { asset, decimals: 0 };
}

function readFlow(text: string, field: 'out' | 'in', tokens: readonly Token[]): ExpectedFlow {
  const match = FLOW.exec(text);
  const bound = match === null ? undefined : BOUNDS[match[1] as keyof typeof BOUNDS];
  if (match === null || bound === undefined || bound === (field === 'out' ? 'least' : 'most')) {
    const form = field === 'out' ? '"<= 1.5 ETH" or "= 1.5 ETH"' : '">= 1490 USDC" or "= 1490 USDC"';
    throw new Denied('request_malformed', `expect.${field} is written ${form}.`, { field: `expect.${field}` });
  }
  const { asset, decimals } = readAsset(match[3] as string, tokens);
  return { asset, amount: parseAmount(match[2] as string, decimals), bound };
}

function readFlows(given: string | readonly string[] | undefined, field: 'out' | 'in', tokens: readonly Token[]): readonly ExpectedFlow[] {
  const flows = (given === undefined ? [] : typeof given === 'string' ? [given] : given).map((text) => readFlow(text, field, tokens));
  if (new Set(flows.map(({ asset }) => asset)).size !== flows.length)
    throw new Denied('request_malformed', `expect.${field} names an asset twice.`, { field: `expect.${field}` });
  return flows;
}

/**
 * Reads what a request expects into base units and asset ids; null where it says nothing. Amounts are exact, assets are those of the
 * token list, and what contradicts itself or bounds nothing is refused.
 * @throws Denied, CastellanError
 */
export function readExpectation(
  given: ParsedAgentRequest['expect'],
  chain: ChainId,
  wallet: AccountId,
  tokens: readonly Token[],
): Expectation | null {
  if (given === undefined) return null;
  const out = given.out === undefined ? null : readFlows(given.out, 'out', tokens);
  const least = readFlows(given.in, 'in', tokens);
  const recipient = given.recipient === undefined ? wallet : parseAccount(given.recipient, chain);
  if (out === null && least.length === 0 && given.spender === undefined)
    throw new Denied('request_malformed', 'expect bounds nothing: give out, in or spender.', { field: 'expect' });
  if (given.recipient !== undefined && least.length === 0)
    throw new Denied('request_malformed', 'expect.recipient needs expect.in: what the recipient is to gain.', {
      field: 'expect.recipient',
    });
  const both = least.find(({ asset }) => out?.some((flow) => flow.asset === asset));
  if (both !== undefined && recipient === wallet)
    throw new Denied('request_malformed', 'expect names an asset both as leaving and as coming.', { field: 'expect', asset: both.asset });
  return {
    out,
    in: least,
    recipient,
    spender: given.spender === undefined ? null : parseAccount(given.spender, chain),
    toleranceBps: given.toleranceBps ?? 0,
  };
}
