import { codeDigest, excessOf, heedOpinions, type KeptRun, keptRun, missingFrom, unmetBy } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import type { SimulationReport } from '../../core/chain-adapter.ts';
import type { Decision } from '../../core/decision.ts';
import type { AccountId } from '../../core/ids.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Host } from '../config.ts';
import { walletFacts } from '../directory.ts';
import { inTime } from '../in-time.ts';
import { awaitPlace } from './co-signed.ts';
import { movedContract } from './contract-pins.ts';
import type { SigningParts } from './signed-bytes.ts';
import type { Simulator } from './simulator.ts';
import { awaitTurn } from './turn.ts';

/** What deciding whether a held request may be signed now needs. */
export interface ReadinessParts extends SigningParts {
  readonly host: Host;
  readonly findDecision: (decisionId: string) => Promise<Decision | undefined>;
  /** Age from which what was simulated at the decision is simulated again, ms; null never does. */
  readonly simulationStaleMs: number | null;
  readonly simulator: Simulator;
}

/** Ready, or why not. `isVoid`: the permit is good for nothing any more, and its room and place are to be given back. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly isVoid: boolean; readonly code: ReasonCode | 'pending'; readonly detail: string };

const READY: Readiness = { ready: true };
const ignored = (): void => undefined;

/** A permit that is good for nothing any more, because what it is for has changed. */
const stale = (detail: string): Readiness => ({ ready: false, isVoid: true, code: 'simulation_stale', detail });

/** Whether the payload, simulated again on the state of now, does nothing beyond what was decided about. */
async function stillDoes(
  parts: ReadinessParts,
  row: RequestRow,
  decision: Decision | undefined,
  signal: AbortSignal | undefined,
): Promise<Readiness> {
  if (decision === undefined || row.payload === null)
    return { ready: false, isVoid: true, code: 'permit_void', detail: 'The decision behind the permit cannot be read.' };
  const chain = accountChain(row.wallet);
  const { codec } = parts.chains.adapter(chain);
  const node = parts.chains.node(chain);
  const { publicKey, smart } = await walletFacts(parts.store, row.wallet);
  const tx = codec.adopt(new Uint8Array(Buffer.from(row.payload, 'base64')), chain, row.wallet, publicKey, smart);
  const facts =
    node.survey === undefined
      ? {}
      : { facts: await node.survey({ kind: 'calls', calls: codec.decode(tx).calls }, row.wallet, signal, smart) };
  const surveyed = { ...tx, ...facts };
  const report = await parts.simulator(node, surveyed, codec.decode(surveyed), signal);
  if (!report.success)
    return stale(`Simulated again, it no longer succeeds: ${report.errors.slice(0, 3).join('; ') || 'no reason given'}.`);
  const against = { wallet: row.wallet, declared: { asset: null, amount: null, destination: null } };
  const { effects, unintended } = excessOf(decision.effects, report.effects, against);
  if (effects.length > 0 || unintended.length > 0)
    return stale(`Simulated again, it does more than was decided about: ${unintended.slice(0, 3).join('; ') || 'other movements'}.`);
  const changed = otherwise(keptRun(decision), report, decision, row.wallet);
  return changed === undefined ? READY : stale(`Simulated again, ${changed}.`);
}

/** What else is not as it was, in words: what nothing shows any more, other code, less than expected, another opinion. */
function otherwise(kept: KeptRun | null, report: SimulationReport, { effects }: Decision, wallet: AccountId): string | undefined {
  const [missing] = missingFrom(report.effects, effects, wallet).told;
  if (missing !== undefined) return missing;
  if (kept?.code != null && report.code !== undefined && codeDigest(report.code) !== kept.code)
    return 'a contract that it calls runs other code';
  const known = effects.filter(({ source }) => source === 'bytes');
  const [unmet] = kept?.expect == null ? [] : unmetBy(report.effects, known, kept.expect, wallet);
  if (unmet !== undefined)
    return `it does not come to what the request expects: ${unmet.rule} ${unmet.requested ?? ''} ${unmet.unit ?? ''}`.trim();
  const [denial] = heedOpinions(report.opinions ?? []).denials;
  return denial === undefined ? undefined : `another simulation objects: ${denial.rule}`;
}

/** How long the chain may take to say where it stands, ms. */
const HEAD_WAIT_MS = 2_000;

/** Whether what was simulated at the decision may stand: not old, and no block is known to have come since. */
async function isFresh(parts: ReadinessParts, row: RequestRow, kept: KeptRun | null, signal: AbortSignal | undefined): Promise<boolean> {
  const ageMs = parts.host.clock.nowMs() - row.updatedMs;
  if (kept === null) return ageMs < (parts.simulationStaleMs ?? 0);
  if (ageMs >= Math.min(parts.simulationStaleMs ?? 0, kept.staleMs)) return false;
  // A chain that cannot be asked is no reason to hold back what was simulated a moment ago: it is handed in once it is back.
  let number = kept.block;
  const look = parts.chains.node(accountChain(row.wallet)).head(signal);
  await inTime(
    parts.host.clock,
    look.then((head) => {
      number = head.number;
    }, ignored),
    HEAD_WAIT_MS,
  );
  return number === kept.block;
}

/** Waits for the request's turn in its wallet's sequence, and looks again at what was decided some time ago. */
export async function readyToSign(parts: ReadinessParts, row: RequestRow, timeoutMs: number, signal?: AbortSignal): Promise<Readiness> {
  const turn = await awaitTurn(parts, row, timeoutMs, signal);
  if (turn === 'wait')
    return { ready: false, isVoid: false, code: 'pending', detail: 'An earlier permit of this wallet is neither used nor over yet.' };
  if (turn === 'hole')
    return {
      ready: false,
      isVoid: true,
      code: 'permit_void',
      detail: 'An earlier place of the wallet’s sequence was given back: this one would wait behind it.',
    };
  const place = await awaitPlace(parts, row, timeoutMs, signal);
  if (place === 'wait')
    return { ready: false, isVoid: false, code: 'pending', detail: 'An earlier transaction of this wallet is not in a block yet.' };
  const decision = await parts.findDecision(row.decisionId);
  const moved = decision === undefined ? undefined : await movedContract(parts.chains, row, decision, signal);
  if (moved !== undefined) return { ready: false, isVoid: true, ...moved };
  if (place !== 'ours' && parts.simulationStaleMs === null) return READY;
  if (place !== 'ours' && decision !== undefined && (await isFresh(parts, row, keptRun(decision), signal))) return READY;
  return stillDoes(parts, row, decision, signal);
}
