import { GAUGES, readGauges } from './gauges/index.ts';
import type { Habits } from './habits.ts';
import { lookAt } from './look.ts';
import type { WalletAction } from './wallet-action.ts';

const AT_ONCE = 64;
const read = new Float32Array(GAUGES.length);
const words = new Uint32Array(read.buffer);
let room = new ArrayBuffer(0);
let given = AT_ONCE;
const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** What every gauge says of an action, in the order of `GAUGES`, to eight binary digits: so much is kept of it, and no more is judged by. */
export function readFigures(habits: Habits, action: WalletAction): Float32Array {
  readGauges(lookAt(habits, action), read);
  // To the nearest number of eight binary digits, of two the one that ends with 0.
  for (let at = 0; at < words.length; at += 1) {
    const bits = words[at] as number;
    words[at] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  }
  const figures = nextFigures();
  figures.set(read);
  return figures;
}

/** Room for one action's figures. Several share a buffer, for a buffer costs more to make than they do to read. */
function nextFigures(): Float32Array {
  if (given === AT_ONCE) {
    room = new ArrayBuffer(AT_ONCE * words.byteLength);
    given = 0;
  }
  given += 1;
  return new Float32Array(room, (given - 1) * words.byteLength, words.length);
}

/** Figures as text: two bytes each, base64. */
export function packFigures(figures: Float32Array): string {
  const bytes = Buffer.alloc(2 * figures.length);
  for (let at = 0; at < figures.length; at += 1) {
    single[0] = figures[at] as number;
    bytes.writeUInt16BE((word[0] as number) >>> 16, 2 * at);
  }
  return bytes.toString('base64');
}

/** Reads figures back. Fails closed: undefined for what is malformed, or was read off by other gauges. */
export function unpackFigures(text: unknown): Float32Array | undefined {
  if (typeof text !== 'string' || text.length !== Math.ceil((2 * GAUGES.length) / 3) * 4) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 2 * GAUGES.length) return undefined;
  const figures = new Float32Array(GAUGES.length);
  for (let at = 0; at < GAUGES.length; at += 1) {
    word[0] = bytes.readUInt16BE(2 * at) << 16;
    figures[at] = single[0] as number;
  }
  return figures.every(Number.isFinite) ? figures : undefined;
}
