import { namehash, normalize } from 'viem/ens';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { textTraits } from '../../core/text-safety.ts';
import { accountOf, addressOf } from './address.ts';
import { readBytes } from './answer.ts';
import { readHead } from './block.ts';
import type { RpcClient } from './client.ts';
import { selectorOf } from './decode/index.ts';

const RESOLVER = selectorOf('resolver(bytes32)');
const ADDR = selectorOf('addr(bytes32)');
/** `OffchainLookup`, ERC-3668: the answer would come from a server that the resolver names. */
const OFFCHAIN = '0x556f1830';
const MAX_LENGTH = 255;

function invalid(name: string, reason: string, message: string): CastellanError {
  return new CastellanError('NAME_INVALID', { message, details: { name: name.slice(0, MAX_LENGTH), reason } });
}

/**
 * The one spelling of a name (ENSIP-15), where it is a name that looks like nothing else.
 *
 * Fails closed: a name whose letters look like others, that mixes alphabets or holds characters that nobody sees is refused, even where
 * somebody holds it.
 * @throws NAME_INVALID; `details.reason` `not_normal`, `misleading`
 */
export function normalEnsName(name: string): string {
  if (name.length > MAX_LENGTH || name.split('.').length < 2)
    throw invalid(name, 'not_normal', 'An ENS name has two to many labels in 255 characters.');
  let normal: string;
  try {
    normal = normalize(name);
  } catch {
    throw invalid(
      name,
      'not_normal',
      'The text is no ENS name: it holds characters that no name may have, or letters that look like others.',
    );
  }
  if (name.split('.').some((label) => textTraits(label, true).length > 0))
    throw invalid(name, 'misleading', 'The name can be taken for another one.');
  // Letters in capitals are the same name; anything else that is mapped away was meant to be seen as something else.
  if (normal !== name.toLowerCase()) throw invalid(name, 'misleading', 'The name is not written as it is registered.');
  return normal;
}

/** A call of one method with one word; null where the contract has nothing to say. */
async function ask(
  client: RpcClient,
  to: string,
  data: string,
  blockNumber: string,
  name: string,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const answer = readBytes(await client.request('eth_call', [{ to, data }, blockNumber], signal), 'ens');
    const word = answer.length === 66 ? answer : null;
    return word === null || /^0x0*$/.test(word) || !/^0x0{24}/.test(word) ? null : `0x${word.slice(26)}`;
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') throw error;
    if (String(error.details['data'] ?? '').startsWith(OFFCHAIN))
      throw invalid(name, 'offchain', 'The name is kept outside of the chain, where nobody can be held to it: give the address.');
    return null;
  }
}

/**
 * The account that a name stands for, by the registry and the name's own resolver on the newest block; null where nobody holds it.
 * Names that are kept outside of the chain (ERC-3668) and wildcards are not followed.
 * @param registry - null on chains that have none
 * @throws NAME_INVALID; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 * @see https://eips.ethereum.org/EIPS/eip-137
 */
export async function resolveEnsName(
  client: RpcClient,
  chain: ChainId,
  registry: AccountId | null,
  name: string,
  signal?: AbortSignal,
): Promise<AccountId | null> {
  const normal = normalEnsName(name);
  if (registry === null) throw invalid(name, 'no_registry', 'This chain has no names: give the address.');
  const node = namehash(normal).slice(2);
  const at = `0x${(await readHead(client, 'latest', signal)).number.toString(16)}`;
  const resolver = await ask(client, addressOf(registry, chain), RESOLVER + node, at, name, signal);
  if (resolver === null) return null;
  const address = await ask(client, resolver, ADDR + node, at, name, signal);
  return address === null ? null : accountOf(chain, address as `0x${string}`);
}
