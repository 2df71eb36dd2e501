import { keccak256 } from '../../core/digest.ts';
import type { EvmAddress } from './address.ts';
import { hexOf } from './address.ts';
import { readAddress, readBytes, readHash, readList, readObject } from './answer.ts';

/** One log of a contract. */
export interface Log {
  readonly address: EvmAddress;
  readonly topics: readonly string[];
  readonly data: `0x${string}`;
}

/** What a log says happened. A contract may say anything: only a measured difference of state is believed. */
export type Claim =
  | {
      readonly kind: 'native' | 'transfer';
      readonly token: EvmAddress;
      readonly from: EvmAddress;
      readonly to: EvmAddress;
      readonly amount: bigint;
    }
  | { readonly kind: 'item'; readonly token: EvmAddress; readonly from: EvmAddress; readonly to: EvmAddress; readonly id: bigint }
  | {
      readonly kind: 'items';
      readonly token: EvmAddress;
      readonly from: EvmAddress;
      readonly to: EvmAddress;
      readonly ids: readonly bigint[];
      readonly amounts: readonly bigint[];
    }
  | {
      readonly kind: 'approval';
      readonly token: EvmAddress;
      readonly owner: EvmAddress;
      readonly spender: EvmAddress;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'item-approval';
      readonly token: EvmAddress;
      readonly owner: EvmAddress;
      readonly spender: EvmAddress;
      readonly id: bigint;
    }
  | { readonly kind: 'operator'; readonly token: EvmAddress; readonly owner: EvmAddress; readonly operator: EvmAddress }
  | { readonly kind: 'permit2'; readonly token: EvmAddress; readonly owner: EvmAddress; readonly spender: EvmAddress };

/** The address under which a simulation logs transfers of the coin (eth_simulateV1, `traceTransfers`). */
export const NATIVE_LOGGER = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee' as EvmAddress;
/** Uniswap's Permit2, the same address on every chain. */
export const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3' as EvmAddress;
/** Logs of one transaction that are read. A gas limit of 16.7 million allows about 20,000 of the smallest. */
const MAX_LOGS = 20_000;
/** Items in one batch event. */
const MAX_ITEMS = 1_024;

const topicOf = (signature: string): string => hexOf(keccak256(new TextEncoder().encode(signature)));
const TRANSFER = topicOf('Transfer(address,address,uint256)');
const APPROVAL = topicOf('Approval(address,address,uint256)');
const APPROVAL_FOR_ALL = topicOf('ApprovalForAll(address,address,bool)');
const TRANSFER_SINGLE = topicOf('TransferSingle(address,address,address,uint256,uint256)');
const TRANSFER_BATCH = topicOf('TransferBatch(address,address,address,uint256[],uint256[])');
const PERMIT2_APPROVAL = topicOf('Approval(address,address,address,uint160,uint48)');
const PERMIT2_PERMIT = topicOf('Permit(address,address,address,uint160,uint48,uint48)');
const PERMIT2_LOCKDOWN = topicOf('Lockdown(address,address,address)');
/** First topics of every log that is read as a claim. */
export const FOLLOWED_TOPICS: readonly string[] = [
  TRANSFER,
  APPROVAL,
  APPROVAL_FOR_ALL,
  TRANSFER_SINGLE,
  TRANSFER_BATCH,
  PERMIT2_APPROVAL,
  PERMIT2_PERMIT,
  PERMIT2_LOCKDOWN,
];

/** A transfer of the coin, told as a simulation tells it. */
export function nativeTransfer(from: EvmAddress, to: EvmAddress, amount: bigint): Log {
  const word = (address: EvmAddress): string => `0x${address.slice(2).padStart(64, '0')}`;
  return { address: NATIVE_LOGGER, topics: [TRANSFER, word(from), word(to)], data: `0x${amount.toString(16).padStart(64, '0')}` };
}

/** The logs of one call or receipt. @throws CHAIN_RESPONSE_INVALID */
export function readLogs(value: unknown): readonly Log[] {
  return readList(value, 'logs', MAX_LOGS).map((entry) => {
    const fields = readObject(entry, 'log');
    return {
      address: readAddress(fields['address'], 'log.address'),
      topics: readList(fields['topics'], 'log.topics', 4).map((topic) => readHash(topic, 'log.topics')),
      data: readBytes(fields['data'], 'log.data'),
    };
  });
}

const addressIn = (word: string | undefined): EvmAddress => `0x${(word ?? '').slice(-40)}` as EvmAddress;

function wordsOf(data: string): readonly string[] {
  return data.slice(2).match(/.{64}/g) ?? [];
}

const number = (word: string | undefined): bigint => BigInt(`0x${word || '0'}`);

/** An ABI array of numbers whose offset stands in word `at`; empty where it is none. */
function arrayIn(words: readonly string[], at: number): readonly bigint[] {
  const start = number(words[at]) / 32n;
  if (start >= BigInt(words.length)) return [];
  const length = number(words[Number(start)]);
  if (length > BigInt(MAX_ITEMS)) return [];
  return words.slice(Number(start) + 1, Number(start) + 1 + Number(length)).map(number);
}

function readTransfer(token: EvmAddress, topics: readonly string[], words: readonly string[]): Claim | null {
  const kind = token === NATIVE_LOGGER ? 'native' : 'transfer';
  if (topics.length === 3 && words.length === 1)
    return { kind, token, from: addressIn(topics[1]), to: addressIn(topics[2]), amount: number(words[0]) };
  if (topics.length === 4)
    return { kind: 'item', token, from: addressIn(topics[1]), to: addressIn(topics[2]), id: BigInt(topics[3] ?? '0x0') };
  if (topics.length === 1 && words.length === 3)
    return { kind, token, from: addressIn(words[0]), to: addressIn(words[1]), amount: number(words[2]) };
  return null;
}

function readApproval(token: EvmAddress, topics: readonly string[], words: readonly string[]): Claim | null {
  if (topics.length === 3 && words.length === 1)
    return { kind: 'approval', token, owner: addressIn(topics[1]), spender: addressIn(topics[2]), amount: number(words[0]) };
  if (topics.length === 4)
    return { kind: 'item-approval', token, owner: addressIn(topics[1]), spender: addressIn(topics[2]), id: BigInt(topics[3] ?? '0x0') };
  if (topics.length === 1 && words.length === 3)
    return { kind: 'approval', token, owner: addressIn(words[0]), spender: addressIn(words[1]), amount: number(words[2]) };
  return null;
}

/** What a log claims; null for one that is about nothing we follow. */
export function readClaim({ address: token, topics, data }: Log): Claim | null {
  const words = wordsOf(data);
  const [first] = topics;
  if (first === TRANSFER) return readTransfer(token, topics, words);
  if (first === APPROVAL) return readApproval(token, topics, words);
  if (first === APPROVAL_FOR_ALL && topics.length === 3)
    return { kind: 'operator', token, owner: addressIn(topics[1]), operator: addressIn(topics[2]) };
  if (first === TRANSFER_SINGLE && topics.length === 4) {
    return {
      kind: 'items',
      token,
      from: addressIn(topics[2]),
      to: addressIn(topics[3]),
      ids: [number(words[0])],
      amounts: [number(words[1])],
    };
  }
  if (first === TRANSFER_BATCH && topics.length === 4) {
    return {
      kind: 'items',
      token,
      from: addressIn(topics[2]),
      to: addressIn(topics[3]),
      ids: arrayIn(words, 0),
      amounts: arrayIn(words, 1),
    };
  }
  if (token === PERMIT2 && (first === PERMIT2_APPROVAL || first === PERMIT2_PERMIT) && topics.length === 4) {
    return { kind: 'permit2', owner: addressIn(topics[1]), token: addressIn(topics[2]), spender: addressIn(topics[3]) };
  }
  if (token === PERMIT2 && first === PERMIT2_LOCKDOWN && topics.length === 2 && words.length === 2)
    return { kind: 'permit2', owner: addressIn(topics[1]), token: addressIn(words[0]), spender: addressIn(words[1]) };
  return null;
}
