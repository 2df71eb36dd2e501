import { isCastellanError } from '../../core/errors.ts';
import type { SlotRow } from '../../core/slot.ts';
import { storeKey } from '../../core/store.ts';
import { createMonitor, type Finding, type Monitor, type Watched } from '../../emergency/index.ts';
import type { House } from '../boot.ts';
import { scanDocs, type WalletRecord, walletFacts } from '../directory.ts';
import type { ExecuteParts } from '../pipeline/execute.ts';
import { firstOpenSlot } from '../pipeline/prepare.ts';
import { arrivalCommands } from './arrivals.ts';
import { coverEvent } from './cover.ts';

function watchedOf({ account, agent, smart, mode }: WalletRecord): readonly Watched[] {
  const wallet = { account, wallet: account, agent, isOurs: mode !== 'non-custodial' };
  return smart === undefined ? [wallet] : [wallet, { ...wallet, account: smart.sender }];
}

const SAID: Readonly<Record<Finding['kind'], string>> = {
  transaction: 'sent a transaction that no decision covers',
  transfer: 'lost tokens in a transaction that no decision covers',
  allowance: 'gave a right over tokens that no decision covers',
  operator: 'gave a right over a collection that no decision covers',
  code: 'runs other code than it did, and no decision covers that',
  balance: 'lost coins, and no transaction explains it',
  sequence: 'stands further on the chain than in our records',
};

/** The monitor on the rooms of the house. */
export function openMonitor(house: House, parts: Pick<ExecuteParts, 'findDecision'>): Monitor {
  const { store, host, config, journal, chains, emergency, audit } = house;
  const records = { store, nowMs: () => host.clock.nowMs(), findDecision: parts.findDecision, history: audit.history };
  const decimals = new Map<string, number>(chains.allTokens.map((token) => [token.asset, token.decimals]));
  const known = new Set<string>(chains.allTokens.map(({ asset }) => asset));
  const { pause } = config.emergency.monitor;
  return createMonitor({
    store,
    tenant: config.tenant,
    clock: host.clock,
    random: host.random,
    command: journal.command,
    apply: journal.apply,
    chains: chains.ids,
    node: chains.node,
    watched: async (chain) => {
      const wallets = await scanDocs<WalletRecord>(store, 'wallet/');
      return wallets.filter((wallet) => wallet.chain === chain).flatMap(watchedOf);
    },
    cover: (event, watched) => coverEvent(records, event, watched),
    isKnown: (asset) => known.has(asset),
    learn: ({ events }, accounts) => arrivalCommands({ store, decimals: (asset) => decimals.get(asset) }, events, accounts),
    async ahead({ account, wallet, isOurs }, node, signal) {
      const { smart } = await walletFacts(store, wallet);
      if (!isOurs || account !== (smart?.sender ?? wallet)) return null;
      try {
        const { next } = await node.sequence(account, signal);
        // After the chain was asked: whatever of ours it had included by then stands in our own record as redeemed.
        const [row] = await store.get([storeKey.slots(wallet)]);
        const ours = row === undefined ? next : firstOpenSlot(row as unknown as SlotRow);
        return next > ours ? { chain: next, ours } : null;
      } catch (error) {
        // An account that cannot send stands nowhere.
        if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return null;
        throw error;
      }
    },
    async stop({ kind, watched }) {
      const reason = `Wallet ${watched.wallet} ${SAID[kind]}.`;
      if (pause === 'kill' && config.emergency.killSwitchEnabled) await emergency.activateKillSwitch({ reason, triggeredBy: 'monitor' });
      else if (pause !== false) await emergency.pauseAgent(watched.agent, { reason, by: 'monitor' });
    },
  });
}
