import type { Decision, Reason } from '../../index.ts';
import { table, timeText } from './output.ts';

/** One line for a reason: what, by which rule, and what would have passed. */
export function reasonText({ code, message, rule, limit, requested, remaining, resetsAtMs }: Reason): string {
  const figures = [
    rule === undefined ? '' : `rule ${rule}`,
    requested === undefined ? '' : `requested ${requested}`,
    limit === undefined ? '' : `limit ${limit}`,
    remaining === undefined ? '' : `remaining ${remaining}`,
    resetsAtMs === undefined ? '' : `again ${timeText(resetsAtMs)}`,
  ].filter((text) => text !== '');
  return `! ${code}: ${message}${figures.length === 0 ? '' : ` (${figures.join(', ')})`}`;
}

/** What people see of a decision. */
export function decisionLines(decision: Decision): readonly string[] {
  const { id, at, agent, requestId, wallet, chain, verdict, reports, reasons, policy, riskScore, unenforced } = decision;
  return [
    ...table([
      ['verdict', verdict],
      ['decision', `${id}, ${timeText(at)}`],
      ['agent', agent],
      ['request', requestId],
      ['wallet', `${wallet ?? 'none'}${chain === null ? '' : ` on ${chain}`}`],
      ['policy', policy],
      ['risk', String(riskScore)],
      ...reports.map(({ layer, verdict: said }) => [`layer ${layer}`, said]),
      ...(unenforced.length === 0 ? [] : [['unenforced', unenforced.join(', ')]]),
    ]),
    ...reasons.map(reasonText),
  ];
}

/** What the bytes would do, one line an effect. */
export function effectLines({ effects }: Decision): readonly string[] {
  return effects.map((effect) => {
    const { kind, source, leaf, ...rest } = effect;
    const facts = Object.entries(rest).flatMap(([name, value]) =>
      value === null || value === undefined || typeof value === 'object' ? [] : [`${name} ${String(value)}`],
    );
    return `${source} ${leaf}: ${kind}${facts.length === 0 ? '' : `, ${facts.join(', ')}`}`;
  });
}
