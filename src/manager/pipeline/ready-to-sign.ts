import { excessOf } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import type { Decision } from '../../core/decision.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Host } from '../config.ts';
import { walletFacts } from '../directory.ts';
import { awaitPlace } from './co-signed.ts';
import type { SigningParts } from './signed-bytes.ts';
import { awaitTurn } from './turn.ts';

/** What deciding whether a held request may be signed now needs. */
export interface ReadinessParts extends SigningParts {
  readonly host: Host;
  readonly findDecision: (decisionId: string) => Promise<Decision | undefined>;
  /** Age from which what was simulated at the decision is simulated again, ms; null never does. */
  readonly simulationStaleMs: number | null;
}

/** Ready, or why not. `isVoid`: the permit is good for nothing any more, and its room and place are to be given back. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly isVoid: boolean; readonly code: ReasonCode | 'pending'; readonly detail: string };

const READY: Readiness = { ready: true };

/** Whether the payload, simulated again on the state of now, does nothing beyond what was decided about. Tolerance zero. */
async function stillDoes(parts: ReadinessParts, row: RequestRow, signal: AbortSignal | undefined): Promise<Readiness> {
  const decision = await parts.findDecision(row.decisionId);
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
  const report = await node.simulate({ ...tx, ...facts }, signal === undefined ? {} : { signal });
  if (!report.success)
    return {
      ready: false,
      isVoid: true,
      code: 'simulation_stale',
      detail: `Simulated again, it no longer succeeds: ${report.errors.slice(0, 3).join('; ') || 'no reason given'}.`,
    };
  const { effects, unintended } = excessOf(decision.effects, report.effects, {
    wallet: row.wallet,
    declared: { asset: null, amount: null, destination: null },
  });
  if (effects.length === 0 && unintended.length === 0) return READY;
  return {
    ready: false,
    isVoid: true,
    code: 'simulation_stale',
    detail: `Simulated again, it does more than was decided about: ${unintended.slice(0, 3).join('; ') || 'other movements'}.`,
  };
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
  if (place === 'ours') return stillDoes(parts, row, signal);
  const { simulationStaleMs } = parts;
  if (simulationStaleMs === null || parts.host.clock.nowMs() - row.updatedMs < simulationStaleMs) return READY;
  return stillDoes(parts, row, signal);
}
