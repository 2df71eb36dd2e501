import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurityManager, LAYERS, type SecurityManager } from '../../src/index.ts';
import { type Place, startTon } from './environment.ts';

/** Fields that a yes, a question and a no have in common. */
const COMMON = ['approved', 'decision', 'decisionId', 'escalated', 'layerResults', 'reasons', 'riskScore', 'unenforced'];
/** Up to 5, and above 2 a person is asked. */
const MAY_PAY = {
  capabilities: { transfers: { enabled: true } },
  limits: { unit: 'TON', perTransaction: 5, daily: 50 },
  requireApprovalAbove: 2,
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 100 },
};
const fields = (value: object): readonly string[] => Object.keys(value).sort();

describe('the shapes of answers', () => {
  let place: Place;
  let security: SecurityManager;
  beforeAll(async () => {
    place = await startTon();
    security = createSecurityManager({
      ...place.binding(),
      agents: { a1: MAY_PAY, a2: MAY_PAY },
      risk: { anomalyThreshold: 100 },
    });
    for (const agent of ['a1', 'a2']) await place.fund(await security.custody.createWallet('owner', agent), 100);
  });
  afterAll(async () => {
    await security?.shutdown(1_000);
    await place?.close();
  });
  const pay = (id: string, amount: string, agentId = 'a1') => ({ id, agentId, to: place.address('shop'), amount, asset: 'TON' });

  it.each([
    ['yes', '1', ['permit'], { approved: true, escalated: false }],
    ['question', '3', ['escalationReason'], { approved: false, escalated: true }],
    ['no', '6', ['denialReason', 'failedLayer'], { approved: false, escalated: false }],
  ])('authorize: a %s has exactly its fields, and eight layers', async (name, amount, own, verdict) => {
    const result = await security.authorization.authorize(pay(name, amount));
    expect(result).toMatchObject(verdict);
    expect(fields(result)).toEqual([...COMMON, ...own].sort());
    expect(result.layerResults.map(({ layer }) => layer)).toEqual([...LAYERS]);
    for (const layer of result.layerResults) {
      expect(fields(layer).filter((field) => !['layer', 'passed', 'score', 'reason', 'durationMs'].includes(field))).toEqual([]);
      expect([typeof layer.layer, typeof layer.passed, layer.durationMs >= 0]).toEqual(['string', 'boolean', true]);
    }
    expect([typeof result.riskScore, typeof result.decisionId, result.unenforced]).toEqual(['number', 'string', []]);
  });

  it('what is switched off stands in unenforced', async () => {
    await using lax = createSecurityManager({
      ...place.binding(),
      allowUnenforced: true,
      authorization: { enableSimulation: false },
      agents: { a1: { capabilities: { transfers: { enabled: true } }, limits: { unit: 'TON', perTransaction: 5, daily: 5 } } },
    });
    await place.fund(await lax.custody.createWallet('owner', 'a1'), 10);
    const { unenforced, layerResults } = await lax.authorization.authorize(pay('lax', '1'));
    expect([unenforced.length > 0, layerResults.length]).toEqual([true, 8]);
  });

  it('execute and dryRun answer in their own words', async () => {
    // Of an agent of their own: what another authorized and never executed stands before it in its wallet.
    const dry = await security.dryRun(pay('dry', '1', 'a2'));
    expect(fields(dry)).toEqual(['approvalRequired', 'blockers', 'decision', 'wouldProceed']);
    const done = await security.execute(pay('done', '1', 'a2'));
    expect(done.status).toBe('success');
    expect(fields(done)).toEqual(['decision', 'reasons', 'receipt', 'requestId', 'status', 'txHash']);
    for (const field of ['txHash', 'confirmedAtBlock', 'confirmedAtMs', 'gasUsed', 'effects']) expect(done.receipt).toHaveProperty(field);
    const asked = await security.execute(pay('asked', '3', 'a2'));
    expect([asked.status, typeof asked.approvalId]).toEqual(['approval_pending', 'string']);
    const refused = await security.execute(pay('refused', '6', 'a2'));
    expect([refused.status, fields(refused)]).toEqual(['policy_rejected', ['decision', 'reasons', 'requestId', 'status']]);
  });

  it('the same id with the same body is the same answer, and with another body none', async () => {
    const first = await security.authorization.authorize(pay('twice', '1'));
    expect((await security.authorization.authorize(pay('twice', '1'))).decisionId).toBe(first.decisionId);
    const other = await security.authorization.authorize(pay('twice', '1.5'));
    expect([other.approved, other.reasons[0]?.code]).toEqual([false, 'request_id_reused']);
  });

  it('nothing that a caller claims beside a request loosens anything', async () => {
    const claims = { agentId: 'a1', userId: 'owner', sessionId: 's', permissions: { limits: { perTransaction: 1e9 } }, userApproved: true };
    const claimed = { ...claims, isNewDestination: false, history: [], usage: 0 };
    expect((await security.authorization.authorize(pay('claims-1', '3'), claimed)).escalated).toBe(true);
    expect((await security.authorization.authorize(pay('claims-2', '6'), claimed)).failedLayer).toBe('limits');
  });
});
