import { Cell, loadMessageRelaxed } from '@ton/core';
import type { DecodedTransaction, UnsignedTransaction } from '../../../src/core/index.ts';
import { TESTNET } from '../codec-fixture.ts';

/** One message as another reader than ours finds it. */
interface Seen {
  readonly to: string;
  readonly value: bigint;
  readonly mode: number;
  readonly op: number | null;
  readonly hasInit: boolean;
}

/** Operations that anything is known of; whatever has another one, nobody may claim to have understood. */
const READ = new Set([
  0, 2, 3, 4, 21, 0x0f8a7ea5, 0x595f07bc, 0x5fcc3d14, 0x2167da4b, 0xea06185d, 0x47d54391, 0x4253c4d5, 0x01f3835d, 0x73696e74, 0x6578746e,
  0xae42e5a4, 0xf718510f, 0xa32c59bf, 0x75097f5d, 0x9c73fba2, 0x6501f354, 0x7431f221, 0x2508d66a, 0x235caf52, 0x1a0b9d51, 0x4eb1f0f9,
  0x642b7d07, 0x1f04537a, 0x6f89f5e3,
]);

const seenMessage = (cell: Cell, mode: number): Seen => {
  const { info, body, init } = loadMessageRelaxed(cell.beginParse());
  if (info.type !== 'internal') throw new Error('no internal message');
  const op = body.bits.length < 32 ? null : body.beginParse().loadUint(32);
  return { to: `${TESTNET}:${info.dest.toRawString()}`, value: info.value.coins, mode, op, hasInit: init !== undefined && init !== null };
};

/** The messages at the top of a payload, read by the official library; and whether an action sends nothing. */
function seenIn(payload: Uint8Array): { readonly messages: readonly Seen[]; readonly foreign: boolean } {
  const slice = (Cell.fromBoc(Buffer.from(payload))[0] as Cell).beginParse();
  const w5 = slice.preloadUint(32) === 0x7369676e;
  const messages: Seen[] = [];
  let foreign = false;
  if (!w5) {
    const modes = slice.remainingBits - 96;
    slice.skip(modes === 8 * slice.remainingRefs ? 96 : 104);
    if (slice.remainingBits !== 8 * slice.remainingRefs) return { messages, foreign };
    while (slice.remainingRefs > 0) {
      const mode = slice.loadUint(8);
      messages.push(seenMessage(slice.loadRef(), mode));
    }
    return { messages, foreign };
  }
  slice.skip(128);
  for (let list = slice.loadMaybeRef(); list !== null && list.refs.length > 0; list = list.refs[0] ?? null) {
    const action = list.beginParse();
    action.loadRef();
    if (action.loadUint(32) === 0x0ec3c86d) {
      const mode = action.loadUint(8);
      messages.push(seenMessage(action.loadRef(), mode));
    } else foreign = true;
  }
  return { messages: messages.reverse(), foreign };
}

/** Told of where an order holds more than is followed: it is denied, and what comes behind is not told of one by one. */
const CUT_SHORT = /^more than \d+ messages$/;

/** What is wrong with a reading of a payload, by another reading of it; null where nothing is. */
export function disagreement(tx: UnsignedTransaction, decoded: DecodedTransaction): string | null {
  const { effects, complete, calls } = decoded;
  let seen: ReturnType<typeof seenIn>;
  try {
    seen = seenIn(tx.payload);
  } catch (error) {
    return complete ? `the official library reads none of it: ${String(error)}` : null;
  }
  const { messages, foreign } = seen;
  if (complete !== !effects.some(({ kind }) => kind === 'unknown')) return 'complete, and yet something is unknown';
  if (foreign && complete) return 'an action that sends nothing went unnoticed';
  if (calls.length !== messages.length) return `${calls.length} calls of ${messages.length} messages`;
  const isCutShort = effects.some((effect) => effect.kind === 'unknown' && CUT_SHORT.test(effect.detail));
  let sent = 0n;
  let told = BigInt(tx.fee.params['attached'] ?? '0');
  for (const effect of effects)
    if (effect.kind === 'outflow' && effect.account === tx.wallet && effect.asset === tx.fee.asset) told += effect.amount;
  for (const [index, { to, value, mode, op, hasInit }] of messages.entries()) {
    sent += value;
    const here = effects.filter(({ leaf }) => leaf === String(index) || leaf.startsWith(`${index}.`) || foreign);
    const names = here.some((effect) => Object.values(effect).some((field) => field === to));
    const attached = op === 0x0f8a7ea5 || op === 0x595f07bc;
    if (!names && !attached) return `nobody names ${to}`;
    if (complete && op !== null && !READ.has(op)) return `operation ${op} counts as understood`;
    if (isCutShort) continue;
    if ((mode & (128 | 64 | 32)) !== 0 && !here.some(({ kind }) => kind === 'hazard')) return `mode ${mode} without a hazard`;
    if (hasInit && !here.some(({ kind }) => kind === 'deploy')) return 'a state init without a deployment';
  }
  return told < sent && !isCutShort ? `${sent} leave and ${told} are told of` : null;
}
