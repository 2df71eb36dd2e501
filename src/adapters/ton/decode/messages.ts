import type { AccountId } from '../../../core/ids.ts';
import { textTraits } from '../../../core/text-safety.ts';
import type { Findings } from './frame.ts';
import { addUnknown, MAX_TEXT } from './frame.ts';

/** Adds a text that travels along to `to`, and whether it looks like something else than it is. */
export function addText(text: string, to: AccountId, leaf: string, found: Findings): void {
  found.text += text.length;
  if (found.text > MAX_TEXT) {
    addUnknown(found, leaf, { contract: to, selector: null, detail: `more than ${MAX_TEXT} characters of text` });
    return;
  }
  found.effects.push({ kind: 'message', text, leaf, source: 'bytes' });
  const traits = textTraits(text);
  if (traits.length === 0) return;
  const detail = `the text has ${traits.join(', ').replaceAll('_', ' ')}`;
  found.effects.push({ kind: 'hazard', account: to, hazard: 'misleading_text', detail, leaf, source: 'bytes' });
}

/** Adds a text that nobody but its receiver can read. */
export function addEncrypted(bytes: number, to: AccountId, leaf: string, found: Findings): void {
  const detail = `${bytes} bytes of text that only the receiver can read`;
  found.effects.push({ kind: 'hazard', account: to, hazard: 'unreadable_text', detail, leaf, source: 'bytes' });
}
