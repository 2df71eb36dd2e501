import { encodeAbiParameters, type Hex } from 'viem';
import { readAbi } from '../../decode/abi-reader.ts';
import type { AbiValue } from '../../decode/abi-type.ts';
import { CAVEAT, CAVEAT_FIELDS, type Caveat, toCaveat } from './delegation.ts';

const bytesOf = (hex: Hex): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

/**
 * Terms of a caveat that holds where one of several groups holds. One delegation with alternatives has one budget; one
 * delegation for each would have as many.
 */
export function encodeAlternatives(groups: readonly (readonly Caveat[])[]): Hex {
  const components = [{ name: 'caveats', type: 'tuple[]', components: CAVEAT_FIELDS }] as const;
  return encodeAbiParameters([{ type: 'tuple[]', components }], [groups.map((caveats) => ({ caveats }))]);
}

/** The groups of such terms; undefined for any encoding but the canonical one. */
export function readAlternatives(terms: Hex): readonly (readonly Caveat[])[] | undefined {
  const values = readAbi(bytesOf(terms), 0, [{ list: { record: [{ list: CAVEAT }] } }]);
  const groups = values?.[0] as readonly (readonly [readonly AbiValue[]])[] | undefined;
  return groups?.map(([caveats]) => caveats.map(toCaveat));
}

/** The redeemer's word for the group at `index`; its caveats take no arguments. */
export function encodeChoice(index: number, size: number): Hex {
  const components = [
    { name: 'groupIndex', type: 'uint256' },
    { name: 'caveatArgs', type: 'bytes[]' },
  ] as const;
  return encodeAbiParameters(
    [{ type: 'tuple', components }],
    [{ groupIndex: BigInt(index), caveatArgs: Array.from({ length: size }, (): Hex => '0x') }],
  );
}

/** Whether `args` choose one of these groups, in the canonical encoding. */
export function isChoice(args: Hex, groups: readonly (readonly Caveat[])[]): boolean {
  const values = readAbi(bytesOf(args), 0, [{ record: ['uint256', { list: 'bytes' }] }]);
  const row = values?.[0] as readonly [bigint, readonly Uint8Array[]] | undefined;
  if (row === undefined || row[0] >= BigInt(groups.length)) return false;
  const index = Number(row[0]);
  return args === encodeChoice(index, groups[index]?.length ?? 0);
}
