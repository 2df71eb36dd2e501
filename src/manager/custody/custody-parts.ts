import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import { storeKey } from '../../core/store.ts';
import type { House } from '../boot.ts';
import { type AgentRecord, docKey, docValue, readDoc, type WalletRecord } from '../directory.ts';
import { haltOf } from '../pipeline/advance.ts';
import type { ExecuteParts } from '../pipeline/execute.ts';
import { prepare } from '../pipeline/prepare.ts';
import type { PreparedTx } from '../pipeline/prepared.ts';
import { type Resolved, resolveRequest } from '../pipeline/resolve.ts';
import type { RequestForm } from '../request.ts';
import type { PreparedFacts } from './prepared.ts';
import { requestFormOf } from './transaction-input.ts';

/** What the calls of the custody room stand on: an open house, and its pipeline. */
export interface CustodyParts {
  readonly house: House;
  readonly parts: ExecuteParts;
}

/** Now, for what lateness closes: the later of host and store. */
export async function latestMs({ house }: CustodyParts): Promise<TimeMs> {
  return Math.max(house.host.clock.nowMs(), await house.store.now());
}

/** Refuses under a kill or a pause, as the store and this process know of it now. @throws HALTED */
export async function checkStops(parts: ExecuteParts, agent: string): Promise<void> {
  const reason = await haltOf(parts, agent);
  if (reason !== undefined)
    throw new CastellanError('HALTED', { message: 'Stopped: nothing is approved or signed now.', details: { reason }, retryable: true });
}

/** Refuses what is of an agent that was removed. @throws AGENT_UNKNOWN */
export async function checkAgent({ house }: CustodyParts, agent: string): Promise<void> {
  const { value } = await readDoc<AgentRecord>(house.store, docKey.agent(agent));
  if (value === undefined || value.removedMs !== undefined)
    throw new CastellanError('AGENT_UNKNOWN', { message: 'The agent of this wallet was removed.', details: { reason: 'agent_unknown' } });
}

/** The request that these facts become. */
export function formOf({ house }: CustodyParts, facts: Pick<PreparedFacts, 'id' | 'account' | 'chain' | 'tx'>): RequestForm {
  const native = house.chains.adapter(facts.chain).codec.nativeAsset(facts.chain);
  return requestFormOf(facts, native.asset);
}

/** Builds the bytes that the request would become now, and records, holds and stops nothing. */
export async function buildNow(
  { house, parts }: CustodyParts,
  wallet: WalletRecord,
  form: RequestForm,
  { id, feeBound }: Pick<PreparedFacts, 'id'> & Partial<Pick<PreparedFacts, 'feeBound'>>,
): Promise<Resolved<PreparedTx>> {
  if (!form.ok)
    return {
      ok: false,
      reason: {
        code: 'request_malformed',
        message: `The transaction is wrong: ${form.problems.join('; ').slice(0, 500)}`,
        retryable: false,
      },
    };
  const [row] = await house.store.get([storeKey.doc(docKey.agent(wallet.agent))]);
  const agent = docValue<AgentRecord>(row);
  if (agent === undefined || agent.removedMs !== undefined)
    return { ok: false, reason: { code: 'agent_unknown', message: 'The agent of this wallet was removed.', retryable: false } };
  const nowMs = house.host.clock.nowMs();
  const resolved = resolveRequest({ parsed: form.value, id, tenant: house.config.tenant, agent, chains: house.chains, nowMs });
  return resolved.ok
    ? prepare(parts, resolved.value, { dryRun: true, ...(feeBound === undefined ? {} : { feeBound: BigInt(feeBound) }) })
    : resolved;
}
