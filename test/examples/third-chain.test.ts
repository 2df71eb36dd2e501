import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { abacus } from '../../examples/third-chain/abacus-adapter.ts';
import { AbacusLedger } from '../../examples/third-chain/abacus-ledger.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { type AccountId, type ChainId, nativeAssetId, parseAssetId } from '../../src/core/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { chainConformance } from '../../src/testing/index.ts';

const CHAIN = 'abacus:main' as ChainId;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const BEAD = 'be'.repeat(32);

function keyPair() {
  const secret = new Uint8Array(randomBytes(32));
  const address = hex(ed25519.getPublicKey(secret));
  return { address, account: `${CHAIN}:${address}` as AccountId, sign: (hash: Uint8Array) => ed25519.sign(hash, secret) };
}

const token = () => ({ asset: parseAssetId(`${CHAIN}/bead:${BEAD}`), symbol: 'BEAD', decimals: 2 });

chainConformance({ describe, it, expect }, 'the invented chain of the examples', async () => {
  const [wallet, counterparty, stranger] = [keyPair(), keyPair(), keyPair()];
  const ledger = new AbacusLedger([BEAD]);
  ledger.fund(wallet.address, null, 1_000_000n);
  ledger.fund(wallet.address, BEAD, 1_000n);
  const adapter = abacus({ ledger, beads: [token()], confirmations: 3 }).create({ clock: systemClock() });
  return {
    adapter,
    chain: CHAIN,
    confirmations: 3,
    replacedAfter: 3,
    wallet: wallet.account,
    counterparty: counterparty.account,
    token: token().asset,
    sign: async (hash, who) => (who === 'stranger' ? stranger : wallet).sign(hash),
    balance: async (account, asset) => ledger.balance(account.slice(CHAIN.length + 1), asset === token().asset ? BEAD : null) ?? 0n,
    advance: async (blocks) => ledger.mine(blocks),
    reorganise: async (blocks) => ledger.reorganise(blocks),
    [Symbol.asyncDispose]: async () => adapter.node(CHAIN).close(),
  };
});

describe('an invented chain behind the gate', () => {
  it('is paid on within its limits, and refused above them', async () => {
    const ledger = new AbacusLedger([BEAD]);
    const shop = keyPair();
    const security = createSecurityManager({
      chains: [abacus({ ledger })],
      agents: {
        a1: {
          template: 'balanced',
          limits: { unit: 'ABA', perTransaction: 1, daily: 5 },
          allowedDestinations: [shop.account],
          rateLimiting: { cooldownSeconds: 0 },
        },
      },
    });
    try {
      const wallet = await security.custody.createWallet('owner', 'a1');
      expect(wallet.chain).toBe(CHAIN);
      ledger.fund(wallet.address, null, 10_000_000n);
      const mining = setInterval(() => ledger.mine(1), 20);
      const agent = security.agent('a1');
      const paid = await agent.execute({ to: shop.account, amount: '0.5', asset: 'ABA' });
      clearInterval(mining);
      expect([paid.status, paid.reasons]).toEqual(['success', []]);
      expect(ledger.balance(shop.address, null)).toBe(500_000n);
      const refused = await agent.execute({ to: shop.account, amount: '2', asset: 'ABA' });
      expect([refused.status, refused.reasons[0]?.code, refused.reasons[0]?.unit]).toEqual([
        'policy_rejected',
        'per_transaction_limit',
        nativeAssetId(CHAIN),
      ]);
      const elsewhere = await agent.execute({ to: keyPair().account, amount: '0.1', asset: 'ABA' });
      expect([elsewhere.status, elsewhere.reasons[0]?.code]).toEqual(['policy_rejected', 'destination_not_allowed']);
    } finally {
      await security.shutdown();
    }
  });

  it('takes an adapter of at most 200 lines of code', () => {
    const code = ['abacus-codec.ts', 'abacus-adapter.ts'].flatMap((name) =>
      readFileSync(new URL(`../../examples/third-chain/${name}`, import.meta.url), 'utf8')
        .replace(/^import [^;]*;$/gm, '')
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.trim().startsWith('/')),
    );
    expect(code.length).toBeLessThanOrEqual(200);
    expect(code.length).toBeGreaterThan(50);
  });
});
