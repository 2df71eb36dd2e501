import { CastellanError } from '../../core/index.ts';
import { createSeededRandom } from '../seeded-random.ts';

/** What goes wrong on purpose; what is left out goes right. */
export interface TonDevChainFaults {
  /** Part of the externals that are accepted and never executed, 0 to 1. */
  readonly dropRate?: number;
  /** Part of the requests that fail, 0 to 1: with 500, with 503, with a connection reset before the work, or with one after it. */
  readonly errorRate?: number;
  /** Before each answer, ms. */
  readonly latencyMs?: number;
  /** Makes the same faults again; 0 where left out. */
  readonly seed?: number;
}

/** How one request goes wrong. `lost`: it is carried out, and its answer never comes. */
export type RequestFault = 'none' | 500 | 503 | 'reset' | 'lost';

/** The dice of a chain that misbehaves. */
export interface Faults {
  set(faults: TonDevChainFaults): void;
  dropNext(count: number): void;
  /** Whether the external at hand is forgotten. */
  drops(): boolean;
  request(): RequestFault;
  latencyMs(): number;
}

const KINDS: readonly RequestFault[] = [500, 503, 'reset', 'lost'];
const LONGEST_LATENCY_MS = 60_000;

/** Nothing goes wrong at first. */
export function createFaults(): Faults {
  let now = parseFaults({});
  let dropCount = 0;
  return {
    set(faults) {
      now = parseFaults(faults);
    },
    dropNext(count) {
      if (!Number.isSafeInteger(count) || count < 0) throw invalid('dropNext', 'a whole number, at least 0');
      dropCount = count;
    },
    drops() {
      if (dropCount > 0) {
        dropCount -= 1;
        return true;
      }
      return now.dropRate > 0 && roll(now.dropDice) < now.dropRate;
    },
    request() {
      if (now.errorRate === 0 || roll(now.errorDice) >= now.errorRate) return 'none';
      return KINDS[Math.floor(roll(now.errorDice) * KINDS.length)] ?? 'reset';
    },
    latencyMs: () => now.latencyMs,
  };
}

function parseFaults({ dropRate = 0, errorRate = 0, latencyMs = 0, seed = 0 }: TonDevChainFaults) {
  for (const [name, rate] of Object.entries({ dropRate, errorRate })) {
    if (!(rate >= 0 && rate <= 1)) throw invalid(name, 'between 0 and 1');
  }
  if (!(latencyMs >= 0 && latencyMs <= LONGEST_LATENCY_MS)) throw invalid('latencyMs', `between 0 and ${LONGEST_LATENCY_MS}`);
  if (!Number.isFinite(seed)) throw invalid('seed', 'a number');
  // Two dice: how many requests there are changes nothing about which externals are dropped.
  return { dropRate, errorRate, latencyMs, dropDice: createSeededRandom(`drop/${seed}`), errorDice: createSeededRandom(`error/${seed}`) };
}

/** Between 0 and 1, 1 excluded. */
function roll(dice: ReturnType<typeof createSeededRandom>): number {
  const bytes = dice.bytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
}

const invalid = (name: string, wanted: string): CastellanError =>
  new CastellanError('CONFIG_INVALID', { message: `${name} is ${wanted}.`, details: { option: name } });
