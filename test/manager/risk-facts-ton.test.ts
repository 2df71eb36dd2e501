import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Json } from '../../src/core/store.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, type RawWallet, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';

const TON = 1_000_000_000n;
let chain: TonDevChain;
let sender: RawWallet;
const open: SecurityManager[] = [];
const addressOf = (name: string): string => walletOf(keysOf(name).publicKey, chain).address.toString();

beforeAll(async () => {
  chain = await startTonDevChain();
  sender = await rawWallet(chain, 'sender', 100n * TON);
});
afterAll(async () => {
  for (const security of open) await security.shutdown(2_000);
  await chain?.close();
});

async function scene(given: Partial<SecurityConfig> = {}) {
  const security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, rebroadcastMs: 100, maxClockSkewMs: 3_600_000 })],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 5, daily: 20 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 10_000 },
    ...given,
  });
  open.push(security);
  const { address } = await security.custody.createWallet('owner', 'a1');
  await chain.fund(address, 10n * TON);
  return { security, address };
}

async function judged(security: SecurityManager, request: { to: string; comment?: string }) {
  const { decision } = await security.agent('a1').dryRun({ amount: '0.5', asset: 'TON', ...request });
  const risk = decision.facts['risk'] as unknown as {
    readonly patterns: readonly { readonly id: string; readonly action: string; readonly evidence: Readonly<Record<string, Json>> }[];
    readonly unchecked?: readonly string[];
  };
  return { decision, risk, of: (id: string) => risk.patterns.find((pattern) => pattern.id === id) };
}

describe('facts of the gate for patterns of fraud on TON', () => {
  it('know to whom the depositTags of the configuration belong, in whatever spelling', async () => {
    const exchange = addressOf('exchange');
    const other = addressOf('somebody');
    const depositTags = { '100200300': [exchange], '777888': [] };
    const { security } = await scene({ risk: { anomalyThreshold: 100, depositTags } });
    for (const comment of ['100200300', ' 100200300 ', '１00200300']) {
      const { of } = await judged(security, { to: other, comment });
      expect(of('mimicked_comment')).toMatchObject({ action: 'escalate', evidence: { text: '100200300' } });
    }
    const wrong = await judged(security, { to: other, comment: '100200300' });
    expect(wrong.decision.verdict).toBe('escalated');
    expect((await judged(security, { to: exchange, comment: '100200300' })).of('mimicked_comment')).toBeUndefined();
    expect(
      (await judged(security, { to: Address.parse(exchange).toRawString(), comment: '100200300' })).of('mimicked_comment'),
    ).toBeUndefined();
    expect((await judged(security, { to: other, comment: '777888' })).of('mimicked_comment')).toMatchObject({ action: 'flag' });
    expect((await judged(security, { to: other, comment: '999111' })).of('mimicked_comment')).toMatchObject({ action: 'flag' });
  });

  it.each([
    ['an owner that is no account', { '100200': ['nobody'] }],
    ['one tag in two spellings', { '100200': [], '１00200': [] }],
    ['a tag of nothing', { ' ': [] }],
  ])('refuse %s', async (_, depositTags) => {
    const security = createSecurityManager({ chains: [ton({ chain: chain.chain, endpoint: chain.url })], risk: { depositTags } });
    await expect(security.ready()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await security.shutdown(1_000);
  });

  it('learn what others sent, once, so that a payment to who sent dust is seen', async () => {
    const { security, address } = await scene({ emergency: { autoResponseTriggers: [], monitor: { intervalMs: 20 } } });
    const looked = async (): Promise<void> => {
      const fromMs = Date.now();
      for (;;) {
        const { monitor } = await security.getHealth();
        if (monitor.every(({ completeAtMs }) => completeAtMs !== null && completeAtMs > fromMs + 30)) return;
        if (Date.now() > fromMs + 10_000) throw new Error('the monitor never came to it');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const shop = addressOf('shop');
    const baiter = sender.address.toString();
    await security.start();
    expect((await security.agent('a1').execute({ to: shop, amount: '1', asset: 'TON' })).status).toBe('success');
    await looked();
    expect((await judged(security, { to: baiter })).risk.unchecked).toContain('dust_bait');
    await sender.pay({ to: Address.parse(address), value: 1_000n, bounce: false });
    await looked();
    const seen = await judged(security, { to: baiter });
    expect(seen.of('dust_bait')).toMatchObject({ action: 'escalate', evidence: { dust: 1 } });
    await looked();
    expect((await judged(security, { to: baiter })).of('dust_bait')?.evidence['dust']).toBe(1);
    const stranger = await judged(security, { to: addressOf('nobody yet') });
    expect([stranger.of('dust_bait'), stranger.risk.unchecked ?? []]).toEqual([undefined, expect.not.arrayContaining(['dust_bait'])]);
  });
});
