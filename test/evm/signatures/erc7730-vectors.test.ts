import { readdirSync } from 'node:fs';
import { hashTypedData } from 'viem';
import { expect, it } from 'vitest';
import type { ChainId } from '../../../src/core/index.ts';
import { keccak256, toChecksumAddress, toHex } from '../../../src/core/index.ts';
import { describeVectors, vectorJson } from '../../vectors.ts';
import { erc20, FACTS, hazards, on, only, readTyped, refusal } from './order-fixture.ts';

interface Vector {
  readonly description: string;
  readonly data: {
    readonly primaryType: string;
    readonly domain: { readonly chainId?: number; readonly verifyingContract: string };
    readonly message: Readonly<Record<string, string | number>>;
  };
  readonly expectedTexts: readonly string[];
}

/** Who signs: whom the message names. */
const SIGNERS = ['owner', 'from', 'maker'] as const;
/** Of both UniswapX orders. */
const SWAPPER = '0xd8da6bf26964af9d7eed9e03e53415d37aa96045';
const NOBODY = '0x00000000000000000000000000000000000000aa';

describeVectors('erc7730', 'typed data that others describe for people', (folder) => {
  const vectors = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /tests\/eip712-.*\.json$/.test(path))
    .sort()
    .flatMap((path) => vectorJson<{ tests: readonly Vector[] }>(folder, path).tests.map((vector): [string, Vector] => [path, vector]));

  const signerOf = ({ message, primaryType }: Vector['data']): string =>
    primaryType === 'PermitWitnessTransferFrom'
      ? SWAPPER
      : String(SIGNERS.map((name) => message[name]).find((value) => value !== undefined) ?? NOBODY);
  /** Some of them spell an address with a wrong checksum; that is its own test. */
  const repaired = (vector: Vector): string =>
    JSON.stringify(vector.data, (_key, value: unknown) =>
      typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value) ? toChecksumAddress(value.toLowerCase()) : value,
    );
  const read = (vector: Vector, json = repaired(vector)) => {
    const chain = `eip155:${vector.data.domain.chainId ?? 137}` as ChainId;
    return { chain, reading: readTyped(json, FACTS, chain, on(signerOf(vector.data), chain)) };
  };
  const shown = ({ expectedTexts }: Vector): string => expectedTexts.join('|').replaceAll(' ', '').toLowerCase();

  it('holds what this test stands on', () => expect(vectors.length).toBeGreaterThan(40));

  it('hashes each of them as a second implementation does', () => {
    for (const [path, vector] of vectors) {
      const { reading } = read(vector);
      expect([path, toHex(keccak256(reading.payload))]).toEqual([path, hashTypedData(JSON.parse(repaired(vector))).slice(2)]);
    }
  });

  it('refuses the ones that spell an address wrongly', () => {
    const wrong = vectors.filter(([, vector]) => {
      const reason = refusal(() => read(vector, JSON.stringify(vector.data)));
      if (reason !== 'NOT REFUSED') expect(reason).toBe('address_checksum');
      return reason !== 'NOT REFUSED';
    });
    expect(wrong.length).toBe(11);
  });

  it('finds in each permit and payment the spender or receiver, the amount and the end that people are shown', () => {
    let seen = 0;
    const agrees = (vector: Vector, amount: bigint, expiresAtMs: number | null): void => {
      const text = shown(vector);
      if (!/[0-9]/.test(text)) return;
      if (amount < 2n ** 255n) expect(text.replaceAll('.', '')).toContain(String(amount).replace(/0+$/, ''));
      if (expiresAtMs !== null) expect(text).toContain(new Date(expiresAtMs).toISOString().slice(0, 10));
    };
    for (const [path, vector] of vectors) {
      const { chain, reading } = read(vector);
      const { message, domain, primaryType } = vector.data;
      if (reading.standard === 'eip2612') {
        const [allowance] = only(reading, 'allowance');
        const value = BigInt(message['value'] as string);
        expect([path, allowance]).toEqual([
          path,
          expect.objectContaining({
            asset: erc20(domain.verifyingContract, chain),
            spender: on(message['spender'] as string, chain),
            owner: on(message['owner'] as string, chain),
          }),
        ]);
        expect(allowance?.amount).toBe(value >= 2n ** 255n ? 'unlimited' : value);
        if (shown(vector).includes('0x')) expect(shown(vector)).toContain(String(message['spender']).toLowerCase());
        agrees(vector, value, reading.expiresAtMs);
        expect(reading.expiresAtMs === null).toBe(hazards(reading).includes('never_expires'));
        seen += 1;
      }
      if (primaryType === 'TransferWithAuthorization') {
        const [outflow] = only(reading, 'outflow');
        expect(outflow).toMatchObject({
          counterparty: on(message['to'] as string, chain),
          amount: BigInt(message['value'] as string),
          asset: erc20(domain.verifyingContract, chain),
        });
        if (shown(vector).includes('0x')) expect(shown(vector)).toContain(String(message['to']).toLowerCase());
        agrees(vector, BigInt(message['value'] as string), reading.expiresAtMs);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThanOrEqual(30);
  });

  it('knows a kind or knows that it does not: nothing in between', () => {
    const standards = new Map<string, string[]>();
    for (const [, vector] of vectors) {
      const { reading } = read(vector);
      expect(reading.complete).toBe(only(reading, 'unknown').length === 0);
      if (reading.standard === 'unknown') expect(reading.complete).toBe(false);
      standards.set(reading.standard, [...new Set([...(standards.get(reading.standard) ?? []), vector.data.primaryType])]);
    }
    expect(Object.fromEntries(standards)).toEqual({
      eip2612: ['Permit'],
      eip3009_transfer: ['TransferWithAuthorization'],
      one_inch_order: ['Order'],
      uniswapx: ['PermitWitnessTransferFrom'],
      votes_delegation: ['Delegation'],
      ballot: ['Ballot'],
      meta_transaction: ['MetaTransaction'],
      unknown: expect.arrayContaining([
        'OrderStructure',
        'AccountUpdate',
        'Session',
        'HyperliquidTransaction:Withdraw',
        'mint',
        'feeApproval',
        'Mint1155',
      ]),
    });
  });
});
