import { type AssetId, formatAmount } from '../../../src/index.ts';
import { paidByLog } from '../../paid-by-log.ts';
import { renderTable } from '../../print.ts';
import type { Scene } from '../../scene.ts';
import type { AgentName } from '../cast.ts';
import type { EvmStage } from '../stage.ts';

/** Money of one wallet that is gone, base units. */
interface Gone {
  readonly wei: bigint;
  readonly usdc: bigint;
}

/** What the log says that the wallet paid. */
async function byLog({ security, wallets, usdc }: EvmStage, agent: AgentName): Promise<Gone> {
  const { account, chain } = wallets[agent];
  const paid = await paidByLog(security, agent, account);
  const token = `${chain}/erc20:${usdc.address.toLowerCase()}`;
  return { wei: paid.get(`${chain}/slip44:60` as AssetId) ?? 0n, usdc: paid.get(token as AssetId) ?? 0n };
}

/** What the chain says the wallet no longer has. */
async function byChain({ chain, wallets, usdc, funding }: EvmStage, agent: AgentName): Promise<Gone> {
  const { address } = wallets[agent];
  return { wei: funding.wei - (await chain.balance(address)), usdc: funding.usdc - (await chain.tokenBalance(usdc.address, address)) };
}

/** Log and chain tell the same story. */
export const books: Scene<EvmStage> = {
  title: 'The books balance',
  story: 'For each wallet: what the chain says is gone, against what the log says was paid, fees included, to the last unit.',
  expected: '4 of 4 wallets agree',
  async play(stage) {
    const rows: string[][] = [];
    let agreed = 0;
    for (const agent of Object.keys(stage.wallets) as AgentName[]) {
      const gone = await byChain(stage, agent);
      const paid = await byLog(stage, agent);
      if (gone.wei === paid.wei && gone.usdc === paid.usdc && gone.wei > 0n) agreed += 1;
      rows.push([agent, formatAmount(gone.wei, 18), formatAmount(paid.wei, 18), formatAmount(gone.usdc, 6), formatAmount(paid.usdc, 6)]);
    }
    const notes = renderTable(['wallet', 'ETH gone from chain', 'ETH paid by log', 'USDC gone', 'USDC paid'], rows, new Set([1, 2, 3, 4]));
    return {
      actual: `${agreed} of ${rows.length} wallets agree`,
      notes,
      line: 'Nothing left a wallet that the log does not tell of, and the log tells of nothing that did not.',
    };
  },
};
