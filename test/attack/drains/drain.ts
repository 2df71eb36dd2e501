import { expect } from 'vitest';
import type { Hazard } from '../../../src/core/index.ts';
import type { Agent, Reason, ReasonCode } from '../../../src/index.ts';

/** The templates that are robbed. */
export const TEMPLATES = ['balanced', 'aggressive'] as const;
export type Template = (typeof TEMPLATES)[number];

/** The place in the code that stops a technique; with `replace` in the place of `find` it gets by. */
export interface Check {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** One way to rob a wallet with something that its own key signs. */
export interface Drain<World, Order> {
  readonly name: string;
  /** Where it was seen, or what kind of robbery it is. */
  readonly seen: string;
  readonly reason: ReasonCode;
  /** The rule that says so, where a rule does. */
  readonly rule?: string;
  /** Which of the known ways to lose money it is, where it is one. */
  readonly hazard?: Hazard;
  readonly check: Check;
  order(world: World): Order;
  /** Much the same without the trick: it goes through. */
  twin(world: World): Order;
  /** Troubles that the twin meets all the same, for reasons of its own. */
  readonly meets?: Readonly<Partial<Record<Template, readonly ReasonCode[]>>>;
}

/** One way to a signature: asks, and says which decision refused. Anything but a refusal by the gate throws. */
export interface Door<Order> {
  readonly name: string;
  carries(order: Order): boolean;
  refused(order: Order): Promise<string>;
}

/** All doors that carry an order under the most open template; under the other the port below them all: templates know nothing of doors. */
export function doorsFor<Order>(doors: readonly Door<Order>[], order: Order, template: Template): readonly Door<Order>[] {
  const through = doors.filter(({ carries, name }) => carries(order) && (template === 'aggressive' || name.startsWith('agent.sign')));
  expect(through.length).toBeGreaterThanOrEqual(template === 'aggressive' ? 2 : 1);
  return through;
}

/** What a refusal says of itself, wherever its facts are; the gate's own error may stand below a library's. */
export async function refusedBy(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    for (let at = error as Thrown | undefined; at !== undefined; at = at.cause) {
      const id = at.details?.decisionId ?? at.data?.decisionId;
      if (typeof id === 'string') return id;
    }
    throw error;
  }
  throw new Error('it was signed');
}
interface Thrown {
  readonly cause?: Thrown;
  readonly details?: { readonly decisionId?: unknown };
  readonly data?: { readonly decisionId?: unknown };
}

/** What is said against a technique. */
type Given = Pick<Reason, 'code' | 'rule' | 'facts'>;
const OF_RIGHTS: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['allowance_not_allowed', 'operator_not_allowed']);

/** Rights for an account that a key alone controls are a veto before any rule is asked. */
const isVetoed = (reason: ReasonCode, { code, facts }: Given): boolean =>
  OF_RIGHTS.has(reason) && code === 'risk_critical' && facts?.['isContract'] === false;

/** Whether a reason is the one that a technique is to be denied for. */
const isThe = ({ reason, rule }: Pick<Drain<never, never>, 'reason' | 'rule'>, given: Given): boolean =>
  isVetoed(reason, given) || (given.code === reason && (rule === undefined || given.rule === rule));

/** The recorded decision is a denial, for the very reason, by the bytes alone: no simulation had to find it. */
export async function expectDenied(
  agent: Pick<Agent, 'explain'>,
  decisionId: string,
  drain: Pick<Drain<never, never>, 'reason' | 'rule' | 'hazard'>,
  door: string,
): Promise<void> {
  const decision = await agent.explain(decisionId);
  const said = decision?.reasons.map(({ code, rule }) => (rule === undefined ? code : `${code} by ${rule}`));
  expect(decision?.verdict, door).toBe('denied');
  const simulation = decision?.reports.find(({ layer }) => layer === 'simulation');
  expect(
    simulation?.reasons.map(({ code }) => code),
    `${door}: simulated`,
  ).toEqual(['skipped']);
  const hazards = decision?.effects.flatMap((effect) => (effect.kind === 'hazard' ? [effect.hazard] : []));
  if (drain.hazard !== undefined) expect(hazards, door).toContain(drain.hazard);
  expect(
    decision?.reasons.some((reason) => isThe(drain, reason)),
    `${door}: ${said?.join(', ')}`,
  ).toBe(true);
}

/** Reasons against the twin, without those that are the technique's own: of those there are none. */
export function othersThan(drain: Pick<Drain<never, never>, 'reason' | 'rule'>, reasons: readonly Given[]): readonly string[] {
  expect(reasons.filter((reason) => isThe(drain, reason))).toEqual([]);
  return reasons.map(({ code }) => code);
}
