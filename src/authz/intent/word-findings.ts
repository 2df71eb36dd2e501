import type { Reason } from '../../core/index.ts';
import { type LayerContext, reason } from '../layer.ts';
import { compareIntent, type IntentFinding } from './compare-intent.ts';
import { effectFacts, type Symbols, symbolsOf } from './effect-facts.ts';
import { readEvidence } from './evidence.ts';
import { type InjectionMark, injectionMarks } from './injection-marks.ts';
import { parseIntent } from './parse-intent.ts';
import type { ParsedIntent } from './parsed-intent.ts';

/** What the grammar finds in the words of a request. */
export interface WordFindings {
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
}

const NO_EVIDENCE = readEvidence([]);

/** Texts kept per list of tokens, and how long one may be: one request is judged several times, and agents repeat themselves. */
const MAX_KEPT = 256;
const MAX_KEPT_LENGTH = 512;
/** Dropped whole when full, because any request can bring a new text. */
const kept = new WeakMap<Symbols, Map<string, ParsedIntent>>();

function parsedOnce(text: string, symbols: Symbols): ParsedIntent {
  const texts = kept.get(symbols) ?? new Map<string, ParsedIntent>();
  kept.set(symbols, texts);
  const known = texts.get(text);
  if (known !== undefined) return known;
  const parsed = parseIntent(text, (symbol) => symbols.known.has(symbol));
  if (texts.size >= MAX_KEPT) texts.clear();
  if (text.length <= MAX_KEPT_LENGTH) texts.set(text, parsed);
  return parsed;
}

/**
 * Holds the words against the effects by the grammar. What is plainly said otherwise denies. A person looks where the words
 * can be read in two ways, and, where intents are required, where they name no action. Nothing here allows.
 */
export function wordFindings(context: LayerContext, text: string): WordFindings {
  const { request, settings, tokens } = context;
  const symbols = symbolsOf(tokens, request.chain);
  const parsed = parsedOnce(text, symbols);
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  for (const finding of compareIntent(parsed, effectFacts(context, symbols), NO_EVIDENCE)) {
    if (finding.outcome === 'contradiction' && finding.isPlain)
      denials.push(tell('intent_contradicts_effects', `The words name another ${finding.field} than the bytes.`, finding));
    else if (
      isUnclear(finding) ||
      (settings.requireIntentValidation && finding.field === 'action' && finding.outcome === 'gap' && finding.said === '')
    )
      escalations.push(tell('intent_low_confidence', 'The words leave open what they ask for.', finding));
  }
  return { denials, escalations };
}

/** Text that looks like another, or an amount that is no one number for everybody. */
function isUnclear({ field, outcome, isPlain, said }: IntentFinding): boolean {
  return outcome === 'gap' && isPlain && (field === 'text' || (field === 'amount' && said.includes('?')));
}

function tell(code: Reason['code'], message: string, { field, said, done }: IntentFinding): Reason {
  return reason(code, message, { rule: `intent.${field}`, facts: { words: said, effect: done } });
}

/** Marks that a person looks at in what an agent says; an owner may well say that a rule was changed. */
const TELLING: ReadonlySet<InjectionMark> = new Set(['override', 'posed_role', 'agent_order']);
/** Marks for the same in text that goes out or is signed. Hidden characters there are a hazard of their own. */
const IN_MESSAGES: ReadonlySet<InjectionMark> = new Set([...TELLING, 'changed_rule']);

/**
 * Injected instructions in the intent, and in memos, comments and messages among the effects. Every mark is recorded as a fact
 * of the decision; those that speak to a machine need a person.
 */
export function injectionFindings(context: LayerContext, text: string | undefined): readonly Reason[] {
  const found: Reason[] = [];
  const look = (place: string, words: string, counts: ReadonlySet<InjectionMark>): void => {
    const marks = injectionMarks(words);
    if (marks.length === 0) return;
    context.fact(`intent.marks.${place}`, () => [...marks]);
    const telling = marks.filter((mark) => counts.has(mark));
    if (telling.length > 0)
      found.push(
        reason('intent_low_confidence', 'The text speaks to a machine that reads it.', {
          rule: 'intent.injection',
          facts: { place, marks: telling.join(' ') },
        }),
      );
  };
  if (text !== undefined) look('intent', text, TELLING);
  for (const effect of context.effects) if (effect.kind === 'message') look(`message.${effect.leaf}`, effect.text, IN_MESSAGES);
  return found;
}
