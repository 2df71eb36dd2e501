import { internal, SendMode } from '@ton/core';
import { type OpenedContract, TonClient, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import type { TonDevChain } from '../../../src/testing/index.ts';
import { keysOf } from '../../fixtures/ton-deploy.ts';

/** One line of the script: what was called, and whether the answer was the right one. */
export interface ScriptCall {
  readonly call: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What the parts of the script share: the official client, unchanged, and two wallets of its own. */
export interface Stage {
  readonly chain: TonDevChain;
  readonly client: TonClient;
  readonly keys: ReturnType<typeof keysOf>;
  readonly v5: OpenedContract<WalletContractV5R1>;
  readonly v4: OpenedContract<WalletContractV4>;
  /** Runs one line; a throw is a line that failed. */
  step(call: string, work: () => Promise<unknown>): Promise<void>;
  readonly calls: readonly ScriptCall[];
}

/** Fees paid apart, failures of one message skipped: what wallets send by default. */
export const MODE = SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS;

export const openStage = (chain: TonDevChain): Stage => {
  const client = new TonClient({ endpoint: chain.url });
  const keys = keysOf('client script');
  const networkGlobalId = chain.chain === 'ton:-3' ? -3 : -239;
  const calls: ScriptCall[] = [];
  return {
    chain,
    client,
    keys,
    calls,
    v5: client.open(WalletContractV5R1.create({ workchain: 0, publicKey: keys.publicKey, walletId: { networkGlobalId } })),
    v4: client.open(WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey })),
    async step(call, work) {
      const fact = await work().then(
        (value) => ({ ok: true, detail: shown(value) }),
        (error: unknown) => ({ ok: false, detail: shown(error) }),
      );
      calls.push({ call, ...fact });
    },
  };
};

const shown = (value: unknown): string => String(value instanceof Error ? value.message : value).slice(0, 200);

/** Fails the line unless the two are the same. */
export function same<Value>(found: Value, wanted: Value): Value {
  if (found !== wanted) throw new Error(`found ${String(found)} where ${String(wanted)} is right`);
  return found;
}

export function holds(fact: boolean, what: string): string {
  if (!fact) throw new Error(what);
  return what;
}

/** The text of the refusal; fails the line where nothing is refused, or for another reason. */
export async function refused(work: Promise<unknown>, reason: string): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) =>
      thrown as { readonly message: string; readonly response?: { readonly status: number; readonly data: { readonly error: string } } },
  );
  if (error === null) throw new Error('it was not refused');
  const text = error.response === undefined ? error.message : `${error.response.status} ${error.response.data.error}`;
  if (!text.includes(reason)) throw new Error(`refused for another reason: ${text}`);
  return reason;
}

/** A payment to an account, not bounceable unless told otherwise. */
export const pay = (to: Parameters<typeof internal>[0]['to'], value: bigint, body?: string) =>
  internal({ to, value, bounce: false, ...(body === undefined ? {} : { body }) });
