import { textTraits } from '../../core/text-safety.ts';

/** What in a text speaks to a machine that reads it, instead of to people. */
export type InjectionMark =
  /** Tells the reader to drop what it was told before. */
  | 'override'
  /** Poses as the system, a developer or a conversation: tags, roles, templates of chats. */
  | 'posed_role'
  /** Gives an order to an agent: calls, arguments, silence towards the user. */
  | 'agent_order'
  /** Says that a rule, recipient or function was changed for good, or by some authority. */
  | 'changed_rule'
  /** Characters that nobody sees, or that reorder or dress up others. */
  | 'hidden_text'
  /** Data that hides text: long base64 or hexadecimal, comments of a page. */
  | 'hidden_data'
  /** A link whose words need not be where it leads. */
  | 'masked_link';

/** Marks that an honest text may carry as well: they are told, and nothing follows from them alone. */
const WEAK: ReadonlySet<InjectionMark> = new Set(['hidden_data', 'masked_link']);

/** Every gap is bounded, so that each pattern is linear in the text. */
const PATTERNS: readonly (readonly [InjectionMark, RegExp])[] = [
  [
    'override',
    /\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.\n]{0,40}?\b(?:previous|prior|above|earlier|all|any|your|system|safety|these|those|other|limits)\b[^.\n]{0,40}?\b(?:instructions?|rules?|limits?|polic(?:y|ies)|prompts?|guidelines|directions|messages|checks|restrictions|safeguards)\b|\b(?:ignore|bypass|override) (?:previous|all|your|the) (?:instructions?|rules?|limits?|polic(?:y|ies))\b/i,
  ],
  [
    'posed_role',
    /<\/?(?:system|information|instructions?|important|assistant|user|admin|developer|prompt)\s{0,3}>|<\|[a-z_]{1,24}\|>|\[\/?(?:INST|SYS|SYSTEM|ASSISTANT)\]|<<\/?SYS>>|^\s{0,8}(?:system|assistant|developer)\s?(?:prompt|message)?\s?:|^#{1,6} ?(?:system|instructions?|new task)\b|\b(?:new|updated|revised) (?:system )?(?:prompt|instructions)\b|\byou are now\b|\b(?:end of|begin) (?:system )?prompt\b/im,
  ],
  [
    'agent_order',
    /\b(?:important|urgent|critical) (?:message|notice|note|instructions?|update)s?\b[^.\n]{0,30}\b(?:to|for) (?:you|the (?:agent|assistant|model|ai))\b|\b(?:the|this|any|dear|hey) (?:ai|llm|language model|assistant|agent)s?\b[^.\n]{0,20}\b(?:must|should|shall|please|needs? to)\b|\bcall (?:the )?[\w.]{2,40}(?: function| tool)?\b[^.\n]{0,80}\b(?:instead|as (?:the )?(?:argument|recipient|amount|owner|action|token|account))\b|\bproceed with the [\w ]{2,40} function\b|\b(?:do not|don['’]t|without) (?:tell|telling|inform|informing|notify|notifying|ask|asking|mention|mentioning|alert|alerting)\b[^.\n]{0,20}\b(?:user|owner|human|operator|anyone)\b|\bno confirmation (?:is )?(?:needed|required)\b|\byou (?:must|have to|need to) (?:now |first |always )?(?:send|transfer|approve|call|proceed|execute|sign|pay|use)\b/i,
  ],
  [
    'changed_rule',
    /\b(?:has|have) (?:been |now )?(?:permanently |officially )?(?:been )?(?:changed|set|assigned|reversed|replaced|fixed|redirected|moved) (?:to|as|by|due)\b|\b(?:is|are) (?:permanently |now )?(?:fixed|restricted|redirected) to\b|\bdue to (?:a |the |new |our )?(?:security|compliance|company|internal) polic(?:y|ies)\b|\b(?:permanently|always|from now on,?) (?:set|use|send|deposit|transfer|route|pay)\b|\b(?:policy|change) (?:enforced|approved|authori[sz]ed) by the (?:user|owner|system)\b/i,
  ],
  ['hidden_data', /(?:[A-Za-z0-9+/]{60,}={0,2}|<!--|\bdata:[a-z]+\/[a-z0-9.+-]{1,40};base64)/],
  ['masked_link', /\[[^\]\n]{1,80}\]\([a-z][a-z0-9+.-]{1,16}:[^)\s]{1,400}\)|<a\s[^>]{0,200}href/i],
];

/** Longest text that is looked through, characters; what is beyond it is not vouched for, and counts as hidden. */
export const MAX_SCANNED = 65_536;

/** The marks in a text, each once, in a fixed order. Honest text may carry one, and a text without any is not safe for it. */
export function injectionMarks(text: string): readonly InjectionMark[] {
  const read = text.slice(0, MAX_SCANNED);
  const found = PATTERNS.filter(([, pattern]) => pattern.test(read)).map(([mark]) => mark);
  const hidden = text.length > MAX_SCANNED || textTraits(read).some((trait) => HIDDEN.has(trait));
  return hidden ? [...found, 'hidden_text'] : found;
}

const HIDDEN: ReadonlySet<string> = new Set(['invisible', 'reordering', 'control', 'styled_letters']);

/** The marks for which a person should look. */
export function strongMarks(text: string): readonly InjectionMark[] {
  return injectionMarks(text).filter((mark) => !WEAK.has(mark));
}
