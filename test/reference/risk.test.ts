import { describe, expect, it } from 'vitest';
import { createRiskEngine } from '../../src/index.ts';
import { refusal, tonAddress } from './environment.ts';

const DAY = 86_400_000;
/** A Monday, three in the afternoon. */
const NOW = Date.UTC(2026, 1, 2, 15);
type Past = Parameters<ReturnType<typeof createRiskEngine>['assessTransaction']>[1];
interface Payment {
  readonly amount: string;
  readonly destination: string;
  readonly agoMs: number;
}

/** What the deployment’s own books say of an agent: each day at noon a little more or less than 10, to the same shop. */
const calm: readonly Payment[] = Array.from({ length: 30 }, (_, day) => ({
  amount: ['9.37', '10.41', '11.83'][day % 3] ?? '',
  destination: tonAddress('shop'),
  agoMs: (day + 1) * DAY + 3 * 3_600_000,
}));
const getTransactionHistory = async (_agentId: string, payments: readonly Payment[] = calm): Promise<NonNullable<Past>> =>
  payments.map(({ amount, destination, agoMs }) => ({
    amount,
    currency: 'TON',
    destination,
    timestamp: new Date(NOW - agoMs),
    status: 'success',
  }));
const requestOf = (amount: string, destination = tonAddress('shop'), timestamp = new Date(NOW)) => ({
  id: 'tx-001',
  agentId: 'agent-1',
  userId: 'user-1',
  type: 'transfer',
  amount,
  currency: 'TON',
  destination,
  timestamp,
  context: { intent: 'Send payment to user', confidence: 0.95 },
});
const riskOf = () =>
  createRiskEngine({
    enabled: true,
    maxRiskScore: 80,
    anomalyThreshold: 2.0,
    weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 },
  });

describe('assessing', () => {
  it('scores what is usual low and what is not higher, with its parts', async () => {
    const risk = riskOf();
    const history = await getTransactionHistory('agent-1');
    const usual = await risk.assessTransaction(requestOf('10'), history);
    const assessment = await risk.assessTransaction(requestOf('5000', tonAddress('stranger')), history);
    expect([usual.level, usual.isBlocked]).toEqual(['low', false]);
    expect(assessment.score).toBeGreaterThan(usual.score);
    expect(['low', 'medium', 'high', 'critical']).toContain(assessment.level);
    expect(Object.keys(assessment.breakdown).sort()).toEqual(['aggregate', 'behavioral', 'market', 'transaction']);
    for (const { score, level } of [usual, assessment])
      expect(level).toBe(score < 30 ? 'low' : score < 60 ? 'medium' : score > 80 ? 'critical' : 'high');
  });

  it('what scores above the maximum is blocked, and what scores less is not', async () => {
    const history = await getTransactionHistory('agent-1');
    const request = requestOf('12', tonAddress('stranger'));
    const { score, isBlocked, vetoes } = await riskOf().assessTransaction(request, history);
    expect([score > 1 && score <= 80, isBlocked, vetoes]).toEqual([true, false, []]);
    const strict = createRiskEngine({ maxRiskScore: 1, anomalyThreshold: 2.0 });
    expect(await strict.assessTransaction(request, history)).toMatchObject({ score, isBlocked: true });
  });

  it('an anomaly is told with its type, its deviation and its details', async () => {
    const risk = riskOf();
    const history = await getTransactionHistory('agent-1');
    expect(await risk.detectAnomalies(requestOf('10'), history)).toMatchObject({ isAnomaly: false });
    const anomaly = await risk.detectAnomalies(requestOf('5000'), history);
    expect(anomaly).toMatchObject({ isAnomaly: true, type: 'amount' });
    if (anomaly.isAnomaly) expect([anomaly.deviationScore >= 2.0, typeof anomaly.details]).toEqual([true, 'object']);
  });

  it('without a history there is nothing to compare with', async () => {
    expect(await refusal(() => riskOf().assessTransaction(requestOf('10')))).toBe('REQUEST_INVALID');
  });
});

describe('patterns of fraud', () => {
  /** Id and advice of each pattern that a request fits, each with a name and a confidence. */
  async function matched(request: ReturnType<typeof requestOf>, payments?: readonly Payment[]): Promise<Record<string, string>> {
    const fraudCheck = await riskOf().checkFraudPatterns(request, await getTransactionHistory('agent-1', payments));
    const found: Record<string, string> = {};
    for (const pattern of fraudCheck.matchedPatterns) {
      expect([typeof pattern.name, pattern.confidence > 0, pattern.confidence <= 1]).toEqual(['string', true, true]);
      found[pattern.id] = pattern.recommendedAction;
    }
    return found;
  }
  const burst = Array.from({ length: 40 }, (_, index) => ({ amount: '9.37', destination: tonAddress('shop'), agoMs: (index + 1) * 200 }));
  const rising = Array.from({ length: 12 }, (_, index) => ({
    amount: String(12 * 1.5 ** (11 - index)).slice(0, 6),
    destination: tonAddress('shop'),
    agoMs: (index + 1) * DAY,
  }));

  it('what is usual fits none', async () => {
    expect(await matched(requestOf('10.37'))).toEqual({});
  });

  it('rapid_drain: block', async () => {
    expect(await matched(requestOf('9.37'), [...burst, ...calm])).toMatchObject({ rapid_drain: 'block' });
  });

  it('new_dest_large: escalate', async () => {
    expect(await matched(requestOf('5000.37', tonAddress('stranger')))).toMatchObject({ new_dest_large: 'escalate' });
  });

  it('round_numbers: flag', async () => {
    expect(await matched(requestOf('1000'))).toMatchObject({ round_numbers: 'flag' });
  });

  it('a pattern is named as the table names it', async () => {
    const request = requestOf('5000.37', tonAddress('stranger'));
    const { matchedPatterns } = await riskOf().checkFraudPatterns(request, await getTransactionHistory('agent-1'));
    expect(matchedPatterns.map(({ name }) => name)).toContain('new_dest_large');
  });

  it('timing_attack: monitor', async () => {
    expect(await matched(requestOf('10.37', tonAddress('shop'), new Date(NOW + 12 * 3_600_000)))).toMatchObject({
      timing_attack: 'monitor',
    });
  });

  it('gradual_increase: alert', async () => {
    expect(await matched(requestOf('1600.37'), rising)).toMatchObject({ gradual_increase: 'alert' });
  });
});

describe('the blacklist', () => {
  it('blocks whoever is on it, in every spelling, until they are taken off', async () => {
    const risk = riskOf();
    const malicious = tonAddress('malicious');
    await risk.addToBlacklist(malicious, { reason: 'Known scam address', source: 'community_report', severity: 'high' });
    const isBlacklisted = await risk.isBlacklisted(malicious);
    expect(isBlacklisted).toBe(true);
    const raw = `0:${Buffer.from(malicious, 'base64url').subarray(2, 34).toString('hex')}`;
    expect([await risk.isBlacklisted(raw), await risk.isBlacklisted(tonAddress('shop'))]).toEqual([true, false]);
    const history = await getTransactionHistory('agent-1');
    expect((await risk.assessTransaction(requestOf('1', malicious), history)).isBlocked).toBe(true);
    await risk.removeFromBlacklist(malicious);
    expect(await risk.isBlacklisted(malicious)).toBe(false);
  });
});
