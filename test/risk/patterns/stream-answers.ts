import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStreams, type StreamRow } from '../../../bench/fraud/read-streams.ts';
import type { AccountId, AssetId, Effect } from '../../../src/core/index.ts';
import { type FleetParty, learnFleetParty, viewFleetParty } from '../../../src/risk/habits/fleet-party.ts';
import { isNewTo } from '../../../src/risk/habits/look.ts';
import type { FleetView, WalletAction } from '../../../src/risk/habits/wallet-action.ts';
import { assessRisk, emptyProfile, type Profile, type RiskAssessment, type RiskInput, trainHabits } from '../../../src/risk/index.ts';
import { habitsOf } from '../../../src/risk/profile-habits.ts';
import { trainAmounts } from '../../../src/risk/train-profile.ts';
import { ETH, WALLET } from '../fixtures.ts';

const DATA = process.env.CASTELLAN_DATA ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), '../shared/data');
/** The labelled streams are on this machine. */
export const hasStreams: boolean = existsSync(join(DATA, 'streams'));

const ADDRESS = /^0x[0-9a-f]{40}$/i;
const accountOf = (text: string): AccountId | null => (ADDRESS.test(text) ? (`eip155:1:${text.toLowerCase()}` as AccountId) : null);
const assetOf = (text: string): AssetId =>
  text === 'coin' ? ETH : (`eip155:1/erc20:${ADDRESS.test(text) ? text.toLowerCase() : `0x${'0'.repeat(40)}`}` as AssetId);

/** What a row does, as the bytes would say it. */
function effectOf({ kind, party, asset, amount, allowance, direction }: WalletAction): Effect | undefined {
  const at = { leaf: '0', source: 'bytes' } as const;
  const account = accountOf(party);
  if (kind === 'allowance' || kind === 'allowance_all')
    return account === null
      ? undefined
      : kind === 'allowance'
        ? { ...at, kind, owner: WALLET, spender: account, asset: assetOf(asset), amount: allowance ?? 'unlimited', expiresAtMs: null }
        : { ...at, kind: 'operator', owner: WALLET, operator: account, collection: accountOf(asset) ?? account, approved: true };
  if (amount === 0n && kind !== 'token') return undefined;
  return { ...at, kind: direction === 'in' ? 'inflow' : 'outflow', account: WALLET, counterparty: account, asset: assetOf(asset), amount };
}

/** One judged row of a stream. */
export interface Answer {
  readonly row: StreamRow;
  readonly input: RiskInput;
  readonly assessment: RiskAssessment;
}

/** Judges every scored row by what its wallet, and the fleet of all of them, did before; only ether can be valued. */
export function answerStreams(see: (answer: Answer) => void): void {
  const profiles = new Map<string, Profile>();
  const fleet = new Map<string, FleetParty>();
  for (const row of readStreams(DATA)) {
    const { action } = row;
    const effect = effectOf(action);
    if (effect === undefined || (action.direction === 'out' && !row.isOwn)) continue;
    const profile = profiles.get(row.wallet) ?? emptyProfile();
    const party = accountOf(action.party);
    const isNew = party !== null && action.direction === 'out' && isNewTo(habitsOf(profile), party);
    let isBlocked = false;
    if (row.isScored) {
      const worth = effect.kind !== 'outflow' ? 0n : action.asset === 'coin' ? action.amount : null;
      const input: RiskInput = {
        ...{ effects: [effect], wallet: WALLET, nowMs: action.atMs, profile, listed: () => undefined, allowListed: () => false },
        amountsInUnit: { outflow: worth, perTransaction: null },
        decimals: () => action.decimals,
        fleet: (account): FleetView => viewFleetParty(fleet.get(account), action, isNew),
      };
      const assessment = assessRisk(input);
      isBlocked = assessment.patterns.some(({ recommendedAction }) => recommendedAction === 'block');
      see({ row, input, assessment });
    }
    // As at the gate: what was blocked never settles, and teaches nothing.
    if (isBlocked) continue;
    const known = party === null ? undefined : { ...action, party, asset: assetOf(action.asset) };
    if (party !== null && known !== undefined) fleet.set(party, learnFleetParty(fleet.get(party), known, isNew));
    const unitAmount = action.asset === 'coin' ? action.amount : 0n;
    const paid =
      effect.kind === 'outflow' && party !== null
        ? trainAmounts(profile, { atMs: action.atMs, account: party, asset: effect.asset, amount: action.amount, unitAmount })
        : profile;
    profiles.set(row.wallet, known === undefined ? paid : trainHabits(paid, [known]));
  }
}
