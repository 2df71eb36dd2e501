import type { AccountId, Effect } from '../../core/index.ts';
import type { PatternAction, PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** A deposit tag as exchanges give them out: digits, or letters and digits in one word. */
const TAG = /^(?:[0-9]{4,20}|(?=[a-z-]*[0-9])[a-z0-9-]{6,64})$/iu;
/** What a message of an exchange, a wallet or a game says, and a payment never has to. */
const OFFICIAL =
  /https?:|www\.|t\.me\/|\b(?:airdrop|claim|verify|verification|support team|security (?:fee|deposit)|kyc|unfreeze|unlock)\b|\breceived? \+?[0-9]/iu;

/**
 * `mimicked_comment`: a comment that belongs to somebody else than who is paid. A deposit tag of an exchange sent to another account is money lost; words
 * of an official message sent along with money to somebody new are what victims are told to write. Escalates; a tag whose owner nobody knows scores.
 *
 * SlowMist warned in June 2024 of phishing around TON wallets in which comments pass for messages of the wallet or of an exchange. Avoiding it costs the
 * attacker the comment, with which goes what makes victims believe; the payment to a new account is judged all the same.
 */
export function mimickedComment(context: RiskContext): PatternMatch | undefined {
  const { effects, tagOwners } = context.input;
  let worst: PatternMatch | undefined;
  for (const effect of effects) {
    if (effect.kind !== 'message') continue;
    const text = effect.text.normalize('NFKC').trim();
    const payees = payeesOf(context, effect.leaf);
    if (text === '' || payees.length === 0) continue;
    const owners = TAG.test(text) ? tagOwners?.(text) : undefined;
    const stranger = payees.find((payee) => !isFamiliar(context, payee));
    const wrong = owners === undefined || owners.length === 0 ? undefined : payees.find((payee) => !owners.includes(payee));
    if (wrong !== undefined) return matchOf('escalate', 0.95, { destination: wrong, belongsTo: owners?.[0] ?? null, text: cut(text) });
    if (stranger === undefined) continue;
    if (OFFICIAL.test(text)) return matchOf('escalate', 0.7, { destination: stranger, belongsTo: null, text: cut(text) });
    if (!TAG.test(text) || owners?.includes(stranger) === true) continue;
    worst ??= matchOf('flag', 0.5, { destination: stranger, belongsTo: null, text: cut(text) });
  }
  return worst;
}

/** Whom the wallet pays where the comment stands: above it or below it in the nested calls. */
function payeesOf({ input }: RiskContext, leaf: string): readonly AccountId[] {
  const paid = input.effects.flatMap((effect) => (isPaid(effect, input.wallet) ? [{ leaf: effect.leaf, to: effect.counterparty }] : []));
  return [...new Set(paid.flatMap(({ leaf: at, to }) => (to !== null && (isWithin(leaf, at) || isWithin(at, leaf)) ? [to] : [])))];
}

function isPaid(effect: Effect, wallet: string): effect is Effect & { readonly kind: 'outflow' } {
  return effect.kind === 'outflow' && effect.account === wallet && effect.counterparty !== null;
}

const isWithin = (leaf: string, above: string): boolean => leaf === above || leaf.startsWith(`${above}.`);

function isFamiliar({ parties }: RiskContext, account: AccountId): boolean {
  return parties.some((party) => party.account === account && (party.payments > 0 || party.allowListed));
}

/** As much of a text as evidence shows. */
const cut = (text: string): string => text.slice(0, 64);

function matchOf(action: PatternAction, confidence: number, evidence: PatternMatch['evidence']): PatternMatch {
  return {
    id: 'mimicked_comment',
    name: 'Comment that belongs to somebody else',
    confidence,
    recommendedAction: action,
    evidence,
    reason: action === 'escalate' ? 'risk_high' : null,
  };
}
