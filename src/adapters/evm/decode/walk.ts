import type { Effect } from '../../../core/effect.ts';
import type { AccountId } from '../../../core/ids.ts';
import { accountOf, hexOf } from '../address.ts';
import { argumentsText } from './arguments-text.ts';
import type { Found } from './found.ts';
import type { Findings, Frame } from './frame.ts';
import { MAX_DEPTH, MAX_LEAVES } from './frame.ts';
import type { KnownContracts, MethodCall, MethodEntry, NestedCall } from './method-entry.ts';
import { readCall } from './read-call.ts';

function add(frame: Frame, effect: Found, found: Findings): void {
  found.effects.push({ ...effect, leaf: frame.leaf, source: 'bytes' } as Effect);
}

function unknown(frame: Frame, contract: AccountId, selector: string | null, detail: string, found: Findings): void {
  found.complete = false;
  found.effects.push({ kind: 'unknown', contract, selector, detail, leaf: frame.leaf, source: 'bytes' });
}

type Called = Extract<Effect, { readonly kind: 'call' }>;

function addCall(
  frame: Frame,
  contract: AccountId,
  selector: string,
  about: Pick<Called, 'method' | 'args' | 'protocol' | 'capability' | 'operation'>,
  found: Findings,
): void {
  const value = frame.inner ? 0n : frame.value;
  found.effects.push({ kind: 'call', contract, selector, ...about, value, asset: frame.native, leaf: frame.leaf, source: 'bytes' });
}

function valueMoves(frame: Frame, contract: AccountId, found: Findings): void {
  if (frame.inner || (frame.value === 0n && frame.data.length > 0)) return;
  const at = { asset: frame.native, amount: frame.value, leaf: frame.leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'outflow', account: frame.sender, counterparty: contract, ...at });
  found.effects.push({ kind: 'inflow', account: contract, counterparty: frame.sender, ...at });
}

function walkNested(calls: readonly NestedCall[], frame: Frame, contract: AccountId, known: KnownContracts, found: Findings): void {
  for (const [index, call] of calls.entries()) {
    const inner = call.to === null;
    walk(
      {
        ...frame,
        sender: inner ? frame.sender : (call.sender ?? contract),
        to: call.to ?? frame.to,
        value: call.value,
        data: call.data,
        leaf: `${frame.leaf}.${index}`,
        depth: frame.depth + 1,
        inner,
      },
      known,
      found,
    );
    if (found.leaves > MAX_LEAVES) return;
  }
}

/** An account obeys itself: whoever makes it call itself may change its owner, its code and its rules. */
function obeyItself(frame: Frame, contract: AccountId, found: Findings): void {
  if (frame.depth === 0 || frame.inner || frame.sender !== contract) return;
  add(frame, { kind: 'control', account: contract, aspect: 'signer', to: null }, found);
}

function walkMethod(frame: Frame, entry: MethodEntry, call: MethodCall, known: KnownContracts, found: Findings): void {
  const { contract } = call;
  const { signature, protocol, capability, operation } = entry;
  const { effects = [], calls = [], unknown: open, args } = entry.read(call);
  if (!(entry.plain && call.listed)) {
    const about = {
      ...(protocol === undefined ? {} : { protocol }),
      ...(capability === undefined ? {} : { capability }),
      ...(operation === undefined ? {} : { operation }),
    };
    const shown = args ?? argumentsText(signature.params, call.values);
    addCall(frame, contract, signature.selector, { method: signature.name, args: shown, ...about }, found);
  }
  // What does nothing, such as a question that Multicall3 asks itself, is no power.
  if (effects.length > 0 || calls.length > 0 || open !== undefined) obeyItself(frame, contract, found);
  for (const effect of effects) add(frame, effect, found);
  if (open !== undefined) unknown(frame, contract, signature.selector, open, found);
  if (calls.length === 0) return;
  if (frame.depth + 1 > MAX_DEPTH) unknown(frame, contract, signature.selector, `calls nest deeper than ${MAX_DEPTH}`, found);
  else walkNested(calls, frame, contract, known, found);
}

/** Follows one call and everything inside it, adding what it does to `found`. Never throws for any calldata. */
export function walk(frame: Frame, known: KnownContracts, found: Findings): void {
  const contract = accountOf(frame.chain, frame.to);
  found.leaves += 1;
  if (found.leaves > MAX_LEAVES) return unknown(frame, contract, null, `more than ${MAX_LEAVES} calls`, found);
  valueMoves(frame, contract, found);
  if (frame.data.length === 0 && !frame.inner) return;
  const selector = hexOf(frame.data, 0, Math.min(4, frame.data.length));
  if (frame.data.length < 4) {
    addCall(frame, contract, selector, { method: null, args: null }, found);
    return unknown(frame, contract, null, 'calldata shorter than a selector', found);
  }
  const read = readCall(frame, selector, known);
  if (read.entry !== null) return walkMethod(frame, read.entry, read.call, known, found);
  addCall(frame, contract, selector, { method: read.method, args: null }, found);
  obeyItself(frame, contract, found);
  unknown(frame, contract, selector, read.detail, found);
}
