export { passesRisk } from './passes-risk.ts';
export type { Remedy, StrongReason } from './remedy.ts';
export { strongestReasons } from './strongest-reasons.ts';
export { type PassTerms, whatWouldPass } from './what-would-pass.ts';
