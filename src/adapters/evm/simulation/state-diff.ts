import { isCastellanError } from '../../../core/errors.ts';
import type { EvmAddress } from '../address.ts';
import { malformed, readAddress, readBytes, readHash, readObject, toQuantity } from '../answer.ts';
import type { Block } from '../block.ts';
import type { RpcClient } from '../client.ts';
import type { Surroundings } from '../dry-run.ts';

/** Accounts and slots of one difference that are read. A block's gas pays for fewer. */
export const MAX_ACCOUNTS = 4_096;
export const MAX_SLOTS = 20_000;

/** What a transaction would leave different, account by account. */
export interface StateDiff {
  /** Storage slots that would hold another word, by contract. */
  readonly slots: ReadonlyMap<EvmAddress, ReadonlySet<string>>;
  /** Accounts that would run other code, and the code. */
  readonly code: ReadonlyMap<EvmAddress, `0x${string}`>;
}

/** Endpoints that do not trace: asked once, remembered as long as their client lives. */
const refusedBy = new WeakMap<object, true>();

/** The entries of an object that may be absent. @throws CHAIN_RESPONSE_INVALID */
export function entries(value: unknown, field: string, max: number): readonly (readonly [string, unknown])[] {
  const found = Object.entries(readObject(value ?? {}, field));
  if (found.length > max) throw malformed(field);
  return found;
}

/** Reads `prestateTracer` with `diffMode`: what was, of all that changed, and what would be. @throws CHAIN_RESPONSE_INVALID */
export function readStateDiff(answer: unknown): StateDiff {
  const { pre, post } = readObject(answer, 'trace');
  const slots = new Map<EvmAddress, Set<string>>();
  const code = new Map<EvmAddress, `0x${string}`>();
  for (const side of [pre, post]) {
    for (const [key, entry] of entries(side, 'trace.accounts', MAX_ACCOUNTS)) {
      const address = readAddress(key, 'trace.account');
      const fields = readObject(entry, 'trace.account');
      // A slot that would be empty stands on the side of before alone.
      for (const [slot] of entries(fields['storage'], 'trace.storage', MAX_SLOTS)) {
        const known = slots.get(address) ?? new Set();
        slots.set(address, known.add(readHash(slot, 'trace.slot')));
      }
      if (side === post && fields['code'] !== undefined) code.set(address, readBytes(fields['code'], 'trace.code'));
    }
  }
  return { slots, code };
}

/**
 * Asks for everything that the transaction would leave different, events or no events; null where the node does not trace, which
 * it is asked about once.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function traceDiff(
  client: Pick<RpcClient, 'request'>,
  call: Readonly<Record<string, unknown>>,
  head: Block,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<StateDiff | null> {
  if (refusedBy.has(client)) return null;
  const options = {
    tracer: 'prestateTracer',
    tracerConfig: { diffMode: true },
    blockOverrides: around.overrides,
    stateOverrides: around.pretended,
  };
  try {
    return readStateDiff(await client.request('debug_traceCall', [call, toQuantity(head.number), options], signal));
  } catch (error) {
    // Whatever it refuses, it says nothing of the transaction: that is the simulation's to say.
    if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') throw error;
    const { rpcCode, rpcMessage } = error.details;
    if (rpcCode === -32601 || /not (?:found|supported|available|exist|whitelisted|allowed|enabled)/i.test(String(rpcMessage)))
      refusedBy.set(client, true);
    return null;
  }
}
