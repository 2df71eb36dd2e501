import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountId,
  accountAddress,
  accountChain,
  accountKey,
  type ChainId,
  displayForms,
  parseAccount,
  parseEvmAddress,
  parseTonAddress,
  toChecksumAddress,
  toFriendlyTonAddress,
} from '../../src/core/index.ts';
import { describeVectors, vectorJson } from '../vectors.ts';
import { expectCode } from './expect-code.ts';

const MAIN = 'eip155:1' as ChainId;
const TON = 'ton:-239' as ChainId;
const TON_TEST = 'ton:-3' as ChainId;
const EVM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const URL64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const accepted = (text: string, chain?: ChainId): AccountId | undefined => {
  try {
    return parseAccount(text, chain);
  } catch {
    return undefined;
  }
};

const evmHash = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const tonRaw = fc
  .tuple(fc.constantFrom('0', '-1'), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([workchain, bytes]) => `${workchain}:${Buffer.from(bytes).toString('hex')}`);

describe('EVM accounts', () => {
  it('one account however it is spelled', () => {
    const id = `eip155:1:${EVM.toLowerCase()}`;
    for (const text of [EVM, EVM.toLowerCase(), `0x${EVM.slice(2).toUpperCase()}`, `eip155:1:${EVM}`, id])
      expect(parseAccount(text, MAIN)).toBe(id);
    expect(parseAccount(id)).toBe(id);
    expect(accountChain(id as AccountId)).toBe(MAIN);
    expect(accountKey(id as AccountId)).toBe(EVM.toLowerCase());
    expect(accountAddress(id as AccountId)).toBe(EVM);
    expect(displayForms(id as AccountId)).toEqual([EVM.slice(2).toLowerCase()]);
  });

  it('takes the zero address: whether it may be paid is policy', () => {
    expect(parseAccount(`0x${'0'.repeat(40)}`, MAIN)).toBe(`eip155:1:0x${'0'.repeat(40)}`);
  });

  it.each([
    '',
    '0x',
    EVM.slice(2),
    `0X${EVM.slice(2)}`,
    `${EVM} `,
    ` ${EVM}`,
    `${EVM}\n`,
    EVM.slice(0, -1),
    `${EVM}0`,
    `0x${'g'.repeat(40)}`,
    `0x${'０'.repeat(40)}`,
    EVM.replace('A', 'a'),
    `ethereum:${EVM}`,
    `eip155:2:${EVM}`,
    `eip155:01:${EVM}`,
    `eip155:1:${EVM}:1`,
    `eip155:1:eip155:1:${EVM}`,
    'vitalik.eth',
    `0:${'a'.repeat(64)}`,
  ])('refuses %j', (text) => expect(accepted(text, MAIN)).toBeUndefined());
  it('refuses a bare address where no chain is known, and what is not text', () => {
    expectCode('ADDRESS_INVALID', () => parseAccount(EVM));
    for (const value of [null, undefined, 1, {}, [EVM]]) expectCode('ADDRESS_INVALID', () => parseAccount(value as string, MAIN));
    expectCode('CHAIN_INVALID', () => parseAccount(EVM, 'solana:1' as ChainId));
    expectCode('CHAIN_INVALID', () => parseAccount(`eip155:0:${EVM}`));
  });

  it('reads back what it spells', () => {
    fc.assert(
      fc.property(evmHash, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (address, number) => {
        const id = parseAccount(address, `eip155:${number}` as ChainId);
        expect(parseAccount(accountAddress(id), accountChain(id))).toBe(id);
        expect(parseAccount(`${accountChain(id)}:${accountAddress(id)}`)).toBe(id);
        expect(parseEvmAddress(toChecksumAddress(address))).toBe(address);
      }),
    );
  });

  it('no change of one character leads to the same account, and few pass the checksum at all', () => {
    // A changed digit is hashed anew: each letter of the new address passes by a chance of one half.
    let tried = 0;
    let passed = 0;
    for (const digit of '0123456789abcdefABCDEF') {
      for (let index = 2; index < EVM.length; index += 1) {
        if (EVM[index] === digit) continue;
        tried += 1;
        const id = accepted(EVM.slice(0, index) + digit + EVM.slice(index + 1), MAIN);
        if (id !== undefined) passed += 1;
        expect(id).not.toBe(parseAccount(EVM, MAIN));
      }
    }
    expect(tried).toBe(21 * 40);
    expect(passed).toBeLessThanOrEqual(1);
  });

  it('every change of case alone is refused', () => {
    fc.assert(
      fc.property(
        evmHash.filter(
          (address) =>
            /[a-f]/.test(address) &&
            toChecksumAddress(address).slice(2) !== address.slice(2).toUpperCase() &&
            toChecksumAddress(address) !== address,
        ),
        fc.nat(39),
        (address, at) => {
          const right = toChecksumAddress(address);
          const index = at + 2;
          const other = right[index] === right[index]?.toUpperCase() ? right[index]?.toLowerCase() : right[index]?.toUpperCase();
          const changed = right.slice(0, index) + other + right.slice(index + 1);
          const oneCase = changed.slice(2) === changed.slice(2).toLowerCase() || changed.slice(2) === changed.slice(2).toUpperCase();
          if (changed !== right && !oneCase) expect(accepted(changed, MAIN)).toBeUndefined();
        },
      ),
    );
  });
});

describeVectors('eip55', 'EIP-55 published addresses', (folder) => {
  it.each(vectorJson<string[]>(folder, 'eip55.json'))('%s', (address) => {
    expect(parseEvmAddress(address)).toBe(address.toLowerCase());
    if (address !== address.toLowerCase()) expect(toChecksumAddress(address.toLowerCase())).toBe(address);
  });
});

describe('TON accounts', () => {
  const raw = '0:2cf55953e92efbeadab7ba725c3f93a0b23f842cbba72d7b8e6f510a70e422e3';
  const forms = [
    'EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB',
    'EQAs9VlT6S776tq3unJcP5Ogsj+ELLunLXuOb1EKcOQi4wJB',
    'UQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi41-E',
  ];
  const testForms = ['kQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi47nL', '0QAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4-QO'];

  it('one account however it is spelled', () => {
    for (const text of [raw, raw.toUpperCase(), ...forms, `ton:-239:${raw}`, `tvm:-239:${raw}`, `ton:-239:${forms[0]}`])
      expect(parseAccount(text, TON)).toBe(`ton:-239:${raw}`);
    for (const text of [raw, ...forms, ...testForms]) expect(parseAccount(text, TON_TEST)).toBe(`ton:-3:${raw}`);
    expect(accountAddress(`ton:-239:${raw}` as AccountId)).toBe(forms[0]);
    expect(accountAddress(`ton:-3:${raw}` as AccountId)).toBe(testForms[0]);
    expect(accountKey(`ton:-239:${raw}` as AccountId)).toBe(raw);
    expect(displayForms(`ton:-239:${raw}` as AccountId)).toEqual([forms[0]?.slice(2), forms[2]?.slice(2), raw.slice(2)]);
  });

  it('refuses test addresses on the main network', () => {
    for (const text of testForms) expectCode('ADDRESS_INVALID', () => parseAccount(text, TON));
  });

  it.each([
    ` ${raw}`,
    `${raw}\n`,
    `0x${raw}`,
    raw.slice(0, -1),
    `${raw}0`,
    raw.replace('0:', '00:'),
    raw.replace('0:', '1:'),
    raw.replace('0:', '-0:'),
    raw.replace('0:', '+0:'),
    raw.replace('0:', '-1:-1:'),
    raw.replace('0:', ':'),
    forms[0]?.slice(1) ?? '',
    `${forms[0]}=`,
    `ton://${forms[0]}`,
    `${forms[0]} `,
    forms[0]?.replace('-', '%2D') ?? '',
    `ton:-3:${raw}`,
    `eip155:1:${EVM}`,
    EVM,
    // Both alphabets in one text.
    toFriendlyTonAddress(`0:${'fbff'.repeat(16)}`, { bounceable: true, testOnly: false }).replace('-', '+'),
  ])('refuses %j', (text) => expect(accepted(text, TON)).toBeUndefined());

  it('refuses every change of one character', () => {
    fc.assert(
      fc.property(tonRaw, fc.boolean(), (address, bounceable) => {
        const text = toFriendlyTonAddress(address, { bounceable, testOnly: false });
        for (let index = 0; index < 48; index += 1) {
          for (const character of URL64) {
            if (character === text[index]) continue;
            const changed = text.slice(0, index) + character + text.slice(index + 1);
            if (accepted(changed, TON) !== undefined || accepted(changed, TON_TEST) !== undefined)
              expect.fail(`${changed} passed for ${text}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('the other alphabet is the same account or refused', () => {
    fc.assert(
      fc.property(tonRaw, (address) => {
        const text = toFriendlyTonAddress(address, { bounceable: true, testOnly: false });
        const id = parseAccount(address, TON);
        expect(parseAccount(text.replaceAll('-', '+').replaceAll('_', '/'), TON)).toBe(id);
        for (const one of [text.replace('-', '+'), text.replace('_', '/')]) expect([id, undefined]).toContain(accepted(one, TON));
      }),
    );
  });

  it('refuses every swap of two neighbours that changes the text', () => {
    fc.assert(
      fc.property(tonRaw, fc.nat(46), (address, index) => {
        const text = toFriendlyTonAddress(address, { bounceable: true, testOnly: false });
        const swapped = text.slice(0, index) + text[index + 1] + text[index] + text.slice(index + 2);
        if (swapped !== text) expect(accepted(swapped, TON)).toBeUndefined();
      }),
    );
  });

  it('reads back what it spells', () => {
    fc.assert(
      fc.property(tonRaw, fc.boolean(), fc.boolean(), (address, bounceable, testOnly) => {
        expect(parseTonAddress(toFriendlyTonAddress(address, { bounceable, testOnly }))).toEqual({ raw: address, testOnly });
        const id = parseAccount(address, testOnly ? TON_TEST : TON);
        expect(parseAccount(accountAddress(id), accountChain(id))).toBe(id);
        expect(parseAccount(id)).toBe(id);
      }),
    );
  });
});

interface TonCore {
  readonly hash: string;
  readonly workchain: number;
  readonly forms: readonly { readonly a: string; readonly testOnly: boolean }[];
  readonly invalid: readonly string[];
}
interface TonUtils {
  readonly testnet: boolean;
  readonly workchain: number;
  readonly hash: string;
  readonly friendly: string;
}
interface TrustWallet {
  readonly equivalent: Readonly<Record<string, string>>;
  readonly valid: readonly string[];
  readonly invalid: readonly { readonly address: string; readonly why: string }[];
  readonly derive_v4r2_wc0: readonly { readonly nonBounceable: string }[];
}

describeVectors('ton', 'TON published addresses', (folder) => {
  it('ton-core: every form is one key; nothing invalid passes', () => {
    const file = vectorJson<TonCore>(folder, 'addresses-toncore.json');
    for (const form of file.forms) {
      expect(accepted(form.a, TON_TEST)).toBe(`ton:-3:0:${file.hash}`);
      expect(accepted(form.a, TON)).toBe(form.testOnly ? undefined : `ton:-239:0:${file.hash}`);
    }
    for (const text of file.invalid) expect(accepted(text, TON) ?? accepted(text, TON_TEST)).toBeUndefined();
  });
  it('tonutils: known hashes; workchain 1 is refused', () => {
    const file = vectorJson<TonUtils[]>(folder, 'addresses-tonutils.json');
    expect(file.length).toBeGreaterThan(8);
    for (const { friendly, hash, testnet, workchain } of file)
      expect(accepted(friendly, testnet ? TON_TEST : TON)).toBe(workchain === 0 ? `${testnet ? TON_TEST : TON}:0:${hash}` : undefined);
  });
  it('Trust Wallet: equivalents are one key, valid ones parse, invalid ones do not', () => {
    const file = vectorJson<TrustWallet>(folder, 'addresses-trustwallet.json');
    const { WALLET_1_DATA, ...spellings } = file.equivalent;
    expect(new Set(Object.values(spellings).map((text) => parseAccount(text, TON_TEST)))).toEqual(new Set([`ton:-3:0:${WALLET_1_DATA}`]));
    for (const text of file.valid) expect(accepted(text, TON), text).toBeDefined();
    for (const { nonBounceable } of file.derive_v4r2_wc0)
      expect(toFriendlyTonAddress(parseTonAddress(nonBounceable).raw, { bounceable: false, testOnly: false })).toBe(nonBounceable);
    for (const { address, why } of file.invalid) expect(accepted(address, TON) ?? accepted(address, TON_TEST), why).toBeUndefined();
  });
});

it('refuses what is no account id', () => {
  for (const text of ['', 'eip155', 'eip155:1', 'x']) expectCode('ADDRESS_INVALID', () => accountChain(text as AccountId));
});
