import { describe, expect, it } from 'vitest';
import type { FleetView } from '../../../src/risk/habits/wallet-action.ts';
import { account, allowance, outflow } from '../fixtures.ts';
import { isUnchecked, matchOf } from './match.ts';

const STRANGER = account(420);
const DAY_BITS = Math.log2(86_401);
const view = (change: Partial<FleetView>): FleetView => ({
  ...{ others: 3, paid: 3, calls: 0, tokens: 0, received: 0, age: DAY_BITS, sinceLast: 5, above: 0 },
  ...change,
});
const to = { effects: [outflow(STRANGER, 5n)] };
const run = (change: Partial<FleetView>) => matchOf('fleet_coordination', { ...to, fleet: () => view(change) });

describe('fleet_coordination', () => {
  it('alerts from three other agents within a day, escalates from six', () => {
    expect(run({})).toMatchObject({ recommendedAction: 'alert', evidence: { destination: STRANGER, otherAgents: 3, hoursKnown: 24 } });
    expect(run({ others: 2 })).toBeUndefined();
    expect(run({ others: 5 })).toMatchObject({ recommendedAction: 'alert', reason: null });
    expect(run({ others: 6 })).toMatchObject({ recommendedAction: 'escalate', reason: 'risk_high' });
  });

  it('leaves alone whom the fleet has known for longer; but who sent something first does not grow old by that', () => {
    const older = Math.log2(86_402);
    expect(run({ age: older, paid: 40 })).toBeUndefined();
    expect(run({ age: older, paid: 3 })).toBeUndefined();
    expect(run({ age: older, received: 1, paid: 3 })).toBeDefined();
    expect(run({ age: older, received: 1, paid: 4 })).toBeUndefined();
  });

  it('sees rights as well as money, and the worst of several', () => {
    expect(matchOf('fleet_coordination', { effects: [allowance(STRANGER, 5n)], fleet: () => view({}) })).toMatchObject({
      evidence: { role: 'grantee' },
    });
    const effects = [outflow(account(421), 5n), outflow(STRANGER, 5n), outflow(account(422), 5n)];
    const fleet = (id: string) => view({ others: id === STRANGER ? 9 : 3 });
    expect(matchOf('fleet_coordination', { effects, fleet })).toMatchObject({ evidence: { destination: STRANGER, otherAgents: 9 } });
  });

  it('leaves alone accounts that this agent knows, and that the policy names', () => {
    expect(matchOf('fleet_coordination', { fleet: () => view({ others: 50 }) })).toBeUndefined();
    expect(matchOf('fleet_coordination', { ...to, fleet: () => view({ others: 50 }), allowListed: () => true })).toBeUndefined();
  });

  it('says where nobody watches the fleet', () => {
    expect(isUnchecked('fleet_coordination', to)).toBe(true);
    expect(isUnchecked('fleet_coordination', { ...to, fleet: () => undefined })).toBe(true);
    expect(isUnchecked('fleet_coordination', { ...to, fleet: () => view({ others: 0, age: -1 }) })).toBe(false);
    expect(isUnchecked('fleet_coordination', {})).toBe(false);
  });
});
