import type { AccountId, AssetId } from '../core/index.ts';
import type { AmountDeviation } from './deviation.ts';
import { amountDeviation } from './deviation.ts';
import { type GrantNotes, grantNotesOf } from './grant-notes.ts';
import { notesOf } from './habit-notes.ts';
import { actionsOf } from './habits/actions-of.ts';
import { mayResemble } from './habits/may-resemble.ts';
import { type NotedPayment, type PaymentNote, paymentsIn } from './habits/payment-notes.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import { knownOf, paymentsTo } from './known.ts';
import type { Lookalike } from './lookalike.ts';
import { findLookalike, LEAST_LIKENESS } from './lookalike.ts';
import { HABIT_MODEL_VERSION } from './model/habit-model.ts';
import { COLD_BELOW, type Profile } from './profile.ts';
import { habitsOf } from './profile-habits.ts';
import type { RiskInput } from './risk-input.ts';
import type { ScreeningEntry } from './screening/entry.ts';
import { isListed } from './screening/entry.ts';
import type { ScreenedAccount } from './screening/list-look.ts';
import { type PersonalRate, personalRate } from './thresholds/index.ts';
import { tokenContract } from './token-contract.ts';
import { type UnlikeHabits, unlikeHabits } from './unlike-habits.ts';

/** What an account does in the transaction. Money or rights go to the first three. */
export type PartyRole = 'payee' | 'grantee' | 'controller' | 'contract' | 'payer' | 'token';

/** One foreign account that the effects name, with what we know of it. */
export interface Party {
  readonly account: AccountId;
  readonly role: PartyRole;
  /** Settled payments to it. */
  readonly payments: number;
  readonly allowListed: boolean;
  readonly listing: ScreeningEntry | undefined;
  /** What the lists in memory say of it. */
  readonly screened: ScreenedAccount | undefined;
  /** Whom it imitates: looked for only where it is neither known nor allow-listed. */
  readonly lookalike: Lookalike | undefined;
}

/** What every signal and pattern reads: made once per assessment. */
export interface RiskContext {
  readonly input: RiskInput;
  readonly parties: readonly Party[];
  /** Value goes where no account could be read. */
  readonly payeeUnread: boolean;
  /** Undefined while the profile is missing or cold, or the amount cannot be valued. */
  readonly deviation: AmountDeviation | undefined;
  /** Enough settled payments to know what is usual. */
  readonly warm: boolean;
  /** The action most unlike the habits; undefined while too few are known. */
  readonly unlike: UnlikeHabits | undefined;
  /** How rare that is for this agent; undefined with it. */
  readonly rate: PersonalRate | undefined;
  /** What leaves, by party and asset, as the bytes say; empty while no habits are known. */
  readonly payments: readonly ContextPayment[];
  /** New parties dealt with within a day before, and on a usual day; undefined where the transaction pays nobody new or no habits are known. */
  readonly newParties: { readonly inDay: number; readonly perDay: number; readonly seesArrivals: boolean } | undefined;
  /** What the habits say of those who get rights; undefined where nobody gets any or nothing is known. */
  readonly grants: GrantNotes | undefined;
}

/** What leaves for one party in one asset, with what the habits say of it; no note where the party is long known. */
export interface ContextPayment extends NotedPayment {
  readonly note: PaymentNote | undefined;
}

/** Collects the parties and measures that signals and patterns share. O(effects). */
export function riskContext(input: RiskInput): RiskContext {
  const parties: Party[] = [];
  let payeeUnread = false;
  let lastAsset: AssetId | undefined;
  const add = (account: AccountId | null, role: PartyRole): void => {
    if (account === null || account === input.wallet) return;
    for (const party of parties) if (party.account === account && party.role === role) return;
    parties.push(partyOf(input, account, role));
  };
  const token = (asset: AssetId): void => {
    if (asset === lastAsset) return;
    lastAsset = asset;
    add(tokenContract(asset), 'token');
  };
  for (const effect of input.effects) {
    switch (effect.kind) {
      case 'outflow':
        if (effect.counterparty === null) payeeUnread = true;
        add(effect.counterparty, 'payee');
        token(effect.asset);
        break;
      case 'inflow':
        add(effect.counterparty, 'payer');
        token(effect.asset);
        break;
      case 'allowance':
        add(effect.spender, 'grantee');
        token(effect.asset);
        break;
      case 'operator':
        add(effect.operator, 'grantee');
        add(effect.collection, 'token');
        break;
      case 'delegation':
        add(effect.delegate, 'grantee');
        break;
      case 'control':
        add(effect.to, 'controller');
        break;
      case 'call':
        add(effect.contract, effect.value > 0n ? 'payee' : 'contract');
        break;
      case 'unknown':
        add(effect.contract, 'contract');
        break;
      default:
        break;
    }
  }
  const { outflow } = input.amountsInUnit;
  const actions = actionsIn(input);
  const notes = notesOf(input.profile, actions);
  const unlike = unlikeHabits(input.profile, actions, (party) => input.allowListed(party as AccountId) === true);
  return {
    input,
    parties,
    payeeUnread,
    deviation: outflow === null ? undefined : amountDeviation(input.profile, outflow),
    warm: input.profile !== undefined && input.profile.count >= COLD_BELOW,
    unlike,
    rate: unlike === undefined ? undefined : personalRate(unlike.odds, input.scores, HABIT_MODEL_VERSION, input.alarmsLately),
    payments: paymentsIn(actions).map((payment, at) => ({ ...payment, note: notes?.payments[at] ?? undefined })),
    newParties: notes === undefined ? undefined : { inDay: notes.newInDay, perDay: notes.newPerDay, seesArrivals: notes.seesArrivals },
    grants: grantNotesOf(input.profile, actions),
  };
}

function actionsIn({ effects, wallet, nowMs, profile, decimals }: RiskInput): readonly WalletAction[] {
  if (profile?.habits === undefined && profile?.notes === undefined && profile?.granted === undefined) return [];
  return actionsOf({ effects, wallet, atMs: nowMs, decimals: decimals ?? (() => undefined) });
}

/** True for an account that receives money or rights and is neither known nor named by the policy. */
export function isNewParty(party: Party): boolean {
  return party.payments === 0 && !party.allowListed;
}

function partyOf(input: RiskInput, account: AccountId, role: PartyRole): Party {
  const payments = input.profile === undefined ? 0 : paymentsTo(input.profile, account);
  // Anything but a plain true is a no.
  const allowListed = input.allowListed(account) === true;
  const stored = input.listed(account);
  const screened = input.lists?.find(account, role === 'token');
  return {
    account,
    role,
    payments,
    allowListed,
    // What the lists say was asked for this moment already.
    listing: isListed(stored, input.nowMs) ? stored : (screened?.entry ?? undefined),
    screened,
    lookalike: payments > 0 || allowListed ? undefined : imitated(input, account),
  };
}

const NOBODY: readonly AccountId[] = [];

function imitated(input: RiskInput, account: AccountId): Lookalike | undefined {
  const ofKnown = input.profile === undefined ? undefined : imitatedKnown(input.profile, account);
  const ofAllowed = input.allowList === undefined ? undefined : findLookalike(account, input.allowList);
  // The profile forgets accounts when it is full; these are as many as were ever paid.
  const alike = input.paidAlike?.(account) ?? NOBODY;
  const ofPaid = alike.includes(account) ? undefined : findLookalike(account, alike);
  return moreAlike(moreAlike(ofKnown, ofAllowed), ofPaid);
}

function moreAlike(best: Lookalike | undefined, one: Lookalike | undefined): Lookalike | undefined {
  return best === undefined || (one !== undefined && one.bits > best.bits) ? one : best;
}

function imitatedKnown(profile: Profile, account: AccountId): Lookalike | undefined {
  const mayBe = profile.known !== undefined || mayResemble(habitsOf(profile), account, LEAST_LIKENESS);
  return mayBe ? findLookalike(account, knownOf(profile).accounts) : undefined;
}
