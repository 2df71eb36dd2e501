import { expect, it } from 'vitest';
import { createSecurityManager } from '../../src/index.ts';
import { offline } from './fixture.ts';

it('gives an action to one agent, under the identity of its handle', async () => {
  const security = createSecurityManager(offline());
  for (const agent of ['a1', 'a2']) await security.custody.createWallet('owner', agent);
  const first = await security.agent('a1').claim('rebalance/2030-01-01', 60_000);
  expect(first).toMatchObject({ claimed: true, claimedBy: 'a1' });
  expect(await security.claim('rebalance/2030-01-01', 'a2', 60_000)).toEqual({ ...first, claimed: false });
  expect(await security.agent('a2').releaseClaim('rebalance/2030-01-01')).toBe(false);
  expect(await security.agent('a1').releaseClaim('rebalance/2030-01-01')).toBe(true);
  expect(await security.agent('a2').claim('rebalance/2030-01-01', 60_000)).toMatchObject({ claimed: true, claimedBy: 'a2' });
  await expect(security.claim('x', 'nobody', 1)).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  await expect(security.claim('x', 'no agent', 1)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await security.shutdown();
});
