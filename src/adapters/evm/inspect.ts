import type { ContractFacts, PinnedCode } from '../../core/chain-adapter.ts';
import { keccak256, toHex } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountOf, addressOf, type EvmAddress } from './address.ts';
import { malformed, readBytes } from './answer.ts';
import { readHead } from './block.ts';
import type { RpcClient } from './client.ts';
import { selectorOf } from './decode/index.ts';

/** `keccak256('eip1967.proxy.<name>') - 1`, see EIP-1967. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';
const BEACON_SLOT = '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50';
/** EIP-1167, with the target between them. */
const MINIMAL_PROXY = /^0x363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3$/;
/** EIP-7702: an account that runs somebody else's code. */
const DELEGATED = /^0xef0100([0-9a-f]{40})$/;
/** How the proxies of Safe begin: they run what stands in their first slot, and answer `masterCopy()` with it. */
const SAFE_PROXY = /^0x608060405273ffffffffffffffffffffffffffffffffffffffff600054167fa619486e0{56}/;
const OWNER = selectorOf('owner()');
const BEACON_TARGET = selectorOf('implementation()');
const WORD = /^0x0{24}([0-9a-f]{40})$/;
const ZERO = `0x${'0'.repeat(40)}`;
/** Contracts of one question. */
const MAX_ACCOUNTS = 64;

/** A block by its hash, so that what is read is of one state. */
export type AtBlock = { readonly blockHash: string; readonly requireCanonical: true };

/** One word of a contract's storage as an address; null where it holds none, which is no address at all. */
async function slotAddress(
  client: Pick<RpcClient, 'request'>,
  address: EvmAddress,
  slot: string,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<EvmAddress | null> {
  const word = readBytes(await client.request('eth_getStorageAt', [address, slot, at], signal), 'storage');
  if (word.length !== 66) throw malformed('storage');
  const match = WORD.exec(word);
  return match === null || `0x${match[1]}` === ZERO ? null : `0x${match[1]}`;
}

/** What a method without arguments names; null where the contract has none or answers anything but one address. */
async function named(
  client: Pick<RpcClient, 'request'>,
  to: EvmAddress,
  data: string,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<EvmAddress | null> {
  try {
    const match = WORD.exec(readBytes(await client.request('eth_call', [{ to, data }, at], signal), 'call'));
    return match === null ? null : `0x${match[1]}`;
  } catch (error) {
    // The contract said no; a node that says so of itself was asked again elsewhere already.
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return null;
    throw error;
  }
}

async function implementationOf(
  client: Pick<RpcClient, 'request'>,
  address: EvmAddress,
  code: string,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<EvmAddress | null> {
  const fixed = MINIMAL_PROXY.exec(code) ?? DELEGATED.exec(code);
  if (fixed !== null) return `0x${fixed[1]}`;
  if (SAFE_PROXY.test(code)) return slotAddress(client, address, '0x0', at, signal);
  const direct = await slotAddress(client, address, IMPLEMENTATION_SLOT, at, signal);
  if (direct !== null) return direct;
  const beacon = await slotAddress(client, address, BEACON_SLOT, at, signal);
  return beacon === null ? null : named(client, beacon, BEACON_TARGET, at, signal);
}

/** Opcodes that run another contract's code, and the first and last of those that carry data along. */
const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** Whether code can run another contract's as its own: without such an instruction it is no proxy of any kind. */
function runsOthers(code: Uint8Array): boolean {
  for (let at = 0; at < code.length; at += 1) {
    const opcode = code[at] as number;
    if (opcode === DELEGATECALL || opcode === CALLCODE) return true;
    // Execution never enters the data of a push.
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return false;
}

/** What code itself says. */
interface CodeFacts {
  readonly codeHash: string;
  /** Whether calls may run what is not in it. */
  readonly isProxy: boolean;
}

/** Codes whose facts are kept: hashing takes milliseconds, and wallets call the same few contracts. */
const MAX_KEPT = 64;
/** Longest code that a contract may have (EIP-170) as hex with `0x`; what claims to be longer is not kept. */
const LONGEST_KEPT = 2 + 2 * 24_576;
const kept = new Map<string, CodeFacts>();

function factsOf(code: string): CodeFacts {
  const known = kept.get(code);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(Buffer.from(code.slice(2), 'hex'));
  const facts = { codeHash: toHex(keccak256(bytes)), isProxy: runsOthers(bytes) || DELEGATED.test(code) };
  if (code.length > LONGEST_KEPT) return facts;
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(code, facts);
  return facts;
}

/** What a call of the contract runs, by the block of `at`; see {@link inspect}. */
export async function readCode(
  client: Pick<RpcClient, 'request'>,
  chain: ChainId,
  account: AccountId,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<PinnedCode> {
  const address = addressOf(account, chain);
  const code = readBytes(await client.request('eth_getCode', [address, at], signal), 'code');
  if (code === '0x') return { account, codeHash: null, implementation: null, admin: null };
  const { codeHash, isProxy } = factsOf(code);
  if (!isProxy) return { account, codeHash, implementation: null, admin: null };
  const [implementation, admin] = await Promise.all([
    implementationOf(client, address, code, at, signal),
    slotAddress(client, address, ADMIN_SLOT, at, signal),
  ]);
  const toAccount = (found: EvmAddress | null): AccountId | null => (found === null ? null : accountOf(chain, found));
  return { account, codeHash, implementation: toAccount(implementation), admin: toAccount(admin) };
}

async function inspectOne(
  client: RpcClient,
  chain: ChainId,
  account: AccountId,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<ContractFacts> {
  const [code, owner] = await Promise.all([
    readCode(client, chain, account, at, signal),
    named(client, addressOf(account, chain), OWNER, at, signal),
  ]);
  return { ...code, owner: code.codeHash === null || owner === null ? null : accountOf(chain, owner) };
}

/**
 * What contracts are made of by the newest block, all of one state: code, the slots of EIP-1967, the target of EIP-1167 and
 * EIP-7702, a Safe's singleton, and `owner()`. What a proxy of another kind runs is not known, and null.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT; REQUEST_INVALID for what is not on this chain, and for over 64 accounts
 */
export async function inspect(
  client: RpcClient,
  chain: ChainId,
  accounts: readonly AccountId[],
  signal?: AbortSignal,
): Promise<readonly ContractFacts[]> {
  if (accounts.length > MAX_ACCOUNTS)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too many contracts are asked for.', details: { most: MAX_ACCOUNTS } });
  const { hash } = await readHead(client, 'latest', signal);
  const at: AtBlock = { blockHash: hash, requireCanonical: true };
  return Promise.all(accounts.map((account) => inspectOne(client, chain, account, at, signal)));
}
