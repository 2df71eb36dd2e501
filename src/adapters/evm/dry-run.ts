import { taggedDigest } from '../../core/digest.ts';
import type { StateOverrides } from './accounts/account-model.ts';
import type { EvmAddress } from './address.ts';
import { hexOf } from './address.ts';
import { malformed, readBytes, readList, readObject, readQuantity, toQuantity } from './answer.ts';
import type { Block } from './block.ts';
import type { RpcClient } from './client.ts';
import type { Envelope } from './envelope.ts';
import type { Log } from './events.ts';
import { readLogs } from './events.ts';

/** What one simulated call came to. */
export interface CallResult {
  readonly success: boolean;
  readonly returnData: `0x${string}`;
  readonly gasUsed: bigint;
  readonly logs: readonly Log[];
}

/** A question to a contract, asked inside the simulated block. */
export interface ProbeCall {
  readonly to: EvmAddress;
  readonly input: `0x${string}`;
}

/** The block that is pretended: unlike the simulator's default of zeros, one that could be real. */
export interface Surroundings {
  readonly overrides: Readonly<Record<string, string>>;
  /** Who asks the probes: an address that no contract can know beforehand. */
  readonly prober: EvmAddress;
  /** Where the balance reader is put; empty on the real chain. */
  readonly reader: EvmAddress;
  /** State that stands in for what is still to be signed. */
  readonly pretended: StateOverrides;
}

/** `BALANCE(calldata[0..32])`, returned: PUSH0 CALLDATALOAD BALANCE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN. */
const BALANCE_READER = '0x5f35315f5260205ff3';
/** Gas for one probe. A proxy's balanceOf takes about 30,000. */
export const PROBE_GAS = 100_000n;
const SECONDS_PER_BLOCK = 12;

/** A word that follows from the bytes, another one for each label. */
function derived(payload: Uint8Array, label: string): `0x${string}` {
  return `0x${taggedDigest(`castellan.simulation.${label}`, payload)}`;
}

function derivedAddress(payload: Uint8Array, label: string): EvmAddress {
  return `0x${derived(payload, label).slice(-40)}`;
}

/**
 * Two different next blocks for the same bytes. A contract that tells a dry run from the real thing by fee recipient, number,
 * time or randomness behaves differently in one of them, and is found out.
 */
export function surroundings(payload: Uint8Array, head: Block, variation: 0 | 1, pretended: StateOverrides = {}): Surroundings {
  const known = variation === 0 && BigInt(head.feeRecipient) !== 0n;
  const ahead = variation === 0 ? 1 : 2;
  return {
    overrides: {
      number: toQuantity(head.number + ahead),
      time: toQuantity(head.timestampMs / 1_000 + SECONDS_PER_BLOCK * ahead),
      feeRecipient: known ? head.feeRecipient : derivedAddress(payload, `recipient-${variation}`),
      baseFeePerGas: toQuantity(head.baseFeePerGas),
      prevRandao: derived(payload, `randao-${variation}`),
    },
    prober: derivedAddress(payload, `prober-${variation}`),
    reader: derivedAddress(payload, `reader-${variation}`),
    pretended,
  };
}

/** The transaction as a call. Its nonce is the node's to fill: earlier ones of ours may still wait. */
export function transactionCall(envelope: Envelope, from: EvmAddress): Readonly<Record<string, unknown>> {
  return {
    from,
    ...(envelope.to === null ? {} : { to: envelope.to }),
    value: toQuantity(envelope.value),
    input: hexOf(envelope.data),
    gas: toQuantity(envelope.gas),
    maxFeePerGas: toQuantity(envelope.maxFeePerGas),
    maxPriorityFeePerGas: toQuantity(envelope.maxPriorityFeePerGas),
    ...(envelope.accessList.length === 0 ? {} : { accessList: envelope.accessList }),
    ...(envelope.authorizations.length === 0 ? {} : { authorizationList: envelope.authorizations.map(asRequested) }),
  };
}

/** An authorization (EIP-7702) as the method's parameters spell it. */
function asRequested({ chainId, address, nonce, signature }: Envelope['authorizations'][number]): Readonly<Record<string, string>> {
  const { odd, r, s } = signature;
  return {
    chainId: toQuantity(chainId),
    address,
    nonce: toQuantity(nonce),
    yParity: toQuantity(odd),
    r: toQuantity(r),
    s: toQuantity(s),
  };
}

function readCalls(answer: unknown, count: number): readonly CallResult[] {
  // Some nodes also show the empty blocks below a number that was skipped to.
  const block = readObject(readList(answer, 'simulation', 4).at(-1), 'simulation');
  const calls = readList(block['calls'], 'simulation.calls', count);
  if (calls.length !== count) throw malformed('simulation.calls');
  return calls.map((entry) => {
    const fields = readObject(entry, 'simulation.call');
    const status = readQuantity(fields['status'], 'simulation.status');
    if (status > 1n) throw malformed('simulation.status');
    return {
      success: status === 1n,
      returnData: readBytes(fields['returnData'], 'simulation.returnData'),
      gasUsed: readQuantity(fields['gasUsed'], 'simulation.gasUsed'),
      logs: readLogs(fields['logs'] ?? []),
    };
  });
}

/** First pass: the transaction alone, as strictly as the node can. @throws CHAIN_REJECTED where the node will not run it */
export async function runAlone(
  client: RpcClient,
  call: Readonly<Record<string, unknown>>,
  head: Block,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<CallResult> {
  const block = { blockOverrides: around.overrides, stateOverrides: around.pretended, calls: [call] };
  const request = { blockStateCalls: [block], traceTransfers: true, validation: true };
  const [result] = readCalls(await client.request('eth_simulateV1', [request, toQuantity(head.number)], signal), 1);
  return result as CallResult;
}

/**
 * Second pass: the probes in the same pretended block, after the transaction or without it. The transaction runs first, so
 * that nothing can notice that it is going to be asked about.
 */
export async function runProbes(
  client: RpcClient,
  call: Readonly<Record<string, unknown>> | null,
  probes: readonly ProbeCall[],
  head: Block,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<readonly CallResult[]> {
  const asked = probes.map(({ to, input }) => ({ from: around.prober, to, input, gas: toQuantity(PROBE_GAS) }));
  const calls = call === null ? asked : [call, ...asked];
  const stateOverrides = { ...around.pretended, [around.reader]: { code: BALANCE_READER } };
  const request = {
    blockStateCalls: [{ blockOverrides: around.overrides, stateOverrides, calls }],
    traceTransfers: true,
    validation: false,
  };
  return readCalls(await client.request('eth_simulateV1', [request, toQuantity(head.number)], signal), calls.length);
}
