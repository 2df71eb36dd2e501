import { Address, beginCell, Cell, external, internal, SendMode, storeMessage } from '@ton/core';
import { keyPairFromSeed, sign } from '@ton/crypto';
import { WalletContractV5R1 } from '@ton/ton';
import { systemClock } from '../../src/adapters/host/index.ts';
import { readHead } from '../../src/adapters/ton/block.ts';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import { createTonClient, type TonClient } from '../../src/adapters/ton/client.ts';
import { createTonCodec } from '../../src/adapters/ton/codec.ts';
import { readOptions } from '../../src/adapters/ton/config.ts';
import { factsOf } from '../../src/adapters/ton/decode/index.ts';
import { DEFAULT_GAS_PRICES, feeOf } from '../../src/adapters/ton/fees.ts';
import { sendsOf } from '../../src/adapters/ton/sends-of.ts';
import { simulate } from '../../src/adapters/ton/simulation/simulate.ts';
import { survey } from '../../src/adapters/ton/survey.ts';
import type { ChainTokens } from '../../src/adapters/ton/tokens.ts';
import type { WalletVersion } from '../../src/adapters/ton/wallet-contract.ts';
import { walletAccount } from '../../src/adapters/ton/wallet-contract.ts';
import { type Excess, excessOf } from '../../src/authz/simulation/excess.ts';
import { nativeAssetId, tokenAsset } from '../../src/core/asset.ts';
import type { SimulationReport } from '../../src/core/chain-adapter.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Effect } from '../../src/core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../src/core/ids.ts';
import type { Action, Call, DecodedTransaction, UnsignedTransaction } from '../../src/core/transaction.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import type { JettonMinter, TonFixture } from '../fixtures/ton-contracts.ts';
import { mintBody } from '../fixtures/ton-messages.ts';

export const CHAIN = 'ton:-3' as ChainId;
export const TON = nativeAssetId(CHAIN);

/** An account's id. */
export const idOf = (address: Address): AccountId => `${CHAIN}:${address.toRawString()}` as AccountId;
/** An account's address. */
export const toAddress = (account: AccountId): Address => Address.parseRaw(account.slice(CHAIN.length + 1));
/** A jetton's id. */
export const jettonId = (minter: { readonly address: Address }): AssetId => tokenAsset(CHAIN, idOf(minter.address));

/** One wallet of ours on a dev chain, and what is needed to build, simulate and send its orders. */
export interface SimulationScene extends AsyncDisposable {
  readonly chain: TonDevChain;
  readonly client: TonClient;
  readonly clock: Clock;
  readonly wallet: AccountId;
  readonly publicKey: Uint8Array;
  /** The wallet's next slot on the chain. */
  slot(): Promise<number>;
  build(action: Action, options?: { readonly slot?: number; readonly validUntilMs?: number }): Promise<UnsignedTransaction>;
  simulate(tx: UnsignedTransaction, watch?: readonly AssetId[], through?: TonClient): Promise<SimulationReport>;
  /** Signs and sends; the chain runs the whole trace. */
  send(tx: UnsignedTransaction): Promise<void>;
  /** Simulates an action, and compares what it shows with what the bytes show, as layer 8 does. */
  judge(action: Action): Promise<Judgement>;
  /** What the bytes show. */
  decode(tx: UnsignedTransaction): DecodedTransaction;
  /** Takes a foreign payload as it stands. */
  adopt(payload: Uint8Array): UnsignedTransaction;
  /** Deploys a fixture with some money from a second wallet. */
  deploy(fixture: TonFixture, value?: bigint, body?: Cell): Promise<AccountId>;
  /** Sends a message from the second wallet. */
  tell(to: Address, value: bigint, body?: Cell): Promise<void>;
  /** Deploys a minter whose admin is the second wallet, and mints to our wallet. */
  mint(minter: JettonMinter, amount: bigint, to?: AccountId): Promise<AssetId>;
  /** The second wallet's address: admin of minters. */
  readonly admin: Address;
}

/** What layer 8 would have before it. */
export interface Judgement {
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  readonly report: SimulationReport;
  readonly excess: Excess;
}

/** Who got how much of an asset from an account, or gave it, in the order of the effects. */
export const flows = (effects: readonly Effect[], kind: 'outflow' | 'inflow', account: AccountId, asset: AssetId = TON) =>
  effects.flatMap((effect) =>
    effect.kind === kind && effect.account === account && effect.asset === asset ? [[effect.counterparty, effect.amount] as const] : [],
  );

/** The fee that a report shows, nanoton. */
export const feeOfReport = ({ effects }: SimulationReport): bigint =>
  effects.reduce((sum, effect) => (effect.kind === 'fee' ? sum + effect.max : sum), 0n);

/** What layer 8 finds beyond the bytes, for a request that declares nothing. */
export const excessFor = (wallet: AccountId, decoded: readonly Effect[], report: SimulationReport): Excess =>
  excessOf(decoded, report.effects, { wallet, declared: { asset: null, amount: null, recipient: null } as never });

/** A call as `calls` takes it. */
export const call = (to: AccountId, value: bigint, body: Cell | null = null, terms: Readonly<Record<string, string>> = {}): Call => ({
  to,
  value,
  data: body === null ? new Uint8Array() : writeBoc(body),
  ...(Object.keys(terms).length === 0 ? {} : { terms }),
});

/** Starts the scene: the wallet has 100 TON and is deployed unless told otherwise. */
export async function openScene(
  options: { readonly deployed?: boolean; readonly seed?: number; readonly fund?: bigint; readonly version?: WalletVersion } = {},
): Promise<SimulationScene> {
  const { deployed = true, seed = 1, fund = 100_000_000_000n, version = 'v5r1' } = options;
  const chain = await startTonDevChain();
  const clock = systemClock();
  const { chains } = readOptions({ chains: [{ chain: CHAIN, endpoint: chain.url }], clock });
  const [config] = chains;
  if (config === undefined) throw new Error('no chain');
  const client = createTonClient(config, clock);
  const tokens: ChainTokens = {
    chain: CHAIN,
    globalId: -3,
    native: { asset: TON, symbol: 'TON', decimals: 9 },
    jettons: [],
  };
  const codecChain = { tokens, prices: DEFAULT_GAS_PRICES, validForMs: 120_000, jettonGas: 50_000_000n };
  const codec = createTonCodec(new Map([[CHAIN, codecChain]]));
  const keys = keyPairFromSeed(Buffer.alloc(32, seed));
  const publicKey = new Uint8Array(keys.publicKey);
  const wallet = walletAccount(version, publicKey, CHAIN);
  const second = keyPairFromSeed(Buffer.alloc(32, seed + 100));
  const bank = WalletContractV5R1.create({ workchain: 0, publicKey: second.publicKey, walletId: { networkGlobalId: -3 } });
  let bankSeqno = 0;
  await chain.fund(wallet.slice(CHAIN.length + 1), fund);
  await chain.fund(bank.address.toRawString(), 1_000_000_000_000n);

  const fromBank = async (message: ReturnType<typeof internal>): Promise<void> => {
    const body = bank.createTransfer({
      seqno: bankSeqno,
      secretKey: second.secretKey,
      timeout: 2_000_000_000,
      sendMode: SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS,
      messages: [message],
    });
    const cell = beginCell()
      .store(storeMessage(external({ to: bank.address, body, ...(bankSeqno === 0 ? { init: bank.init } : {}) })))
      .endCell();
    bankSeqno += 1;
    await client.request('sendBoc', { boc: cell.toBoc().toString('base64') });
  };

  const scene: SimulationScene = {
    chain,
    client,
    clock,
    wallet,
    publicKey,
    admin: bank.address,
    async slot() {
      const { data } = (await client.request('getAddressInformation', { address: wallet.slice(CHAIN.length + 1) })) as { data: string };
      if (data === '') return 0;
      return Cell.fromBase64(data)
        .beginParse()
        .skip(version === 'v5r1' ? 1 : 0)
        .loadUint(32);
    },
    async build(action, { slot, validUntilMs } = {}) {
      const facts = await survey(client, action, wallet);
      const fee = feeOf({ sends: sendsOf(action, codecChain, wallet, factsOf(facts)), extended: [] }, CHAIN, wallet, codecChain.prices);
      const head = await readHead(client);
      const context = {
        chain: CHAIN,
        wallet,
        slot: slot ?? (await scene.slot()),
        fee,
        validUntilMs: validUntilMs ?? head.timestampMs + 120_000,
        publicKey,
        facts,
      };
      return codec.build(action, context);
    },
    simulate: (tx, watch = [], through = client) => simulate({ client: through, clock, tx, decoded: codec.decode(tx), watch }),
    decode: (tx) => codec.decode(tx),
    adopt: (payload) => codec.adopt(payload, CHAIN, wallet, publicKey),
    async judge(action) {
      const tx = await scene.build(action);
      const decoded = codec.decode(tx);
      const report = await scene.simulate(tx);
      return { tx, decoded, report, excess: excessFor(wallet, decoded.effects, report) };
    },
    async send(tx) {
      const signed = codec.assemble(tx, sign(Buffer.from(codec.signingHash(tx.payload)), keys.secretKey));
      await client.request('sendBoc', { boc: Buffer.from(signed.raw).toString('base64') });
    },
    async deploy(fixture, value = 100_000_000n, body) {
      await fromBank(internal({ to: fixture.address, value, bounce: false, init: fixture.init, ...(body === undefined ? {} : { body }) }));
      return idOf(fixture.address);
    },
    tell: (to, value, body) => fromBank(internal({ to, value, bounce: true, ...(body === undefined ? {} : { body }) })),
    async mint(minter, amount, to = wallet) {
      await scene.deploy(minter, 50_000_000n);
      await scene.tell(minter.address, 200_000_000n, mintBody({ to: toAddress(to), amount }));
      return jettonId(minter);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await chain.close();
    },
  };
  if (deployed) {
    await scene.send(await scene.build({ kind: 'transfer', asset: TON, amount: 1n, to: idOf(bank.address) }));
  }
  return scene;
}
