import { readdirSync } from 'node:fs';
import { type Hex, parseTransaction } from 'viem';
import { expect, it } from 'vitest';
import type { ChainId, Effect } from '../../../src/core/index.ts';
import { describeVectors, vectorJson } from '../../vectors.ts';
import { codecOf, DAI, decodeCall, EVE, USDC, USDT, WETH } from './protocol-fixture.ts';

interface Payload {
  readonly rawTx: Hex;
  readonly expectedTexts: readonly string[];
}

const CHAINS = [1, 56, 146, 8_453, 43_114, 11_155_111].map((number) => `eip155:${number}`);
const WBTC = '0x2260fac5e5542a773aa44fbcfedf7c193bc2c599';
const ASSETS: readonly (readonly [ticker: RegExp, address: string])[] = [
  [/USDC|csUSDL|USR|USUAL|msUS|AUSD|PYUSD|USDQ|USDA/, USDC],
  [/USDT/, USDT],
  [/WBTC|BTC/, WBTC],
  [/WETH|LRT|WSTETH/, WETH],
  [/DAI/, DAI],
];

/**
 * What is not decoded, and why: by project, contract and selector. Everything else must be. The tags that apps append to
 * their calldata make it another than the canonical one; contracts of no protocol are for descriptors.
 */
const NOT_CANONICAL = /not in canonical form \(trailing_bytes\)/;
const NO_PROTOCOL = /the method is not known/;
const UNKNOWN: readonly (readonly [where: RegExp, why: RegExp])[] = [
  [/^1inch\/.*(7c025200|a76dfc3b|07ed2379|89af926a|8770ba91|83800a8e|cc713a04|5816d723|9fda64bd)$/, NOT_CANONICAL],
  [/^okx\/.*(f2c42696|0c307f76|0d5f0e3b|9871efa4|b8815477)$/, NOT_CANONICAL],
  [/^weth\/weth d0e30db0$/, NOT_CANONICAL],
  [/^morpho\/(gauntlet-(gtWETH|gteUSDc)|steakhouse_financial-(bbqDAI|steakPYUSD)) 6e553f65$/, NOT_CANONICAL],
  [/^morpho\/steakhouse_financial-(bbqDAI ba087652|bbqUSDC b460af94)$/, NOT_CANONICAL],
  [/^(morpho|kiln)\/.*94bf804d$/, /what the shares cost is not among the arguments/],
  [/^morpho\/.*b460af94$/, /how many shares are burnt is not among the arguments/],
  [/^figment\//, /the withdrawal credentials name no one account/],
  [/^flyingtulip\/EpochRewardsVault (6e553f65|b460af94)$/, /how much of which asset the vault takes is not in the bytes/],
  [/^flyingtulip\//, NO_PROTOCOL],
  [/^(midas|ondo-finance|threshold|safe)\//, NO_PROTOCOL],
  [/^p2p\/(EigenPodManager|P2pMessageSender) /, NO_PROTOCOL],
  [/^paraswap\/.* da35bb0d$/, NO_PROTOCOL],
];

/** A transaction of the file; one of them holds calldata alone, for the router that it names. */
function readPayload(project: string, rawTx: Hex): { to: string; data: Hex; value: bigint; chain: ChainId } {
  if (project === 'kyberswap')
    return { to: '0x6131b5fae19ea4f9d964eac0408e4408b66337b5', data: rawTx, value: 0n, chain: 'eip155:1' as ChainId };
  const { to, data = '0x', value = 0n, chainId } = parseTransaction(rawTx);
  return { to: to ?? '', data, value, chain: `eip155:${chainId}` as ChainId };
}

/** The texts of the screens, with the spaces taken out at which lines were broken within a number or an address. */
function joined(texts: readonly string[]): string {
  const end = texts.indexOf('Max fees');
  const text = texts.slice(0, end < 0 ? texts.length : end).join(' | ');
  return text.replace(/0x[0-9a-fA-F]+(?: [0-9a-fA-F]+)*/g, (hex) => hex.replaceAll(' ', '')).replace(/(?<=\.\d{6,}) (?=\d+ )/g, '');
}

const significant = (number: string): string => number.replace('.', '').replace(/^0+/, '').replace(/0+$/, '');

/** Everything that effects and arguments name: amounts without their zeros, addresses. */
function named(effects: readonly Effect[]): { readonly amounts: Set<string>; readonly text: string } {
  const amounts = new Set<string>();
  for (const effect of effects) if ('amount' in effect) amounts.add(significant(String(effect.amount)));
  return { amounts, text: JSON.stringify(effects, (_, value) => (typeof value === 'bigint' ? String(value) : value)).toLowerCase() };
}

/** Amounts of the screens that no effect is about: rates, prices, what each of several gets. */
const NO_EFFECT = /ETH per validator|Amount Per Validator/;

describeVectors('erc7730', 'calldata of the clear-signing registry', (folder) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /calldata-.*\.json$/.test(name));
  const payloads = files.flatMap((file) => {
    const project = file.split('/')[0] ?? '';
    const contract = file.replace(/^.*calldata-/, '').replace('.tests.json', '');
    return vectorJson<{ readonly tests: readonly Payload[] }>(folder, file).tests.map(({ rawTx, expectedTexts }) => {
      const tx = readPayload(project, rawTx);
      return { where: `${project}/${contract} ${tx.data.slice(2, 10)}`, text: joined(expectedTexts), contract, project, ...tx };
    });
  });
  const vaults = new Map(
    payloads
      .filter(
        ({ project, contract }) =>
          (project === 'kiln' && contract.startsWith('Vault')) || (project === 'morpho' && contract !== 'MorphoBlue'),
      )
      .map(({ to, chain, contract }) => {
        const asset = ASSETS.find(([ticker]) => ticker.test(contract))?.[1] ?? USDC;
        return [to, { protocol: 'erc4626', chain, address: to, asset }] as const;
      }),
  );
  const LISTED = ['0xae7ab96520de3a18e5e111b5eaab095312d7fe84', '0xfae103dc9cf190ed75350761e95403b7b8afa6c0', WETH];
  const codec = codecOf(CHAINS, { protocols: [...vaults.values()] }, LISTED);

  it('each is decoded, or unknown for the reason that stands here', () => {
    expect(payloads.length).toBeGreaterThan(100);
    const decoded = payloads.map(({ where, text, to, data, value, chain }) => {
      const self = text
        .match(/0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/g)
        ?.at(-1)
        ?.toLowerCase();
      const { complete, effects } = decodeCall(codec, to, data, value, chain, self);
      const why = effects.flatMap((effect) => (effect.kind === 'unknown' ? [effect.detail] : [])).join('; ');
      const stated = UNKNOWN.find(([place]) => place.test(where))?.[1];
      return { where, complete, wrong: complete ? stated !== undefined : stated === undefined || !stated.test(why), why };
    });
    expect(decoded.filter(({ wrong }) => wrong)).toEqual([]);
    expect(decoded.filter(({ complete }) => complete).length).toBeGreaterThanOrEqual(payloads.length / 2);
  });

  it('the effects name each amount and each address that the screens show', () => {
    const missing: string[] = [];
    let amountsSeen = 0;
    for (const { where, text, to, data, value, chain } of payloads) {
      const { complete, effects } = decodeCall(codec, to, data, value, chain);
      if (!complete && !effects.some(({ kind }) => kind === 'outflow')) continue;
      const { amounts, text: all } = named(effects);
      for (const [, label = '', number = ''] of text.matchAll(/([A-Za-z ]+?)(?: \| | )(\d+(?:\.\d+)?) \$?(?:[A-Za-z][\w-]+|\?\?\?)/g)) {
        if (!complete || NO_EFFECT.test(label) || /Minimum to R?$|eceive|Order ID|Unlock|Request|validators/i.test(label)) continue;
        amountsSeen += 1;
        if (!amounts.has(significant(number))) missing.push(`${where}: ${label} ${number}`);
      }
      for (const [address] of text.matchAll(/0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/g))
        if (complete && !/^1inch.*c3cf8043$/.test(where) && !all.includes(address.toLowerCase())) missing.push(`${where}: ${address}`);
    }
    expect(missing).toEqual([]);
    expect(amountsSeen).toBeGreaterThan(40);
  });

  it('whoever else gets something is named as the receiver of an outflow', () => {
    const RECEIVERS =
      /(?:Beneficiary|To recipient|Send shares to|Collateral recipient|For debt holder|On Behalf|Receiver|Recipient|To) \| (0x[0-9a-fA-F]{40})(?![0-9a-fA-F])/g;
    let seen = 0;
    for (const { where, text, to, data, value, chain } of payloads) {
      const { complete, effects } = decodeCall(codec, to, data, value, chain, EVE);
      if (!complete) continue;
      for (const [, address = ''] of text.matchAll(RECEIVERS)) {
        seen += 1;
        const receiver = `${chain}:${address.toLowerCase()}`;
        expect(
          effects.some((effect) => effect.kind === 'outflow' && effect.counterparty === receiver),
          `${where} ${address}`,
        ).toBe(true);
      }
    }
    expect(seen).toBeGreaterThan(20);
  });
});
