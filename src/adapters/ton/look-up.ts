import { type Cell, Dictionary } from '@ton/core';
import { assetContract } from '../../core/asset.ts';
import type { ChainAnswer, ChainQuestion } from '../../core/chain-look-up.ts';
import { sha256 } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import { readAccount } from './account-state.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import { runGetMethod, succeeded } from './get-method.ts';
import { KNOWN_WALLET_CODE_HASHES } from './wallet-contract.ts';

/** Accounts, and tokens, of one question. */
const MOST_ASKED = 64;
/** TEP-64: content that stands on the chain, and the key of the symbol in it. */
const ON_CHAIN = 0x00;
const SYMBOL_KEY = BigInt(`0x${Buffer.from(sha256(new TextEncoder().encode('symbol'))).toString('hex')}`);
/** How a text stands in a cell of its own. */
const SNAKE = 0x00;
const LONGEST = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What stands at accounts and what jettons call themselves, as of one block of the masterchain. A wallet of the known kinds is an account that a key alone
 * controls. Only content that stands on the chain is read: what stands behind a link is anybody's word of that moment. What cannot be read is left out.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT; REQUEST_INVALID for over 64 of either
 */
export async function lookUp(client: TonClient, { accounts, tokens }: ChainQuestion, signal?: AbortSignal): Promise<ChainAnswer> {
  if (accounts.length > MOST_ASKED || tokens.length > MOST_ASKED)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too much is asked for at once.', details: { most: MOST_ASKED } });
  const { seqno } = await readHead(client, signal);
  const standing = accounts.map((account) => ifAnswered(readStanding(client, account, seqno, signal)));
  const names = tokens.map((asset) => ifAnswered(readSymbol(client, asset, seqno, signal)));
  const [found, symbols] = await Promise.all([Promise.all(standing), Promise.all(names)]);
  return { accounts: found.filter((one) => one !== undefined), symbols: symbols.filter((one) => one !== undefined) };
}

/** What a node or a contract did not answer is not known. A bug is none of that. */
async function ifAnswered<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isCastellanError(error)) return undefined;
    throw error;
  }
}

async function readStanding(
  client: TonClient,
  account: AccountId,
  seqno: number,
  signal: AbortSignal | undefined,
): Promise<ChainAnswer['accounts'][number]> {
  const { code } = await readAccount(client, account, seqno, signal);
  return { account, isContract: code !== null && !KNOWN_WALLET_CODE_HASHES.has(code.hash().toString('hex')), sinceMs: null };
}

async function readSymbol(
  client: TonClient,
  asset: AssetId,
  seqno: number,
  signal: AbortSignal | undefined,
): Promise<readonly [AssetId, string] | undefined> {
  const minter = assetContract(asset);
  if (minter === null) return undefined;
  const result = await runGetMethod(client, minter, 'get_jetton_data', [], seqno, signal);
  const content = result.stack[3];
  if (!succeeded(result) || result.stack.length !== 5 || content?.type !== 'cell') return undefined;
  const symbol = symbolIn(content.cell);
  return symbol === undefined || symbol === '' ? undefined : [asset, symbol];
}

/** The symbol of a TEP-64 content cell; undefined for any other form, for what is cut into several cells, and for what is too long. */
function symbolIn(content: Cell): string | undefined {
  try {
    const fields = content.beginParse();
    if (fields.loadUint(8) !== ON_CHAIN) return undefined;
    const value = fields.loadDict(Dictionary.Keys.BigUint(256), Dictionary.Values.Cell()).get(SYMBOL_KEY)?.beginParse();
    if (value === undefined || value.loadUint(8) !== SNAKE || value.remainingRefs > 0) return undefined;
    const { remainingBits } = value;
    return remainingBits % 8 === 0 && remainingBits <= LONGEST * 8 ? utf8.decode(value.loadBuffer(remainingBits / 8)) : undefined;
  } catch {
    // Whatever a stranger's contract brings a reader to, it is no symbol.
    return undefined;
  }
}
