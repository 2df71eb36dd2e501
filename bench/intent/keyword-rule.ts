import type { ActionRow } from './read-actions.ts';

const VERBS = [
  'buy',
  'sell',
  'send',
  'transfer',
  'swap',
  'stake',
  'unstake',
  'withdraw',
  'claim',
  'bridge',
  'deploy',
  'airdrop',
  'exchange',
  'trade',
];

/**
 * What a short hand-written filter does: it alarms where the call names a token that the request does not, or where its own
 * verbs are not among those of the request.
 */
export function keywordRule({ intent, action }: ActionRow): boolean {
  const said = intent.toLowerCase();
  const token = action.args['token'] ?? action.args['symbol'];
  if (typeof token === 'string' && /\b[A-Z]{2,}\b/.test(intent) && !said.includes(token.toLowerCase())) return true;
  const called = `${action.function} ${String(action.args['direction'] ?? '')}`.toLowerCase();
  const own = VERBS.filter((verb) => said.includes(verb));
  return own.length > 0 && !own.some((verb) => called.includes(verb));
}
