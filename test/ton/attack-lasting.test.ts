import type { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, isCastellanError, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, payment, signingBytes, walletOf } from '../fixtures/ton-deploy.ts';
import { textPayload } from '../fixtures/ton-messages.ts';

let chain: TonDevChain;
let security: SecurityManager;
let wallet: Wallet;
let shop: Address;

beforeAll(async () => {
  chain = await startTonDevChain();
  shop = walletOf(keysOf('shop').publicKey, chain).address;
  security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 4, daily: 200 },
        requireApprovalAbove: 1,
        rateLimiting: { cooldownSeconds: 0 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, 10n ** 12n);
});
afterAll(async () => {
  await security?.shutdown(500);
  await chain?.close();
});

describe('what a signature must not be', () => {
  it('valid for ever: no stop would end it', async () => {
    const sign = async (validUntil: number): Promise<string> => {
      const bytes = await signingBytes(chain, [payment({ to: shop, value: 1n, bounce: false })], { seqno: 0, validUntil });
      const asked = security.agent('a1').signTransaction({ chain: wallet.chain, wallet: wallet.account, bytes });
      return asked.then(
        () => 'signed',
        (error: unknown) => (isCastellanError(error) ? String(error.details['reason']) : String(error)),
      );
    };
    const now = Math.floor(Date.now() / 1_000);
    expect(await sign(2 ** 32 - 1)).toBe('request_malformed');
    expect(await sign(now + 3_700)).toBe('request_malformed');
    expect(await sign(now + 60)).toBe('signed');
  });

  it('asked of a person who cannot read what it does', async () => {
    const agent = security.agent('a1');
    const calls = Array.from({ length: 45 }, (_, index) => ({
      to: shop.toRawString(),
      value: '0.05',
      data: Buffer.from(payloadOf(`${'long '.repeat(60)}${index}`)),
    }));
    const asked = await agent.execute({ chain: wallet.chain, calls });
    expect([asked.status, asked.reasons[0]?.code]).toEqual(['approval_rejected', 'approval_invalid']);
    expect(await security.approvals.list({ state: 'pending' })).toEqual([]);
  });
});

function payloadOf(text: string): Uint8Array {
  return textPayload(text).toBoc({ idx: false, crc32: false });
}
