import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { expect, it } from 'vitest';
import { walletOf } from '../../src/adapters/evm/assemble.ts';
import { readAbi } from '../../src/adapters/evm/decode/abi-reader.ts';
import { parseSignature } from '../../src/adapters/evm/decode/abi-signature.ts';
import type { AbiValue } from '../../src/adapters/evm/decode/abi-type.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../src/adapters/evm/rlp.ts';
import { readSigned } from '../../src/adapters/evm/signed-transaction.ts';
import type { ChainId } from '../../src/core/index.ts';
import { isCastellanError, toHex } from '../../src/core/index.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/^0x/, ''), 'hex'));
const MAINNET = 'eip155:1' as ChainId;

interface Expected {
  readonly exception?: string;
  readonly hash?: string;
  readonly sender?: string;
  readonly intrinsicGas?: string;
}
interface Row {
  readonly result: Readonly<Record<string, Expected>>;
  readonly txbytes: string;
}

/** What each expected refusal may be called here: one kind of mistake each, though not always the first that both readers meet. */
const REASONS: readonly (readonly [RegExp, RegExp])[] = [
  [/ACCESS_LIST/, /^field_invalid accessList$/],
  [/ADDRESS_TOO/, /^field_invalid to$/],
  [/EC_RECOVERY|INVALID_SIGNATURE|INVALID_VRS|SIGNATURE_[RS]$/, /^(signature_invalid|field_invalid [rs]|rlp_|chain_id)/],
  [/PRODUCT_OVERFLOW/, /^fee_out_of_range/],
  [/GASPRICE_OVERFLOW|MAX_FEE.*OVERFLOW|FEE_PER_GAS_OVERFLOW/, /^field_invalid max/],
  [/PRIORITY_GREATER/, /^tip_above_max_fee/],
  [/INTRINSIC_GAS/, /^intrinsic_gas_too_low/],
  [/INVALID_CHAINID/, /^(chain_id_|field_invalid v$|signature_invalid|integer_not_canonical v$)/],
  [/TYPE_NOT_SUPPORTED/, /^type_unsupported/],
  [/TOO_MANY|TOO_FEW/, /^field_count/],
  [/LEADING_ZEROS/, /^(integer_not_canonical|rlp_not_canonical|field_invalid)/],
  [/RLP_ERROR|RLP_EXPECTED|RLP_INVALID/, /^(rlp_|field_|integer_|empty)/],
];

/** What our reader says of a signed transaction for Ethereum, where one without a chain is taken as the corpus takes it. */
function read(raw: Uint8Array): Expected {
  try {
    const signed = readSigned(raw, MAINNET);
    return { hash: signed.hash, sender: signed.sender, intrinsicGas: `0x${signed.intrinsicGas.toString(16)}` };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    expect(error.code).toBe('PAYLOAD_UNDECODABLE');
    return { exception: [error.details['reason'], error.details['field']].filter((part) => part !== undefined).join(' ') };
  }
}

describeVectors('ethereum-tests', 'Ethereum’s own tests', (folder) => {
  const groups = readdirSync(join(folder, 'TransactionTests'));

  it.each(groups)('signed transactions: %s', (group) => {
    let rows = 0;
    for (const file of readdirSync(join(folder, 'TransactionTests', group))) {
      for (const [name, row] of Object.entries(vectorJson<Record<string, Row>>(folder, 'TransactionTests', group, file))) {
        rows += 1;
        const expected = row.result['Cancun'] ?? row.result['Shanghai'] ?? (row.result['London'] as Expected);
        const found = read(bytes(row.txbytes));
        const exception = expected.exception;
        if (exception === undefined) {
          const { hash, sender } = expected;
          expect(found, name).toEqual({ hash, sender, intrinsicGas: `0x${BigInt(expected.intrinsicGas as string).toString(16)}` });
          continue;
        }
        expect(found.exception, `${name}: ${exception}`).toBeDefined();
        const known = REASONS.find(([theirs]) => theirs.test(exception));
        if (known !== undefined) expect(found.exception, `${name}: ${exception}`).toMatch(known[1]);
      }
    }
    expect(rows).toBeGreaterThan(0);
  });

  it('RLP that is none is refused, and all other is read and written again', () => {
    const items = (value: unknown): RlpItem => {
      if (Array.isArray(value)) return value.map(items);
      if (typeof value === 'string' && !value.startsWith('#')) return new TextEncoder().encode(value);
      const number = BigInt(typeof value === 'string' ? value.slice(1) : String(value)).toString(16);
      return number === '0' ? new Uint8Array(0) : bytes(number.length % 2 === 0 ? number : `0${number}`);
    };
    for (const [name, { in: said, out }] of Object.entries(
      vectorJson<Record<string, { in: unknown; out: string }>>(folder, 'RLPTests', 'rlptest.json'),
    )) {
      expect(toHex(encodeRlp(items(said))), name).toBe(out.replace('0x', ''));
      expect(toHex(encodeRlp(decodeRlp(bytes(out)))), name).toBe(out.replace('0x', ''));
    }
    for (const [name, { out }] of Object.entries(vectorJson<Record<string, { out: string }>>(folder, 'RLPTests', 'invalidRLPTest.json')))
      expect(() => decodeRlp(bytes(out)), name).toThrow(/^PAYLOAD_UNDECODABLE/);
  });

  it('arguments are what the ABI says', () => {
    const plain = (value: AbiValue, said: unknown): unknown => {
      if (value instanceof Uint8Array) return new TextDecoder().decode(value);
      if (typeof value === 'string' && typeof said === 'string' && !said.startsWith('0x'))
        return Buffer.from(value.slice(2), 'hex').toString();
      if (typeof value === 'object') return value.map((part, index) => plain(part, (said as unknown[])[index]));
      return typeof value === 'bigint' ? Number(value) : value;
    };
    const rows = vectorJson<Record<string, { args: unknown[]; result: string; types: string[] }>>(
      folder,
      'ABITests',
      'basic_abi_tests.json',
    );
    for (const [name, { args, result, types }] of Object.entries(rows)) {
      const values = readAbi(bytes(result), 0, parseSignature(`f(${types.join(',')})`).types);
      expect(
        values?.map((value, index) => plain(value, args[index])),
        name,
      ).toEqual(args);
    }
  });

  it('keys have their addresses', () => {
    for (const { key, addr } of vectorJson<{ key: string; addr: string }[]>(folder, 'BasicTests', 'keyaddrtest.json'))
      expect(walletOf(bytes(privateKeyToAccount(`0x${key}`).publicKey), MAINNET)).toBe(`eip155:1:0x${addr}`);
  });
});

it('a lone clone has rows of its own: one that holds, and one of each kind that does not', () => {
  const good =
    '0xf864808504a817c800825208943535353535353535353535353535353535353535808025a0044852b2a670ade5407e78fb2863c51de9fcb96542a07186fe3aeda6bb8a116da0044852b2a670ade5407e78fb2863c51de9fcb96542a07186fe3aeda6bb8a116d';
  expect(read(bytes(good))).toEqual({
    hash: '0xb1e2188bc490908a78184e4818dca53684167507417fdb4c09c2d64d32a9896a',
    sender: '0xf0f6f18bca1b28cd68e4357452947e021241e9ce',
    intrinsicGas: '0x5208',
  });
  const broken: readonly (readonly [string, string])[] = [
    [`${good}00`, 'rlp_trailing_bytes'],
    [good.slice(0, -2), 'rlp_truncated'],
    [good.replace('808025a0', '808027a0'), 'chain_id_mismatch'],
    [good.replace('808025a0', '80801da0'), 'chain_id_invalid'],
    [good.replace('825208', '825207'), 'intrinsic_gas_too_low'],
    [good.replace('8504a817c800', '850000000001'), 'integer_not_canonical gasPrice'],
    [`${good.slice(0, -64)}${'ff'.repeat(32)}`, 'signature_invalid'],
  ];
  for (const [raw, reason] of broken) expect(read(bytes(raw)).exception).toBe(reason);
});
