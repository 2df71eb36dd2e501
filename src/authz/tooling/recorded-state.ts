import { type AccountId, type Decision, type Json, storeKey } from '../../core/index.ts';
import { type MarketFacts, readExcerpt, screenKey } from '../../risk/index.ts';
import type { JudgeState } from '../judge-state.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import { readRun } from './read-input.ts';
import { FactLacking } from './recorded-facts.ts';

const SCREENED = storeKey.doc(screenKey('' as AccountId));

/** The state that a decision kept, for judging it again. Everything else is lacking: it is never guessed. */
export function recordedState(decision: Decision, policy: CompiledPolicy): JudgeState {
  const { input, facts } = decision;
  const screened = new Map<string, Json>((input?.screened ?? []).map(([account, entry]) => [`${SCREENED}${account}`, entry]));
  const { profileKey } = accountsOf(policy, decision.agent);
  const profile = readExcerpt(input?.profile) as Json | undefined;
  const lacking = (what: string): never => {
    throw new FactLacking(what);
  };
  return {
    row: (key) => lacking(key),
    doc(key) {
      if (key === profileKey) return profile;
      // Every account in the effects was looked up when it was decided: what is not kept was not listed.
      return key.startsWith(SCREENED) ? screened.get(key) : lacking(key);
    },
    get price() {
      return lacking('price');
    },
    market: input?.market as MarketFacts | undefined,
    contract: (account) => lacking(account),
    get simulate() {
      const run = readRun(decision);
      if (run !== undefined) return () => run;
      if (facts['simulation'] === 'none') return null;
      if (facts['simulation'] !== 'unavailable') return lacking('simulation');
      return () => {
        throw new FactLacking('simulation');
      };
    },
  };
}
