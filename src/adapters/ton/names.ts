import { beginCell, type Cell } from '@ton/core';
import { sha256 } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountOfParts } from './address.ts';
import { malformed, readCell, readObject } from './answer.ts';
import { readHead } from './block.ts';
import { CellReader } from './cell-reader.ts';
import type { TonClient } from './client.ts';
import { runGetMethod, succeeded } from './get-method.ts';

/** Parameter of the configuration that names the root of TON DNS. */
const DNS_ROOT_PARAM = 4;
const WALLET_RECORD = 0x9fd3;
const NEXT_RESOLVER = 0xba93;
/** Zones whose names people give for accounts. */
const NAME = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.){1,7}(?:ton|t\.me)$/i;
const MAX_BYTES = 126;
/** Resolvers that one name may lead through. */
const MAX_HOPS = 8;
const CATEGORY = BigInt(`0x${Buffer.from(sha256('wallet')).toString('hex')}`);

function invalid(name: string, message: string): CastellanError {
  return new CastellanError('NAME_INVALID', { message, details: { name: name.slice(0, 255), reason: 'misleading' } });
}

/** `alice.ton` is `\0ton\0alice\0`: from the top, each label ended by a zero. @throws NAME_INVALID for other than plain ASCII names */
export function dnsBytes(name: string): Uint8Array {
  const bytes = Buffer.from(`\0${name.toLowerCase().split('.').toReversed().join('\0')}\0`, 'latin1');
  if (!NAME.test(name) || bytes.length > MAX_BYTES)
    throw invalid(name, 'A TON name has labels of a–z, 0–9 and inner hyphens, and ends in .ton or .t.me.');
  return new Uint8Array(bytes);
}

async function rootOf(client: TonClient, signal?: AbortSignal): Promise<AccountId> {
  const config = readObject(
    readObject(await client.request('getConfigParam', { config_id: DNS_ROOT_PARAM }, signal), 'config')['config'],
    'config',
  );
  const slice = readCell(config['bytes'], 'config.bytes').beginParse(true);
  if (slice.remainingBits !== 256) throw malformed('config.bytes');
  return accountOfParts(client.chain, -1, slice.loadBuffer(32).toString('hex'));
}

/** `dns_smc_address#9fd3 addr flags` or `dns_next_resolver#ba93 addr`; null for any other record. */
function readRecord(cell: Cell, chain: ChainId): { readonly tag: number; readonly account: AccountId } | null {
  const reader = new CellReader(cell);
  if (reader.bitsLeft < 16) return null;
  const tag = reader.uint(16);
  if (tag !== WALLET_RECORD && tag !== NEXT_RESOLVER) return null;
  try {
    const account = reader.account(chain);
    return account === null ? null : { tag, account };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return null;
  }
}

/**
 * The account that a name of TON DNS stands for, by the newest block of the masterchain; null where it names none.
 *
 * Fails closed: a record in any other than the standard form is none.
 * @param root - where to begin instead of what the network's configuration says
 * @throws NAME_INVALID; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 * @see https://github.com/ton-blockchain/TEPs/blob/master/text/0081-dns-standard.md
 */
export async function resolveDnsName(
  client: TonClient,
  name: string,
  root: AccountId | null,
  signal?: AbortSignal,
): Promise<AccountId | null> {
  let rest = dnsBytes(name);
  const { seqno } = await readHead(client, signal);
  let resolver = root ?? (await rootOf(client, signal));
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const subdomain = beginCell().storeBuffer(Buffer.from(rest)).endCell();
    const told = await runGetMethod(client, resolver, 'dnsresolve', [{ slice: subdomain }, { int: CATEGORY }], seqno, signal);
    const [bits, value] = succeeded(told) ? told.stack : [];
    if (bits?.type !== 'int' || value?.type !== 'cell') return null;
    const used = Number(bits.value);
    if (!Number.isSafeInteger(used) || used <= 0 || used % 8 !== 0 || used > rest.length * 8) return null;
    const record = readRecord(value.cell, client.chain);
    if (record === null) return null;
    if (used === rest.length * 8) return record.tag === WALLET_RECORD ? record.account : null;
    if (record.tag !== NEXT_RESOLVER) return null;
    rest = rest.slice(used / 8);
    resolver = record.account;
  }
  return null;
}
