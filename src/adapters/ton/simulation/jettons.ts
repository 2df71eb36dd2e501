import type { TupleItem } from '@ton/core';
import { beginCell } from '@ton/core';
import { tokenAsset } from '../../../core/asset.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import { accountOf, addressOf } from '../address.ts';
import type { TonClient } from '../client.ts';
import { KNOWN_WALLET_CODE_HASHES } from '../wallet-contract.ts';
import type { Libraries } from './libraries.ts';
import type { Machine, Surroundings } from './machine.ts';
import type { RemoteStorage } from './remote-storage.ts';
import type { Standing } from './standing.ts';

/** Ids of get methods: CRC-16 of the name, with bit 16 set. */
const GET_WALLET_DATA = 97_026;
const GET_WALLET_ADDRESS = 103_289;
const GET_NFT_DATA = 102_351;
/** Minters' answers that are kept per client. Each belongs to one code and data of the minter, so it does not grow old. */
const MAX_KEPT = 4_096;
/** Most tokens of one kind that an account can hold: 120 bits. */
const MAX_AMOUNT = 2n ** 120n - 1n;

/** What an account says that it keeps, before anybody has confirmed it. */
interface Claim {
  readonly owner: AccountId;
  readonly minter: AccountId;
  readonly amount: bigint;
}

/** What an account keeps for its owner, by the word of the token's own minter. */
export interface Holding {
  readonly owner: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
}

/** Reads who keeps which tokens for whom. */
export interface JettonReader {
  /** Null for an account that keeps none, or that the minter does not know. */
  holding(account: AccountId, standing: Standing): Promise<Holding | null>;
  /** The account that keeps the minter's tokens for `owner`; null where the minter does not say. */
  accountOfOwner(minter: AccountId, owner: AccountId): Promise<AccountId | null>;
  /** The same from memory, without any reading: right unless the minter has changed. */
  guess(minter: AccountId, owner: AccountId): AccountId | null;
  /** Who owns the account as an item of a collection, by its own word (TEP-62); null where nobody does, or it is none. */
  itemOwner(account: AccountId, standing: Standing): Promise<AccountId | null>;
  /** Accounts whose word the minter did not confirm. */
  readonly unconfirmed: ReadonlySet<AccountId>;
}

interface Memory {
  readonly accounts: Map<string, AccountId | null>;
  readonly guesses: Map<string, AccountId>;
}

const memories = new WeakMap<TonClient, Memory>();

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  for (const oldest of map.keys()) {
    if (map.size < MAX_KEPT) break;
    map.delete(oldest);
  }
  map.set(key, value);
}

function readAddress(item: TupleItem | undefined, client: TonClient): AccountId | null {
  if (item === undefined || (item.type !== 'slice' && item.type !== 'cell')) return null;
  try {
    const slice = item.cell.beginParse();
    const address = slice.loadAddress();
    slice.endParse();
    return accountOf(client.chain, address);
  } catch {
    return null;
  }
}

/** `(int balance, slice owner, slice minter, cell code)` of TEP-74. */
function readClaim(stack: readonly TupleItem[] | null, client: TonClient): Claim | null {
  if (stack === null || stack.length < 4) return null;
  const [balance] = stack;
  if (balance?.type !== 'int' || balance.value < 0n || balance.value > MAX_AMOUNT) return null;
  const owner = readAddress(stack[1], client);
  const minter = readAddress(stack[2], client);
  return owner === null || minter === null ? null : { owner, minter, amount: balance.value };
}

const stateKey = ({ code, data }: Standing): string => `${code?.hash().toString('hex')}/${data?.hash().toString('hex')}`;

/**
 * Makes the reader of one simulation. Get methods run here, on the states of the simulation, so nobody else is asked; one
 * that fails or answers nonsense says nothing.
 */
export function createJettonReader(
  client: TonClient,
  machine: Machine,
  storage: RemoteStorage,
  libraries: Libraries,
  around: Surroundings,
): JettonReader {
  const memory: Memory = memories.get(client) ?? { accounts: new Map(), guesses: new Map() };
  memories.set(client, memory);
  const unconfirmed = new Set<AccountId>();
  // Of this moment only: a balance may grow with time.
  const claims = new Map<string, Promise<Claim | null>>();

  const ask = async (account: AccountId, standing: Standing, method: number, stack: readonly TupleItem[]) => {
    await libraries.cover([standing.code]);
    return machine.ask(addressOf(account, client.chain), standing, method, stack, { ...around, libraries: libraries.root });
  };
  const claimOf = (account: AccountId, standing: Standing): Promise<Claim | null> => {
    const key = `${account}/${stateKey(standing)}`;
    const known = claims.get(key);
    if (known !== undefined) return known;
    const claim = ask(account, standing, GET_WALLET_DATA, []).then((stack) => readClaim(stack, client));
    claims.set(key, claim);
    return claim;
  };
  const accountOfOwner = async (minter: AccountId, owner: AccountId): Promise<AccountId | null> => {
    const standing = await storage.get(minter);
    if (standing.state !== 'active') return null;
    const key = `${minter}/${stateKey(standing)}/${owner}`;
    const known = memory.accounts.get(key);
    if (known !== undefined) return known;
    const cell = beginCell().storeAddress(addressOf(owner, client.chain)).endCell();
    const stack = await ask(minter, standing, GET_WALLET_ADDRESS, [{ type: 'slice', cell }]);
    const account = readAddress(stack?.[0], client);
    remember(memory.accounts, key, account);
    if (account !== null) remember(memory.guesses, `${minter}/${owner}`, account);
    return account;
  };
  return {
    accountOfOwner,
    guess: (minter, owner) => memory.guesses.get(`${minter}/${owner}`) ?? null,
    unconfirmed,
    async itemOwner(account, standing) {
      if (standing.state !== 'active' || standing.code === null) return null;
      if (KNOWN_WALLET_CODE_HASHES.has(standing.code.hash().toString('hex'))) return null;
      // (int initialised, int index, slice collection, slice owner, cell content)
      const stack = await ask(account, standing, GET_NFT_DATA, []);
      const [initialised] = stack ?? [];
      if (stack?.length !== 5 || initialised?.type !== 'int' || initialised.value === 0n) return null;
      return readAddress(stack[3], client);
    },
    async holding(account, standing) {
      if (standing.state !== 'active' || standing.code === null) return null;
      if (KNOWN_WALLET_CODE_HASHES.has(standing.code.hash().toString('hex'))) return null;
      const claim = await claimOf(account, standing);
      if (claim === null) return null;
      const { owner, minter, amount } = claim;
      if ((await accountOfOwner(minter, owner)) === account) return { owner, asset: tokenAsset(client.chain, minter), amount };
      unconfirmed.add(account);
      return null;
    },
  };
}
