import { isCastellanError } from '../../../src/core/index.ts';
import { PUBLIC_KEY, TESTNET } from '../codec-fixture.ts';
import { fuzzCodec, fuzzFacts } from '../protocol-fixture.ts';
import { decodeSeed, type Taken } from './decode-seed.ts';
import { HEAVY } from './heavy.ts';
import { createDraw, type Draw, mutateBytes, mutateCells } from './mutate.ts';
import { disagreement } from './oracle.ts';
import { SEEDS, type Seed } from './seeds.ts';
import { createSlowest, createTimer, type Slow } from './slowest.ts';

/** What a run of mutated payloads came to. */
export interface FuzzResult {
  /** Payloads that were decoded. */
  readonly tried: number;
  /** Of those, the ones made from payloads that are as much work as can be. */
  readonly heavy: number;
  /** Those that are orders to the wallet; the others were refused, as they should be. */
  readonly taken: number;
  readonly complete: number;
  /** Reasons for which they were refused, and how often. */
  readonly refusals: readonly (readonly [string, number])[];
  /** Anything that must never happen: other errors, and readings that do not hold what the payload holds. */
  readonly faults: readonly string[];
  /** Those that took longest the first time: all above the limit, and some below it. */
  readonly slowest: readonly Slow[];
}

/** No decode may take longer, ms. */
export const MOST_MS = 50;
/** One in so many readings that are not complete is looked at by the other reader, too. */
const SAMPLED = 16;
/** One in so many payloads is made from a heavy one. */
const HEAVY_EVERY = 500;
const REPORT_EVERY = 50_000;

function rebuilt({ wallet }: Seed, { tx, decoded }: Taken): boolean {
  const { slot, validUntilMs, fee } = tx;
  const ofItself = decoded.effects.some(
    (effect) => (effect.kind === 'control' && effect.account === wallet) || (effect.kind === 'unknown' && effect.contract === wallet),
  );
  if (ofItself || decoded.calls.length === 0 || validUntilMs === 0) return true;
  const context = { chain: TESTNET, wallet, slot, validUntilMs, fee, publicKey: PUBLIC_KEY, facts: fuzzFacts };
  return Buffer.from(fuzzCodec.build({ kind: 'calls', calls: decoded.calls }, context).payload).equals(tx.payload);
}

/** What is wrong with a reading; null where nothing is. Built again from its calls it must have the same bytes. */
export function faultOf(seed: Seed, taken: Taken): string | null {
  try {
    return disagreement(taken.tx, taken.decoded) ?? (rebuilt(seed, taken) ? null : 'built again it is another payload');
  } catch (error) {
    return `cannot be built again: ${String(error)}`;
  }
}

/** A changed payload of this seed; null where the change came to something that no bag of cells holds. */
function mutated(seed: Seed, draw: Draw, isHeavy: boolean): Uint8Array | null {
  const other = SEEDS[draw(SEEDS.length)] as Seed;
  try {
    return draw(4) === 0 ? mutateBytes(seed.payload, draw) : mutateCells(seed.payload, other.payload, draw, isHeavy);
  } catch {
    return null;
  }
}

function decoded(payload: Uint8Array, { wallet }: Seed): Taken | { readonly error: unknown } {
  try {
    return decodeSeed(payload, wallet);
  } catch (error) {
    return { error };
  }
}

/**
 * Decodes so many mutated payloads. What is taken must be read wholly: built again from its calls it has the same bytes, and
 * another reader finds nothing in it that the effects do not tell.
 */
export function runFuzz(payloads: number, from: number, report: (line: string) => void = () => undefined): FuzzResult {
  const draw = createDraw(from);
  const refusals = new Map<string, number>();
  const faults: string[] = [];
  const slowest = createSlowest(MOST_MS);
  const timer = createTimer();
  let [tried, heavy, taken, complete] = [0, 0, 0, 0];
  for (let round = 0; tried < payloads; round += 1) {
    const isHeavy = round % HEAVY_EVERY === HEAVY_EVERY - 1;
    const seed = (isHeavy ? HEAVY[Math.floor(round / HEAVY_EVERY) % HEAVY.length] : SEEDS[round % SEEDS.length]) as Seed;
    const payload = mutated(seed, draw, isHeavy);
    if (payload === null) continue;
    tried += 1;
    if (isHeavy) heavy += 1;
    if (tried % REPORT_EVERY === 0) report([`${tried} payloads, ${taken} taken`, ...faults].join('; '));
    const wrong = (found: string): void => void faults.push(`${found}: ${Buffer.from(payload).toString('hex')}`);
    const took = timer();
    const read = decoded(payload, seed);
    slowest.offer(payload, seed.wallet, took());
    if ('error' in read) {
      const { error } = read;
      const reason = isCastellanError(error) && error.code === 'PAYLOAD_UNDECODABLE' ? String(error.details['reason']) : null;
      if (reason === null) wrong(String(error));
      else refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
      continue;
    }
    taken += 1;
    if (read.decoded.complete) complete += 1;
    else if (round % SAMPLED !== 0 && !isHeavy) continue;
    const found = faultOf(seed, read);
    if (found !== null) wrong(found);
  }
  return { tried, heavy, taken, complete, refusals: [...refusals], faults, slowest: slowest.list() };
}
