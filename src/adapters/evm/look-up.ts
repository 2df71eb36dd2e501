import { assetContract } from '../../core/asset.ts';
import type { ChainAnswer, ChainQuestion } from '../../core/chain-look-up.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import { readBytes } from './answer.ts';
import type { RpcClient } from './client.ts';
import { selectorOf } from './decode/index.ts';

const SYMBOL = selectorOf('symbol()');
/** Accounts, and tokens, of one question. */
const MOST_ASKED = 64;
/** EIP-7702: a key's account that runs somebody else's code; the key controls it as before. */
const DELEGATED = /^0xef0100[0-9a-f]{40}$/;
/** Longest symbol, bytes. */
const LONGEST = 64;
const WORD = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What stands at accounts and what tokens call themselves, by the newest block: one request for each, all side by side. Since when code stands is not read,
 * for only archives know it. What cannot be read is left out.
 * @throws REQUEST_INVALID for what is not on this chain, and for over 64 of either
 */
export async function lookUp(
  client: Pick<RpcClient, 'request'>,
  chain: ChainId,
  { accounts, tokens }: ChainQuestion,
  signal?: AbortSignal,
): Promise<ChainAnswer> {
  if (accounts.length > MOST_ASKED || tokens.length > MOST_ASKED)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too much is asked for at once.', details: { most: MOST_ASKED } });
  const standing = accounts.map((account) => ifAnswered(readStanding(client, chain, account, signal)));
  const names = tokens.map((asset) => ifAnswered(readSymbol(client, chain, asset, signal)));
  const [found, symbols] = await Promise.all([Promise.all(standing), Promise.all(names)]);
  return { accounts: found.filter((one) => one !== undefined), symbols: symbols.filter((one) => one !== undefined) };
}

/** What a node or a contract did not answer is not known. A bug is none of that. */
async function ifAnswered<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isCastellanError(error) && error.code !== 'REQUEST_INVALID') return undefined;
    throw error;
  }
}

async function readStanding(
  client: Pick<RpcClient, 'request'>,
  chain: ChainId,
  account: AccountId,
  signal: AbortSignal | undefined,
): Promise<ChainAnswer['accounts'][number]> {
  const code = readBytes(await client.request('eth_getCode', [addressOf(account, chain), 'latest'], signal), 'code');
  return { account, isContract: code !== '0x' && !DELEGATED.test(code), sinceMs: null };
}

async function readSymbol(
  client: Pick<RpcClient, 'request'>,
  chain: ChainId,
  asset: AssetId,
  signal: AbortSignal | undefined,
): Promise<readonly [AssetId, string] | undefined> {
  const contract = assetContract(asset);
  if (contract === null) return undefined;
  const call = { to: addressOf(contract, chain), data: SYMBOL };
  const symbol = symbolIn(readBytes(await client.request('eth_call', [call, 'latest'], signal), 'symbol').slice(2));
  return symbol === undefined ? undefined : [asset, symbol];
}

/** A `string`, or the `bytes32` of old tokens; undefined for anything else, for nothing and for what is too long. */
function symbolIn(hex: string): string | undefined {
  const word = (at: number): number => Number(BigInt(`0x${hex.slice(at * WORD, (at + 1) * WORD)}`));
  let text: string | undefined;
  if (hex.length === WORD) text = textOf(hex.replace(/(?:00)+$/, ''));
  else if (hex.length >= 3 * WORD && word(0) === 32 && word(1) > 0 && word(1) <= LONGEST && hex.length >= 2 * (WORD + word(1)))
    text = textOf(hex.slice(2 * WORD, 2 * WORD + 2 * word(1)));
  return text === '' ? undefined : text;
}

function textOf(hex: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(hex, 'hex'));
  } catch {
    return undefined;
  }
}
