import type { TonDevChain } from '../../src/testing/index.ts';
import { jetton, ownContract } from './client-script/contracts.ts';
import { controls, history } from './client-script/history.ts';
import { openStage, type ScriptCall } from './client-script/stage.ts';
import { newAccounts, olderWallets, walletV5 } from './client-script/wallets.ts';

/**
 * Plays what an application does, through the official client and its wallets as they come from the registry, on a fresh chain
 * that runs each message at once. No line stops the script.
 */
export async function runClientScript(chain: TonDevChain): Promise<readonly ScriptCall[]> {
  const stage = openStage(chain);
  for (const part of [newAccounts, walletV5, olderWallets, history, ownContract, jetton, controls]) {
    await part(stage).catch((error: unknown) => stage.step(`the rest of ${part.name}`, () => Promise.reject(error)));
  }
  return stage.calls;
}
