import type { Hex } from 'viem';
import { accountChain } from '../../../../core/account.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { ChainId } from '../../../../core/ids.ts';
import type { ReasonCode } from '../../../../core/reason.ts';
import type { SmartAccount } from '../../../../core/smart-account.ts';
import type { Call } from '../../../../core/transaction.ts';
import { accountOf, addressOf, hexOf } from '../../address.ts';
import type { AccountModel } from '../account-model.ts';
import { type AccountCall, admission } from './admits.ts';
import { encodeChoice, isChoice, readAlternatives } from './alternatives.ts';
import { createDelegationAccount } from './create-delegation-account.ts';
import { type Delegation, encodeContext, readContext } from './delegation.ts';
import { type DelegationTerms, readTerms } from './delegation-terms.ts';
import { encodeRedemptions, MAX_REDEMPTIONS, readRedemptions } from './redemption.ts';

const bytesOf = (hex: Hex): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

/** Of the reasons why no delegation takes a call, the one that came closest. */
const CLOSENESS: readonly ReasonCode[] = [
  'window_limit',
  'per_transaction_limit',
  'destination_not_allowed',
  'contract_not_allowed',
  'token_not_allowed',
];

const WORDS: Partial<Readonly<Record<ReasonCode, string>>> = {
  window_limit: 'It is more than a whole period allows.',
  per_transaction_limit: 'It is more than one call may move.',
  destination_not_allowed: 'The destination is none of those that it names.',
  token_not_allowed: 'The token is none of those that it names.',
};

function notDelegated(reason: ReasonCode): CastellanError {
  return new CastellanError('REQUEST_INVALID', {
    message: `The account’s own code does not let its sender make this call. ${WORDS[reason] ?? 'The call is none of those that it names.'}`,
    details: { reason },
  });
}

/** The delegation with the redeemer's choices filled in. */
function chosen(delegation: Delegation, choices: readonly (number | null)[]): Delegation {
  const caveats = delegation.caveats.map((caveat, at) => {
    const index = choices[at] ?? null;
    if (index === null) return caveat;
    return { ...caveat, args: encodeChoice(index, readAlternatives(caveat.terms)?.[index]?.length ?? 0) };
  });
  return { ...delegation, caveats };
}

/** The first delegation that takes the call, as a context. @throws REQUEST_INVALID */
function contextFor({ framework, delegations }: DelegationTerms, call: AccountCall): Hex {
  let closest: ReasonCode = 'token_not_allowed';
  for (const { delegation } of delegations) {
    const found = admission(delegation.caveats, call, framework);
    if (!('refusal' in found)) return encodeContext(chosen(delegation, found.choices));
    if (CLOSENESS.indexOf(found.refusal) < CLOSENESS.indexOf(closest)) closest = found.refusal;
  }
  throw notDelegated(closest);
}

/** Whether a context is one of the account's delegations as the owner signed it, with nothing added but a choice. */
function isOwn({ framework, delegations }: DelegationTerms, context: Hex): boolean {
  const given = readContext(bytesOf(context));
  if (given === undefined) return false;
  const clean = given.caveats.every(({ enforcer, terms, args }) =>
    enforcer === framework.logicalOr ? isChoice(args, readAlternatives(terms) ?? []) : args === '0x',
  );
  const signed = encodeContext({ ...given, caveats: given.caveats.map((caveat) => ({ ...caveat, args: '0x' as const })) });
  return clean && delegations.some((own) => own.context === signed);
}

function wrap(calls: readonly Call[], smart: SmartAccount): Call {
  const chain = accountChain(smart.account);
  const terms = readTerms(smart);
  if (terms === undefined) throw new CastellanError('REQUEST_INVALID', { message: 'The record of the account is not readable.' });
  if (calls.length > MAX_REDEMPTIONS)
    throw new CastellanError('REQUEST_INVALID', { message: `The account makes at most ${MAX_REDEMPTIONS} calls in one transaction.` });
  const redemptions = calls.map(({ to, value, data }) => {
    const call = { to: addressOf(to, chain), value, data: hexOf(data) };
    return { context: contextFor(terms, call), call };
  });
  return { to: accountOf(chain, terms.framework.manager), value: 0n, data: bytesOf(encodeRedemptions(redemptions)) };
}

function unwrap(outer: Call, smart: SmartAccount): readonly Call[] | undefined {
  const chain: ChainId = accountChain(smart.account);
  const terms = readTerms(smart);
  if (terms === undefined || outer.value !== 0n || outer.to !== `${chain}:${terms.framework.manager}`) return undefined;
  const redemptions = readRedemptions(outer.data);
  if (redemptions === undefined || !redemptions.every(({ context }) => isOwn(terms, context))) return undefined;
  return redemptions.map(({ call: { to, value, data } }) => ({ to: accountOf(chain, to), value, data: bytesOf(data) }));
}

/**
 * Accounts of the MetaMask Delegation Framework: a HybridDeleGator of the user's cold key, whose signed delegations let the
 * sender make certain calls within certain limits. The chain holds the sender to them, whoever has its key.
 * @see https://eips.ethereum.org/EIPS/eip-7710
 */
export const delegationModel: AccountModel = { kind: 'delegation', wrap, unwrap, create: createDelegationAccount };
