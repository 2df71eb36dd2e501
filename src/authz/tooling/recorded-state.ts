import { type AccountId, countEvent, type Decision, EMPTY_RATE, type Json, type RateRow, storeKey } from '../../core/index.ts';
import { alikeKey, type MarketInput, readExcerpt, readListLook, screenKey } from '../../risk/index.ts';
import type { JudgeState } from '../judge-state.ts';
import { ALARMS_WINDOW_MS, alarmsRow, scoresRow } from '../layers/risk-thresholds.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import { fleetRow, type RiskReadings } from '../risk-readings.ts';
import { readRun } from './read-input.ts';
import { FactLacking } from './recorded-facts.ts';

const FLEET = fleetRow('' as AccountId);
const SCREENED = storeKey.doc(screenKey('' as AccountId));

/** More of them ask for no more evidence. */
const MOST_ALARMS = 64;

/** A row that counts as many alarms as there were. */
function alarmsOf({ at, input }: Decision): Json {
  let row: RateRow = EMPTY_RATE;
  for (let n = Math.min(MOST_ALARMS, input?.alarms ?? 0); n > 0; n -= 1) row = countEvent(row, ALARMS_WINDOW_MS, null, at, at);
  return row as unknown as Json;
}

/** The state that a decision kept, for judging it again. Everything else is lacking: it is never guessed. */
export function recordedState(decision: Decision, policy: CompiledPolicy): JudgeState {
  const { input, facts } = decision;
  const screened = new Map<string, Json>((input?.screened ?? []).map(([account, entry]) => [`${SCREENED}${account}`, entry]));
  const { profileKey } = accountsOf(policy, decision.agent);
  const alike = storeKey.doc(alikeKey(decision.agent, ''));
  const profile = readExcerpt(input?.profile) as Json | undefined;
  const lacking = (what: string): never => {
    throw new FactLacking(what);
  };
  return {
    row: (key) => (key === alarmsRow(decision.agent) ? alarmsOf(decision) : lacking(key)),
    doc(key) {
      if (key === profileKey) return profile;
      // Absent also in records of before it was kept: then nothing of the kind was asked.
      if (key === scoresRow(decision.agent)) return input?.scores;
      // Every account in the effects was looked up when it was decided: what is not kept was not listed.
      if (key.startsWith(SCREENED)) return screened.get(key);
      // The same holds of the fleet: what it knew stands in the readings.
      const isRead = key.startsWith(FLEET) || key.startsWith(alike);
      return isRead && input?.readings !== undefined ? undefined : lacking(key);
    },
    get price() {
      return lacking('price');
    },
    market: input?.market as MarketInput | undefined,
    lists: input?.lists === undefined ? undefined : readListLook(input.lists),
    readings: input?.readings as unknown as RiskReadings | undefined,
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
