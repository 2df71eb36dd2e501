import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplayScene } from '../../scripts/scorecard/replay-scene.ts';
import { createPolicyVersions, diffPolicies } from '../../src/authz/index.ts';
import type { Decision } from '../../src/core/index.ts';
import { policyAnd, policyLeaf, policyOr } from '../../src/index.ts';
import { decidedLines } from '../../src/integrations/cli/policy-words.ts';
import { OPEN, policyOf } from '../authz/fixture.ts';
import { type Desk, openDesk, PERMISSIONS } from './scene.ts';

const small = (amount: string) => policyLeaf({ maxSpendPerTx: { token: 'ETH', amount } }, 'small');
const tree = (amount: string) => policyAnd([policyOr([small(amount), policyLeaf({ requireApproval: true }, 'asked')], 'size')], 'root');
const temporal = (count: number) => ({
  predicate: { kind: 'consecutive_failures', count } as const,
  consequence: 'reject' as const,
  label: 'failing',
});
const velocity = {
  predicate: { kind: 'spend_velocity', windowMs: 3_600_000, token: 'ETH', maxAmount: '0.3' },
  consequence: 'reject',
  label: 'fast',
};

let desk: Desk;
beforeAll(() => {
  desk = openDesk();
  desk.config('plain.yaml');
  desk.config('tree.yaml', { ...PERMISSIONS, policy: tree('0.2'), temporalRules: [temporal(3)] });
  desk.config('wider.yaml', { ...PERMISSIONS, policy: tree('0.3'), temporalRules: [temporal(4)] });
  desk.config('fast.yaml', { ...PERMISSIONS, temporalRules: [velocity] });
});
afterAll(() => desk.remove());

describe('diffPolicies', () => {
  it('tells rules over history, nodes and leaves apart, each leaf once and without what it inherits', () => {
    const before = policyOf({ ...OPEN, policy: tree('0.2'), temporalRules: [temporal(3)] });
    const after = policyOf({ ...OPEN, requireSimulation: false, policy: tree('0.3'), temporalRules: [temporal(4)] });
    const found = diffPolicies(before, after);
    expect(found.settings).toEqual([{ path: 'requireSimulation', before: 'true', after: 'false' }]);
    expect(found.temporal.changed.map(({ id, after: now }) => [id, now.when[0]?.value])).toEqual([['temporal.failing', '4']]);
    expect([found.tree, found.leaves.map(({ path }) => path)]).toEqual([[], ['root/size/small']]);
    const [leaf] = found.leaves;
    expect(leaf?.difference.rules.changed.map(({ id }) => id)).toEqual(['maxSpendPerTx']);
    expect([leaf?.difference.settings, leaf?.difference.limits]).toEqual([[], []]);
    expect(diffPolicies(before, before).same).toBe(true);
  });

  it('tells a leaf that is gone, and a node that joins otherwise', () => {
    const all = policyOf({ ...OPEN, policy: policyAnd([small('1'), policyLeaf({ requireApproval: true }, 'asked')], 'root') });
    const any = policyOf({ ...OPEN, policy: policyOr([small('1')], 'root') });
    expect(diffPolicies(all, any).tree).toEqual([
      { path: 'tree.root', before: 'allOf', after: 'anyOf' },
      { path: 'tree.root/asked', before: 'leaf' },
    ]);
    expect(diffPolicies(all, any).same).toBe(false);
  });
});

describe('castellan diff', () => {
  it('writes leaves and rules over history in words that any terminal shows, and finds actions at the edges of leaves', async () => {
    const { code, out } = await desk.cli('diff', '--config-a', 'tree.yaml', '--config-b', 'wider.yaml', '--generate-actions');
    expect(code).toBe(1);
    expect(out).toContain('rule changed: deny when 3 or more failures in a row (temporal.failing) -> deny when 4 or more');
    expect(out).toContain('  leaf root/size/small:\n');
    expect(out).toMatch(/rule changed: deny when .*amount > 0\.2 .* -> deny when .*amount > 0\.3 /);
    expect(out).toMatch(/newly allowed: eip155:31337 pays 300000000000000000 base units/);
    expect(out).not.toContain('\\u{');
    expect(out).not.toContain('index.');
  });

  it('finds the amount from which a rule over history denies, and denies nothing below it', async () => {
    const { code, out } = await desk.cli('diff', '--config-a', 'plain.yaml', '--config-b', 'fast.yaml', '--generate-actions', '--json');
    const [{ actions }] = JSON.parse(out).agents;
    const denied = actions.newlyDenied.map(({ action }: { action: string }) => action) as string[];
    expect(code).toBe(1);
    expect(denied.some((action) => action.includes('pays 300000000000000000 base units'))).toBe(true);
    expect(denied.some((action) => action.includes('pays 299999999999999999 base units'))).toBe(false);
    expect(actions.newlyDenied.every(({ reasons }: { reasons: string[] }) => reasons.includes('temporal_rule_triggered'))).toBe(true);
  });
});

describe('castellan policy-snapshot', () => {
  it('writes every rule in words, and names one digest to pin', async () => {
    const { out } = await desk.cli('policy-snapshot', '--config', 'tree.yaml');
    expect(out).toMatch(/^ {2}escalate when value > 0\.5 \(requireApprovalAbove\)$/m);
    expect(out).toMatch(/^ {2}deny when 3 or more failures in a row \(temporal\.failing\)$/m);
    expect(out).toMatch(/^ {2}allOf root\n {4}anyOf root\/size\n {6}leaf root\/size\/small\n {8}deny when .*\(maxSpendPerTx\)$/m);
    expect(out).not.toContain('\\u{');
    const data = JSON.parse((await desk.cli('policy-snapshot', '--config', 'tree.yaml', '--json')).out);
    expect(data.id).toBe(data.agents[0].digest);
  });
});

describe('explain', () => {
  it('names the rule over history and the leaf that decided, the bound and the figure, and the rules in words', async () => {
    const told: string[] = [];
    for (const seed of ['replay-history', 'words-1']) {
      const open = await openReplayScene(undefined, seed, 16);
      try {
        await open.decide(240);
        const versions = createPolicyVersions();
        for (const event of await open.entries()) {
          versions.take(event);
          if (event.type !== 'decision_made') continue;
          const policy = versions.policyOf(event.decision.policy);
          expect(policy).toBeDefined();
          const lines = decidedLines(event.decision, policy);
          told.push(...lines);
          // Without the words the rest is told all the same.
          expect(decidedLines(event.decision, undefined)).toEqual(lines.filter((line) => !line.startsWith('rule: ')));
        }
      } finally {
        await open.close();
      }
    }
    const text = told.join('\n');
    expect(text).toMatch(/^history: temporal\.\S+ found \d+, bound \d+$/m);
    expect(text).toMatch(/^history: temporal\.\S+ found \S+, bound \S+; left for review$/m);
    expect(text).toMatch(/^tree: deny, decided by root/m);
    expect(text).toMatch(/^ {2}leaf root\/\S+: deny by \S+$/m);
    expect(text).toMatch(/^rule: deny when \d+ or more failures in a row \(temporal\./m);
    expect(text).toMatch(/^rule: deny when .*isNewDestination .*\(first\)$/m);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('says whose yes is needed', () => {
    const decision = { reasons: [], signals: [], facts: {}, quorum: { owner: 2, approver: 1 } } as unknown as Decision;
    expect(decidedLines(decision, undefined)).toEqual(['needs the yes of 2 owner, 1 approver']);
  });
});

it('a tree of many levels and a long list are permissions as any other', () => {
  const deep = Array.from({ length: 7 }, (_, level) => level).reduce(
    (inner, level) => policyAnd([inner], `l${level}`),
    policyLeaf({ rules: [{ id: 'r', conditions: [{ not: { field: 'amount', operator: 'gt', value: 5 } }], action: 'escalate' }] }, 'leaf'),
  );
  desk.config('deep.json', { ...PERMISSIONS, policy: deep });
  const contracts = Array.from({ length: 5_000 }, (_, index) => ({ address: `0x${index.toString(16).padStart(40, '0')}` }));
  desk.config('long.json', { ...PERMISSIONS, allowedContracts: contracts });
  return Promise.all(
    ['deep.json', 'long.json'].map(async (name) => expect((await desk.cli('policy-snapshot', '--config', name)).code).toBe(0)),
  );
});
