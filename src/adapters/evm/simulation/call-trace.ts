import type { EvmAddress } from '../address.ts';
import { malformed, readAddress, readBytes, readList, readObject, readQuantity } from '../answer.ts';
import type { CallResult } from '../dry-run.ts';
import { type Log, nativeTransfer, readLogs } from '../events.ts';

/** Calls of one transaction that are read. A block's gas pays for fewer. */
const MAX_FRAMES = 20_000;
const MAX_LOGS = 20_000;
/** Calls that hand coins over; what is delegated to shows the value of its caller. */
const PAYING: ReadonlySet<unknown> = new Set(['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT']);

type Frame = Readonly<Record<string, unknown>>;

const frameOf = (value: unknown): Frame => readObject(value, 'trace.call');
/** What failed has left nothing behind. */
const isKept = (frame: Frame): boolean => frame['error'] === undefined;
const bytesOf = (value: unknown): `0x${string}` => (value === undefined ? '0x' : readBytes(value, 'trace.output'));

function transferOf(frame: Frame): readonly Log[] {
  const { type, value, from, to } = frame;
  if (!PAYING.has(type) || value === undefined || to === undefined) return [];
  const amount = readQuantity(value, 'trace.value');
  const [payer, paid]: readonly EvmAddress[] = [readAddress(from, 'trace.from'), readAddress(to, 'trace.to')];
  return amount === 0n ? [] : [nativeTransfer(payer as EvmAddress, paid as EvmAddress, amount)];
}

/**
 * Reads `callTracer` with logs into what a simulated call comes to. Transfers of the coin are told as logs, like a simulation does.
 * @throws CHAIN_RESPONSE_INVALID
 */
export function readCallTrace(answer: unknown): CallResult {
  const top = frameOf(answer);
  const logs: Log[] = [];
  const open: Frame[] = [top];
  let frames = 0;
  for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
    frames += 1;
    if (frames > MAX_FRAMES || logs.length > MAX_LOGS) throw malformed('trace.calls');
    if (!isKept(frame)) continue;
    logs.push(...transferOf(frame), ...readLogs(frame['logs'] ?? []));
    for (const call of readList(frame['calls'] ?? [], 'trace.calls', MAX_FRAMES).toReversed()) open.push(frameOf(call));
  }
  return {
    success: isKept(top),
    returnData: bytesOf(top['output']),
    gasUsed: readQuantity(top['gasUsed'], 'trace.gasUsed'),
    logs,
  };
}
