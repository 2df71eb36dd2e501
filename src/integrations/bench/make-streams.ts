import { AGENT_KINDS, DAY_MS } from './agent-kinds.ts';
import { inject } from './campaigns/inject.ts';
import { createDice, seedOf } from './dice.ts';
import { FAMILIES, madeAccount } from './made-account.ts';
import { inOrder, type StreamRow, toRows } from './stream-row.ts';
import { WalletScript } from './wallet-script.ts';

/** How much is made. */
export interface MakeStreams {
  readonly seed: number;
  /** Wallets of each kind on each family of chains. */
  readonly walletsOfEach: number;
  readonly days: number;
}

/** What is made where nobody says otherwise. */
export const USUAL_STREAMS: MakeStreams = { seed: 1, walletsOfEach: 12, days: 180 };

/** When all made-up histories begin. */
const FROM_MS = Date.UTC(2026, 0, 5);
const ATTACKS_OF_EACH = 2;
const SURPRISES_OF_EACH = 1;

/** Made-up agents of every kind on every family, with campaigns and harmless surprises. The same seed makes the same streams. */
export function makeStreams({ seed, walletsOfEach, days }: MakeStreams): readonly StreamRow[] {
  const rows: StreamRow[] = [];
  let turn = 0;
  for (const family of FAMILIES) {
    const dollar = madeAccount(family, createDice(seedOf(seed, `dollar ${family}`)));
    for (const [kind, live] of Object.entries(AGENT_KINDS)) {
      for (let n = 1; n <= walletsOfEach; n += 1) {
        const wallet = `${kind}-${family}-${n}`;
        const script = new WalletScript(family, createDice(seedOf(seed, wallet)), dollar);
        live(script, FROM_MS + script.dice.int(7 * 24) * (DAY_MS / 24), days);
        const dice = createDice(seedOf(seed, `campaigns ${wallet}`));
        const injection = { wallet, attacks: ATTACKS_OF_EACH, surprises: SURPRISES_OF_EACH, turn };
        rows.push(...toRows(wallet, inject(script.actions, injection, dice)));
        turn += 1;
      }
    }
  }
  return inOrder(rows);
}

/** Kind and family of a made-up wallet; the wallet's own name for any other. */
export function groupOf(wallet: string): string {
  return wallet.replace(/-\d+$/, '');
}
