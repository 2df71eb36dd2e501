import { isCastellanError } from '../../../src/core/index.ts';
import { PUBLIC_KEY, TESTNET } from '../codec-fixture.ts';
import { fuzzCodec, fuzzFacts } from '../protocol-fixture.ts';
import { createDraw, mutateBytes, mutateCells } from './mutate.ts';
import { disagreement } from './oracle.ts';
import { SEEDS, type Seed } from './seeds.ts';

/** What a run of mutated payloads came to. */
export interface FuzzResult {
  readonly tried: number;
  /** Those that are orders to the wallet; the others were refused, as they should be. */
  readonly taken: number;
  readonly complete: number;
  /** Reasons for which they were refused. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Anything that must never happen: other errors, and readings that do not hold what the payload holds. */
  readonly faults: readonly string[];
  /** Of the thread’s own time. */
  readonly slowestMs: number;
}

/** Time of this thread alone, ms: what others make it wait is no cost of reading. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** One in so many readings that are not complete is looked at by the other reader, too. */
const SAMPLED = 16;

function rebuilt(seed: Seed, tx: ReturnType<typeof fuzzCodec.adopt>, decoded: ReturnType<typeof fuzzCodec.decode>): boolean {
  const { slot, validUntilMs, fee } = tx;
  const ofItself = decoded.effects.some(
    (effect) =>
      (effect.kind === 'control' && effect.account === seed.wallet) || (effect.kind === 'unknown' && effect.contract === seed.wallet),
  );
  if (ofItself || decoded.calls.length === 0 || validUntilMs === 0) return true;
  const context = { chain: TESTNET, wallet: seed.wallet, slot, validUntilMs, fee, publicKey: PUBLIC_KEY, facts: fuzzFacts };
  return Buffer.from(fuzzCodec.build({ kind: 'calls', calls: decoded.calls }, context).payload).equals(tx.payload);
}

/**
 * Decodes so many mutated payloads. What is taken must be read wholly: built again from its calls it has the same bytes, and
 * another reader finds nothing in it that the effects do not tell.
 */
export function runFuzz(rounds: number, from: number, report: (line: string) => void = () => undefined): FuzzResult {
  const draw = createDraw(from);
  const refusals = new Map<string, number>();
  const faults: string[] = [];
  let [taken, complete, slowestMs] = [0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 50_000 === 0 && round > 0) report([`${round} payloads, ${taken} taken`, ...faults].join('; '));
    const seed = SEEDS[round % SEEDS.length] as Seed;
    const other = SEEDS[draw(SEEDS.length)] as Seed;
    let payload: Uint8Array;
    try {
      payload = draw(4) === 0 ? mutateBytes(seed.payload, draw) : mutateCells(seed.payload, other.payload, draw);
    } catch {
      // The mutation itself came to something that no bag of cells holds.
      continue;
    }
    const start = spentMs();
    try {
      const adopted = fuzzCodec.adopt(payload, TESTNET, seed.wallet, PUBLIC_KEY);
      const tx = { ...adopted, facts: fuzzFacts };
      const decoded = fuzzCodec.decode(tx);
      slowestMs = Math.max(slowestMs, spentMs() - start);
      taken += 1;
      if (decoded.complete) complete += 1;
      else if (round % SAMPLED !== 0) continue;
      const found = disagreement(tx, decoded) ?? (rebuilt(seed, tx, decoded) ? null : 'built again it is another payload');
      if (found !== null) faults.push(`${found}: ${Buffer.from(payload).toString('hex')}`);
    } catch (error) {
      slowestMs = Math.max(slowestMs, spentMs() - start);
      const reason = isCastellanError(error) && error.code === 'PAYLOAD_UNDECODABLE' ? String(error.details['reason']) : null;
      if (reason === null) faults.push(`${String(error)}: ${Buffer.from(payload).toString('hex')}`);
      else refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
    }
  }
  return { tried: rounds, taken, complete, refusals, faults, slowestMs };
}
