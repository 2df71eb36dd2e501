import type { EvmAddress } from '../address.ts';
import { malformed, readBytes } from '../answer.ts';
import type { RpcClient } from '../client.ts';

/** A call without arguments, and how many words of its answer are looked at. */
export interface BareCall {
  readonly to: EvmAddress;
  /** Four bytes, with `0x`. */
  readonly selector: string;
  readonly words: number;
}

/** What a call gave back: its words, or null where it failed or gave fewer than it must. */
export type BareAnswer = readonly bigint[] | null;

const WORD = 32;
/** One call may burn so much: a contract that is not what it should be takes nothing from the others. */
const GAS = 300_000;
/** Room for answers in one question: the chain's bound on code (24,576 bytes), which this is handed back as. */
const MAX_ANSWER = 24_000;

const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0');
const push2 = (value: number): string => `61${hex(value, 2)}`;
const sizeOf = ({ words }: BareCall): number => (words + 2) * WORD;

/**
 * Code that makes each call and returns `success, length, words` of each. It is never stored: nodes run what is sent to nobody as the code
 * that makes a contract, and answer with what it returns.
 *
 * `PUSH4 selector PUSH1 224 SHL PUSH1 0 MSTORE · retSize retOffset 4 0 to gas STATICCALL · offset MSTORE · RETURNDATASIZE offset MSTORE`
 */
export function batchCode(calls: readonly BareCall[]): `0x${string}` {
  let offset = WORD;
  let code = '';
  for (const call of calls) {
    const { to, selector, words } = call;
    const answer = offset + 2 * WORD;
    code += `63${selector.slice(2)}60e01b600052`;
    code += `${push2(words * WORD)}${push2(answer)}6004600073${to.slice(2)}62${hex(GAS, 3)}fa`;
    code += `${push2(offset)}52`;
    code += `3d${push2(offset + WORD)}52`;
    offset += sizeOf(call);
  }
  return `0x${code}${push2(offset - WORD)}6020f3`;
}

/** Parts that fit into one question each. */
function inParts(calls: readonly BareCall[]): readonly (readonly BareCall[])[] {
  const parts: BareCall[][] = [];
  let room = 0;
  for (const call of calls) {
    if (parts.length === 0 || sizeOf(call) > room) {
      parts.push([]);
      room = MAX_ANSWER;
    }
    parts.at(-1)?.push(call);
    room -= sizeOf(call);
  }
  return parts;
}

function readAnswers(answer: unknown, calls: readonly BareCall[]): readonly BareAnswer[] {
  const bytes = readBytes(answer, 'market').slice(2);
  if (bytes.length !== 2 * calls.reduce((sum, call) => sum + sizeOf(call), 0)) throw malformed('market');
  let at = 0;
  const next = (): bigint => {
    const word = BigInt(`0x${bytes.slice(at, at + 2 * WORD)}`);
    at += 2 * WORD;
    return word;
  };
  return calls.map(({ words }) => {
    const [success, length] = [next(), next()];
    const found = Array.from({ length: words }, next);
    return success === 1n && length >= BigInt(words * WORD)
      ? found
      : success === 1n && length > 0n
        ? found.slice(0, Number(length) >> 5)
        : null;
  });
}

/**
 * Makes all calls by one state of the chain: in one round trip for some forty feeds, and side by side in as many as it takes for more.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function batchCall(
  client: RpcClient,
  calls: readonly BareCall[],
  blockHash: string,
  signal?: AbortSignal,
): Promise<readonly BareAnswer[]> {
  const at = { blockHash, requireCanonical: true };
  const ask = async (part: readonly BareCall[]): Promise<readonly BareAnswer[]> =>
    readAnswers(await client.request('eth_call', [{ data: batchCode(part) }, at], signal), part);
  return (await Promise.all(inParts(calls).map(ask))).flat();
}
