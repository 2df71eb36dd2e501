import { tokenAsset } from '../../../core/asset.ts';
import { accountOf } from '../address.ts';
import { type AbiRefusal, readArguments } from './abi-reader.ts';
import type { AbiValue } from './abi-type.ts';
import type { Frame } from './frame.ts';
import type { KnownContracts, MethodCall, MethodEntry } from './method-entry.ts';
import { STANDARD_METHODS } from './standard-methods.ts';
import { asAddress } from './values.ts';

/** A call whose method is known and whose arguments are read, or why there is none. */
export type ReadCall =
  | { readonly entry: MethodEntry; readonly call: MethodCall }
  | { readonly entry: null; readonly method: string | null; readonly detail: string };

function methodCall(frame: Frame, values: readonly AbiValue[], known: KnownContracts): MethodCall {
  const contract = accountOf(frame.chain, frame.to);
  const asset = known.tokens.get(frame.to);
  const account: MethodCall['account'] = (value) => accountOf(frame.chain, asAddress(value));
  const token: MethodCall['token'] = (value) => known.tokens.get(asAddress(value)) ?? tokenAsset(frame.chain, account(value));
  return { frame, contract, asset: asset ?? tokenAsset(frame.chain, contract), listed: asset !== undefined, values, account, token };
}

/**
 * Finds the one method that a call's bytes are a canonical call of: among those of the deployment, else among the standards.
 * Where several signatures share a selector all are tried; if more than one fits, nobody knows which is meant.
 */
export function readCall(frame: Frame, selector: string, known: KnownContracts): ReadCall {
  const entries = known.deployments.get(frame.to)?.get(selector) ?? STANDARD_METHODS.get(selector);
  if (entries === undefined) return { entry: null, method: null, detail: 'the method is not known' };
  let fit: { readonly entry: MethodEntry; readonly values: readonly AbiValue[] } | undefined;
  let refusal: AbiRefusal = 'not_canonical';
  for (const entry of entries) {
    const values = readArguments(frame.data, 4, entry.signature.types);
    if (typeof values === 'string') refusal = values;
    else if (fit === undefined) fit = { entry, values };
    else return { entry: null, method: null, detail: `selector_collision: ${fit.entry.signature.text} or ${entry.signature.text}` };
  }
  if (fit !== undefined) return { entry: fit.entry, call: methodCall(frame, fit.values, known) };
  const { name } = (entries[0] as MethodEntry).signature;
  return { entry: null, method: name, detail: `arguments of ${name} are not in canonical form (${refusal})` };
}
