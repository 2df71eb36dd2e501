import { tokenAsset } from '../../../core/asset.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId } from '../../../core/ids.ts';
import { accountOf, hexOf } from '../address.ts';
import type { Batch } from './batches.ts';
import { batchOf } from './batches.ts';
import type { Findings, Frame, KnownTokens } from './frame.ts';
import { MAX_DEPTH, MAX_LEAVES } from './frame.ts';
import { methodEffects, methodOf } from './methods.ts';
import type { Word } from './words.ts';
import { readWords } from './words.ts';

function unknown(frame: Frame, contract: AccountId, selector: string | null, detail: string, found: Findings): void {
  found.complete = false;
  found.effects.push({ kind: 'unknown', contract, selector, detail, leaf: frame.leaf, source: 'bytes' });
}

function called(
  frame: Frame,
  contract: AccountId,
  selector: string,
  method: string | null,
  args: Readonly<Record<string, string>> | null,
): Effect {
  return {
    kind: 'call',
    contract,
    selector,
    method,
    args,
    value: frame.inner ? 0n : frame.value,
    asset: frame.native,
    leaf: frame.leaf,
    source: 'bytes',
  };
}

function valueMoves(frame: Frame, contract: AccountId, found: Findings): void {
  if (frame.inner || (frame.value === 0n && frame.data.length > 0)) return;
  const at = { asset: frame.native, amount: frame.value, leaf: frame.leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'outflow', account: frame.sender, counterparty: contract, ...at });
  found.effects.push({ kind: 'inflow', account: contract, counterparty: frame.sender, ...at });
}

function asText(word: Word): string {
  return typeof word === 'string' ? word : String(word);
}

function walkBatch(known: Batch, frame: Frame, contract: AccountId, tokens: KnownTokens, found: Findings): void {
  const calls = known.read(frame.data);
  const sender = known.sender === 'contract' ? contract : frame.sender;
  const args = calls === null ? null : { calls: String(calls.length), sender };
  found.effects.push(called(frame, contract, known.selector, known.name, args));
  if (calls === null) return unknown(frame, contract, known.selector, `arguments of ${known.name} are not in canonical form`, found);
  if (frame.depth + 1 > MAX_DEPTH) return unknown(frame, contract, known.selector, `calls nest deeper than ${MAX_DEPTH}`, found);
  for (const [index, call] of calls.entries()) {
    const leaf = `${frame.leaf}.${index}`;
    const inner = call.to === null;
    walk(
      { ...frame, sender, to: call.to ?? frame.to, value: call.value, data: call.data, leaf, depth: frame.depth + 1, inner },
      tokens,
      found,
    );
    if (found.leaves > MAX_LEAVES) return;
  }
}

/** Follows one call and everything inside it, adding what it does to `found`. Never throws for any calldata. */
export function walk(frame: Frame, tokens: KnownTokens, found: Findings): void {
  const contract = accountOf(frame.chain, frame.to);
  found.leaves += 1;
  if (found.leaves > MAX_LEAVES) return unknown(frame, contract, null, `more than ${MAX_LEAVES} calls`, found);
  valueMoves(frame, contract, found);
  if (frame.data.length === 0 && !frame.inner) return;
  const selector = hexOf(frame.data, 0, Math.min(4, frame.data.length));
  if (frame.data.length < 4) {
    found.effects.push(called(frame, contract, selector, null, null));
    return unknown(frame, contract, null, 'calldata shorter than a selector', found);
  }
  const batch = batchOf(selector);
  if (batch !== undefined) return walkBatch(batch, frame, contract, tokens, found);
  const method = methodOf(selector);
  if (method === undefined) {
    found.effects.push(called(frame, contract, selector, null, null));
    return unknown(frame, contract, selector, 'the method is not known', found);
  }
  const words = readWords(frame.data, 4, method.types);
  if (words === null) {
    found.effects.push(called(frame, contract, selector, method.name, null));
    return unknown(frame, contract, selector, `arguments of ${method.name} are not in canonical form`, found);
  }
  const known = tokens.get(frame.to);
  if (known === undefined || !method.standard) {
    const args = Object.fromEntries(method.params.map((param, index) => [param, asText(words[index] as Word)]));
    found.effects.push(called(frame, contract, selector, method.name, args));
  }
  found.effects.push(...methodEffects(method, frame, contract, known ?? tokenAsset(frame.chain, contract), words));
}
