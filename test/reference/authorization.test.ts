import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type AuthorizationResult,
  createAuthorizationEngine,
  type IntentValidator,
  LAYERS,
  type StrategyValidator,
} from '../../src/index.ts';
import { type Place, startEvm, startTon } from './environment.ts';

const SETTINGS = {
  enableSimulation: true,
  requireIntentValidation: true,
  defaultLimits: { perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 },
  rateLimiting: { maxPerHour: 10, cooldownSeconds: 60 },
};
const context = { agentId: 'agent-1', userId: 'user-1', sessionId: 'session-1' };
/** What `createAgent` would have said of the agent: it may pay, and above 100 a person is asked. */
const agentsOf = (place: Place) => ({
  'agent-1': {
    user: 'user-1',
    capabilities: { transfers: { enabled: true } },
    limits: { unit: place.currency },
    requireApprovalAbove: 100,
  },
});

/** What the snippet prints of a result, by the branch that it takes. */
function told(result: AuthorizationResult): readonly unknown[] {
  if (result.approved) return ['approved', result.layerResults.map((l) => l.layer)];
  if (result.escalated) return ['escalated', result.escalationReason];
  return ['denied', result.failedLayer, result.denialReason];
}

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('the authorization engine on %s', (_name, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place?.close();
  });
  const requestOf = (id: string, amount = '1', intent = 'Send payment to user') => ({
    id,
    agentId: 'agent-1',
    userId: 'user-1',
    type: 'transfer',
    amount,
    currency: place.currency,
    destination: place.address('destination'),
    timestamp: new Date(),
    context: { intent, confidence: 0.95 },
  });
  const engineOf = async (more: object = {}) => {
    const { agents, ...settings } = { agents: agentsOf(place), ...more };
    const authorization = createAuthorizationEngine({ ...place.binding(), agents, risk: { anomalyThreshold: 100 }, ...settings });
    const wallet = await authorization.createWallet('user-1', 'agent-1');
    await place.fund(wallet, 9_000);
    return authorization;
  };

  it('denies an agent that nobody gave permissions, and names the layer', async () => {
    await using authorization = await engineOf({ ...SETTINGS, agents: {} });
    const [verdict, layer, reason] = told(await authorization.authorize(requestOf('unknown'), context));
    expect([verdict, layer, typeof reason]).toEqual(['denied', 'policy', 'string']);
  });

  it('approves, asks a person, and denies; the rate of the options holds', async () => {
    await using authorization = await engineOf(SETTINGS);
    expect(told(await authorization.authorize(requestOf('small'), context))).toEqual(['approved', [...LAYERS]]);
    const soon = await authorization.authorize(requestOf('too-soon'), context);
    expect(told(soon).slice(0, 2)).toEqual(['denied', 'rate_limit']);
  });

  it('asks a person above the threshold, and the limits of the options hold', async () => {
    await using authorization = await engineOf(SETTINGS);
    const large = await authorization.authorize(requestOf('large', '500'), context);
    expect([told(large)[0], typeof large.escalationReason]).toEqual(['escalated', 'string']);
    const larger = await authorization.authorize(requestOf('larger', '1000.5'), context);
    expect(told(larger).slice(0, 2)).toEqual(['denied', 'limits']);
  });

  it('validates intent and strategy, simulates, and tells of what it decides', async () => {
    await using authorization = await engineOf(SETTINGS);
    const callback = vi.fn();
    const stop = authorization.onEvent(callback);
    expect(await authorization.validateIntent(requestOf('i1'), context)).toMatchObject({ valid: true });
    expect(await authorization.validateIntent(requestOf('i2', '1', 'stake 3 coins'), context)).toMatchObject({ valid: false });
    expect(await authorization.validateStrategy(requestOf('s1'), context)).toMatchObject({ valid: true });
    const unknown = { ...requestOf('s3'), context: { intent: 'Send payment to user', strategy: 'swap' } };
    expect(await authorization.validateStrategy(unknown, context)).toMatchObject({ valid: false, confidence: 0.5 });
    expect(await authorization.simulate(requestOf('s2'))).toMatchObject({ ran: true, success: true, wouldRevert: false });
    expect(callback, 'looking decides nothing').not.toHaveBeenCalled();
    await authorization.authorize(requestOf('told'), context);
    expect(callback.mock.calls.map(([{ type }]) => type)).toContain('decision_made');
    stop();
  });

  it('a validator of the deployment’s own is asked, and its no is a no', async () => {
    const asked: unknown[] = [];
    const myCustomCheck = async (intent: string | undefined): Promise<boolean> => {
      asked.push(intent);
      return intent === 'Send payment to user';
    };
    class MyIntentValidator implements IntentValidator {
      async validate(request: Parameters<IntentValidator['validate']>[0], _context: Parameters<IntentValidator['validate']>[1]) {
        const isValid = await myCustomCheck(request.context.intent);
        return { valid: isValid, confidence: 0.95, reasoning: 'Intent aligns with user goals', warnings: [] };
      }
    }
    const strategyValidator: StrategyValidator = {
      validate: () => ({ valid: true, confidence: 1, reasoning: 'No strategy is followed', warnings: [] }),
    };
    await using authorization = await engineOf({ intentValidator: new MyIntentValidator(), strategyValidator });
    expect(told(await authorization.authorize(requestOf('mine'), context))[0]).toBe('approved');
    const other = await authorization.authorize(requestOf('other', '1', 'Send a present'), context);
    expect([other.approved, other.layerResults.find(({ passed }) => !passed)?.layer]).toEqual([false, 'intent']);
    expect(asked).toEqual(['Send payment to user', 'Send a present']);
  });
});
