import { encodeFunctionData, parseAbi } from 'viem';
import type { EvmAddress } from '../../address.ts';
import { malformed, readBytes, readHash, toQuantity } from '../../answer.ts';
import { readHead, readNonce } from '../../block.ts';
import type { RpcClient } from '../../client.ts';
import { readAbi } from '../../decode/abi-reader.ts';
import type { AbiType, AbiValue } from '../../decode/abi-type.ts';

const ABI = parseAbi([
  'function nonce() view returns (uint256)',
  'function VERSION() view returns (string)',
  'function getThreshold() view returns (uint256)',
  'function getOwners() view returns (address[])',
  'function getModulesPaginated(address start, uint256 pageSize) view returns (address[] array, address next)',
  'function proxyCreationCode() view returns (bytes)',
]);
const SENTINEL: EvmAddress = `0x${'0'.repeat(39)}1`;
/** `keccak256` of `guard_manager.guard.address`, `module_manager.module_guard.address` and `fallback_manager.handler.address`: who else has a say in a Safe. */
const POWERS = [
  '0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8',
  '0xb104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947',
  '0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5',
] as const;

/** What a Safe says of itself on the chain. */
export interface SafeState {
  readonly version: string;
  readonly owners: readonly EvmAddress[];
  readonly threshold: bigint;
  /** True where a module, a guard or a fallback handler is there too. */
  readonly hasOthers: boolean;
}

async function ask(
  client: RpcClient,
  to: EvmAddress,
  data: `0x${string}`,
  types: readonly AbiType[],
  at: string,
  signal?: AbortSignal,
): Promise<readonly AbiValue[]> {
  const answer = readBytes(await client.request('eth_call', [{ to, data }, at], signal), 'safe');
  const values = readAbi(new Uint8Array(Buffer.from(answer.slice(2), 'hex')), 0, types);
  if (values === null) throw malformed('safe');
  return values;
}

/** The Safe's next number and its sender's next nonce, of one and the same block. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function readCounts(
  client: RpcClient,
  safe: EvmAddress,
  sender: EvmAddress,
  signal?: AbortSignal,
): Promise<{ readonly orders: bigint; readonly senderNonce: bigint }> {
  const { number } = await readHead(client, 'latest', signal);
  const data = encodeFunctionData({ abi: ABI, functionName: 'nonce' });
  const [[orders], senderNonce] = await Promise.all([
    ask(client, safe, data, ['uint256'], toQuantity(number), signal),
    readNonce(client, sender, number, signal),
  ]);
  return { orders: orders as bigint, senderNonce: BigInt(senderNonce) };
}

/** The code that a factory makes accounts of. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function readProxyCode(client: RpcClient, factory: EvmAddress, signal?: AbortSignal): Promise<Uint8Array> {
  const [code] = await ask(
    client,
    factory,
    encodeFunctionData({ abi: ABI, functionName: 'proxyCreationCode' }),
    ['bytes'],
    'latest',
    signal,
  );
  return code as Uint8Array;
}

/** The version that a Safe or its singleton names. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function readVersion(client: RpcClient, safe: EvmAddress, signal?: AbortSignal): Promise<string> {
  const [text] = await ask(client, safe, encodeFunctionData({ abi: ABI, functionName: 'VERSION' }), ['bytes'], 'latest', signal);
  return Buffer.from(text as Uint8Array).toString('latin1');
}

/** Whether there is code at an address. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function hasCode(client: RpcClient, address: EvmAddress, signal?: AbortSignal): Promise<boolean> {
  return readBytes(await client.request('eth_getCode', [address, 'latest'], signal), 'code').length > 2;
}

/** Everything that has a say in a Safe. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function readSafe(client: RpcClient, safe: EvmAddress, signal?: AbortSignal): Promise<SafeState> {
  const call = (functionName: 'getOwners' | 'getThreshold', type: AbiType): Promise<readonly AbiValue[]> =>
    ask(client, safe, encodeFunctionData({ abi: ABI, functionName }), [type], 'latest', signal);
  const modules = encodeFunctionData({ abi: ABI, functionName: 'getModulesPaginated', args: [SENTINEL, 1n] });
  const [version, [owners], [threshold], [enabled], ...powers] = await Promise.all([
    readVersion(client, safe, signal),
    call('getOwners', { list: 'address' }),
    call('getThreshold', 'uint256'),
    ask(client, safe, modules, [{ list: 'address' }, 'address'], 'latest', signal),
    ...POWERS.map(async (slot) => readHash(await client.request('eth_getStorageAt', [safe, slot, 'latest'], signal), 'storage')),
  ]);
  const hasOthers = (enabled as readonly AbiValue[]).length > 0 || powers.some((word) => BigInt(word) !== 0n);
  return { version, owners: owners as readonly EvmAddress[], threshold: threshold as bigint, hasOthers };
}
