import assert from 'node:assert/strict';
import { parseAccount } from '../../../src/core/account.ts';
import { tokenAsset } from '../../../src/core/asset.ts';
import { type AssetId, formatAmount, type SecurityManager, type Wallet } from '../../../src/index.ts';
import { paidByLog } from '../../paid-by-log.ts';
import { renderTable } from '../../print.ts';
import type { Scene } from '../../scene.ts';
import type { AgentName } from '../cast.ts';
import { EVM_CHAIN, TON_CHAIN, type TonStage } from '../stage.ts';

/** One asset of one wallet: what the chain no longer has, and what the log says was paid, base units. */
interface Line {
  readonly wallet: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly gone: bigint;
  readonly paid: bigint;
}

/** Decisions in the log about each chain. */
async function decisionsPerChain(security: SecurityManager): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const { entries } = await security.audit.query({ types: ['decision_made'], limit: 1_000 });
  for (const { event } of entries) {
    if (event.type !== 'decision_made' || event.decision.chain === null) continue;
    counts.set(event.decision.chain, (counts.get(event.decision.chain) ?? 0) + 1);
  }
  return counts;
}

async function linesOf({ security, chain, wallets, evm, usdt, funding }: TonStage): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const add = async (
    agent: AgentName,
    { account }: Wallet,
    rows: readonly (readonly [symbol: string, decimals: number, asset: string, gone: bigint])[],
  ) => {
    const paid = await paidByLog(security, agent, account);
    for (const [symbol, decimals, asset, gone] of rows) {
      lines.push({ wallet: agent, symbol, decimals, gone, paid: paid.get(asset as AssetId) ?? 0n });
    }
  };
  const token = tokenAsset(TON_CHAIN, parseAccount(usdt.address.toString(), TON_CHAIN));
  for (const agent of Object.keys(wallets) as AgentName[]) {
    const { address } = wallets[agent];
    const coins = ['TON', 9, `${TON_CHAIN}/slip44:607`, funding.nanoton[agent] - (await chain.balance(address))] as const;
    const tokens = agent === 'clerk' ? [['USDT', 6, token, funding.usdt - (await chain.tokens(address))] as const] : [];
    await add(agent, wallets[agent], [coins, ...tokens]);
  }
  await add('traveller', evm.wallet, [['ETH', 18, `${EVM_CHAIN}/slip44:60`, funding.wei - (await evm.chain.balance(evm.wallet.address))]]);
  return lines;
}

/** Log and chains tell the same story. */
export const books: Scene<TonStage> = {
  title: 'One log, and books that balance on both chains',
  story: 'What the chains say is gone, against what the log says was paid, fees included, to the nanoton and to the wei.',
  expected: 'log valid, 6 of 6 lines agree',
  async play(stage) {
    const { security } = stage;
    const [newest] = (await security.audit.query({ limit: 1 })).entries;
    await security.audit.receipt(newest?.id ?? ''); // Signs whatever is not signed yet.
    const whole = await security.audit.verifyIntegrity({ maxUnsigned: 0 });
    assert.ok(whole.checkedEntries === whole.size, 'every entry was checked');
    const perChain = await decisionsPerChain(security);
    assert.ok(
      [EVM_CHAIN, TON_CHAIN].every((chain) => (perChain.get(chain) ?? 0) > 0),
      'both chains are in it',
    );

    const lines = await linesOf(stage);
    const agreed = lines.filter(({ gone, paid }) => gone === paid && gone > 0n).length;
    const notes = renderTable(
      ['wallet', 'of', 'gone from chain', 'paid by log'],
      lines.map(({ wallet, symbol, decimals, gone, paid }) => [wallet, symbol, formatAmount(gone, decimals), formatAmount(paid, decimals)]),
      new Set([2, 3]),
    );
    const told = [...perChain].map(([chain, count]) => `${count} on ${chain}`).join(', ');
    return {
      actual: `log ${whole.valid ? 'valid' : 'broken'}, ${agreed} of ${lines.length} lines agree`,
      notes,
      line: `${whole.size} entries under one root ${whole.root?.slice(0, 16)}…, decisions: ${told}.`,
    };
  },
};
