import { knownContracts } from '../../../src/adapters/evm/decode/index.ts';
import { readSignature, type SignatureFacts } from '../../../src/adapters/evm/signatures/index.ts';
import type { AccountId, AssetId, ChainId, Effect, SignatureReading } from '../../../src/core/index.ts';
import { isCastellanError } from '../../../src/core/index.ts';

export const CHAIN = 'eip155:1' as ChainId;
export const on = (address: string, chain: ChainId = CHAIN): AccountId => `${chain}:${address.toLowerCase()}` as AccountId;
export const erc20 = (address: string, chain: ChainId = CHAIN): AssetId => `${chain}/erc20:${address.toLowerCase()}` as AssetId;
export const ETH = `${CHAIN}/slip44:60` as AssetId;

export const ME = '0x00000000000000000000000000000000000000aa';
export const EVE = '0x00000000000000000000000000000000000000ee';
export const SHOP = '0x00000000000000000000000000000000000000bb';
export const USD = '0x00000000000000000000000000000000000000c1';
export const STRANGE = '0x00000000000000000000000000000000000000c2';
export const DELEGATE = '0x00000000000000000000000000000000000000d1';

/** What a deployment knows that lists one token and one implementation. */
export const FACTS: SignatureFacts = {
  known: knownContracts(new Map([[USD, erc20(USD)]]), [], new Set([DELEGATE])),
};

type Fields = readonly (readonly [name: string, type: string])[];

/** Typed data with the parts that differ. Numbers are written as decimal text. */
export interface TypedParts {
  readonly types: Readonly<Record<string, Fields>>;
  readonly primaryType: string;
  readonly message: unknown;
  readonly contract?: string;
  readonly chainId?: number;
  readonly domain?: Readonly<Record<string, unknown>>;
}

export function typed({ types, primaryType, message, contract = USD, chainId = 1, domain }: TypedParts): string {
  const named = Object.entries(types).map(([name, fields]) => [name, fields.map(([field, type]) => ({ name: field, type }))]);
  return JSON.stringify(
    {
      types: Object.fromEntries(named),
      primaryType,
      domain: domain ?? { name: 'Test', version: '1', chainId, verifyingContract: contract },
      message,
    },
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
}

export function readTyped(
  parts: TypedParts | string,
  facts: SignatureFacts = FACTS,
  chain = CHAIN,
  wallet = on(ME, chain),
): SignatureReading {
  return readSignature({ kind: 'typed_data', json: typeof parts === 'string' ? parts : typed(parts) }, chain, wallet, facts);
}

export function readText(message: string | Uint8Array, wallet = on(ME)): SignatureReading {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  return readSignature({ kind: 'message', bytes }, CHAIN, wallet, FACTS);
}

/** The reason of the refusal; fails where nothing was refused, or not in the one way that refusals come. */
export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'PAYLOAD_UNDECODABLE') throw error;
    return String(error.details['reason']);
  }
  return 'NOT REFUSED';
}

type EffectOf<K extends Effect['kind']> = Effect extends infer E
  ? E extends Effect
    ? K extends E['kind']
      ? E & { kind: K }
      : never
    : never
  : never;

export function only<K extends Effect['kind']>(reading: SignatureReading, kind: K): readonly EffectOf<K>[] {
  return reading.effects.filter((effect) => effect.kind === kind) as unknown as readonly EffectOf<K>[];
}

export const hazards = (reading: SignatureReading): readonly string[] => only(reading, 'hazard').map(({ hazard }) => hazard);
