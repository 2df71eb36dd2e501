import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { decodeTransaction, knownContracts } from '../../src/adapters/evm/decode/index.ts';
import { adopt } from '../../src/adapters/evm/parse.ts';
import { readSigned } from '../../src/adapters/evm/signed-transaction.ts';
import { type AccountId, type ChainId, type DecodedTransaction, isCastellanError, toHex, tokenAsset } from '../../src/core/index.ts';
import type { Bar, Mode } from './bar.ts';
import { checkRewritten, unnamedDifference } from './chains-fuzz-evm-oracle.ts';
import { mutate, payloadOf, randomCall, TOKEN, TYPES, WALLET } from './chains-fuzz-evm-seeds.ts';
import { mulberry32 } from './measure.ts';

const CHAIN = 'eip155:31337' as ChainId;
const ACCOUNT = `${CHAIN}:${WALLET}` as AccountId;
const KNOWN = knownContracts(new Map([[TOKEN, tokenAsset(CHAIN, `${CHAIN}:${TOKEN}` as AccountId)]]), [], new Set([TOKEN]));
const LIMIT_MS = 50;
/** What takes longer is read again, three times at most, by the processor's own time: the machine pauses, bytes do not. */
const DOUBTFUL_MS = 5;
/** Payloads of the same grammar before new ones are drawn. */
const PER_SEED = 20;

/** What the fuzz came to. */
export interface FuzzReport {
  readonly payloads: number;
  readonly understood: number;
  /** Bytes that differ and do the same, in places that are named. */
  readonly silent: number;
  readonly slowestMs: number;
  /** Unexpected exceptions, and payloads that were understood and are not what they seem. Each is a failure. */
  readonly failures: readonly string[];
}

type Read = { readonly effects: string; readonly decoded: DecodedTransaction } | null;

function read(payload: Uint8Array): Read {
  try {
    const decoded = decodeTransaction(adopt(payload, CHAIN, ACCOUNT), KNOWN);
    return { decoded, effects: JSON.stringify(decoded.effects, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) };
  } catch (error) {
    if (isCastellanError(error) && error.code === 'PAYLOAD_UNDECODABLE') return null;
    throw error;
  }
}

/** A reading, and how long it takes. */
function timed(payload: Uint8Array): { readonly found: Read; readonly ms: number } {
  const once = (): { readonly found: Read; readonly ms: number } => {
    const before = process.cpuUsage();
    const found = read(payload);
    const { user, system } = process.cpuUsage(before);
    return { found, ms: (user + system) / 1_000 };
  };
  const start = performance.now();
  const found = read(payload);
  let best = { found, ms: performance.now() - start };
  for (let again = 0; again < 3 && best.ms > DOUBTFUL_MS; again += 1) {
    const next = once();
    if (next.ms < best.ms) best = next;
  }
  return best;
}

/** Signed transactions of the published corpus, where it is on this machine. */
function corpus(): readonly Uint8Array[] {
  const folder = join(
    process.env['CASTELLAN_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'),
    'ethereum-tests/TransactionTests',
  );
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((group) =>
    readdirSync(join(folder, group)).flatMap((file) =>
      Object.values(JSON.parse(readFileSync(join(folder, group, file), 'utf8')) as Record<string, { readonly txbytes: Hex }>).map(
        ({ txbytes }) => new Uint8Array(Buffer.from(txbytes.slice(2), 'hex')),
      ),
    ),
  );
}

/** One of each hundred payloads is a signed transaction: reading those recovers a key. */
function checkSigned(payload: Uint8Array): void {
  try {
    readSigned(payload);
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'PAYLOAD_UNDECODABLE') throw error;
  }
}

/**
 * Reads `payloads` mutated payloads: random calls of every known method, spliced, flipped, cut, and signed transactions of the
 * corpus treated alike. An unmutated call must be read; a mutated one that is understood must be what the library makes of it.
 */
export function fuzzEvm(payloads: number, seed: number, report: (line: string) => void = () => undefined): FuzzReport {
  const random = mulberry32(seed);
  const draw = (below: number): number => Math.floor(random() * below);
  const signed = corpus();
  const failures: string[] = [];
  let [understood, silent, slowestMs] = [0, 0, 0];
  let other = payloadOf({ to: TOKEN, value: 0n, data: new Uint8Array(0) }, 2);
  let base = { payload: other, effects: '', complete: false, data: new Uint8Array(0) as Uint8Array, to: TOKEN as Hex, type: 2 };

  const renew = (): void => {
    other = base.payload;
    const { to, data, text } = randomCall(draw);
    const calldata = new Uint8Array(Buffer.from(data.slice(2), 'hex'));
    const type = TYPES[draw(TYPES.length)] as number;
    const payload = payloadOf({ to, value: BigInt(draw(2)), data: calldata }, type);
    const found = read(payload);
    const refused = found?.decoded.effects.find(
      (effect) => effect.kind === 'unknown' && effect.leaf === '0' && /^arguments/.test(effect.detail),
    );
    if (found === null || refused !== undefined) failures.push(`canonical ${text} was not read: ${data}`);
    base = { payload, effects: found?.effects ?? '', complete: found?.decoded.complete ?? false, data: calldata, to, type };
  };

  const one = (turn: number): void => {
    if (turn % PER_SEED === 0) renew();
    if (turn % 100 === 99 && signed.length > 0) return checkSigned(mutate(signed[draw(signed.length)] as Uint8Array, other, draw));
    const inside = draw(4) > 0;
    const payload = inside
      ? payloadOf({ to: base.to, value: 0n, data: mutate(base.data, other, draw) }, base.type)
      : mutate(base.payload, other, draw);
    const { found, ms } = timed(payload);
    slowestMs = Math.max(slowestMs, ms);
    if (found === null || !found.decoded.complete) return;
    understood += 1;
    const hex: Hex = `0x${toHex(payload)}`;
    const whole = checkRewritten(hex);
    const [call] = found.decoded.calls;
    if (whole.to !== null && (call?.value !== whole.value || `0x${toHex(call.data)}` !== whole.data)) throw new Error('another call');
    const before: Hex = `0x${toHex(base.payload)}`;
    if (!base.complete || found.effects !== base.effects || hex === before) return;
    const difference = unnamedDifference(before, hex);
    if (difference !== null) throw new Error(`the same effects, and another ${difference}`);
    silent += 1;
  };

  for (let turn = 0; turn < payloads; turn += 1) {
    try {
      one(turn);
    } catch (error) {
      failures.push(`turn ${turn}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (turn % 200_000 === 199_999) report(`${turn + 1} payloads, ${understood} understood, ${failures.length} failures`);
  }
  return { payloads, understood, silent, slowestMs, failures };
}

/** What hostile bytes come to. */
export const bars: readonly Bar[] = [
  {
    name: 'EVM payloads mutated',
    target: `no exception, nothing read wrong, none over ${LIMIT_MS} ms`,
    async run(mode: Mode, report) {
      const size = mode === 'full' ? 1_000_000 : 20_000;
      const found = fuzzEvm(size, 20_260_101, report);
      const pass = found.failures.length === 0 && found.slowestMs <= LIMIT_MS && found.understood > size / 100;
      return {
        figure: `${found.failures.length} of ${size.toLocaleString('en')}`,
        pass,
        notes: [
          `${found.understood.toLocaleString('en')} understood, and written again by the library byte for byte; ${found.silent} of them differ in named places only`,
          `slowest ${found.slowestMs.toFixed(2)} ms`,
          ...found.failures.slice(0, 5),
        ],
      };
    },
  },
];
