import { Cell } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/adapters/ton/decode/index.ts';
import type { Deployment, Protocols } from '../../src/adapters/ton/protocols/index.ts';
import { protocolsOf, readUse, useOfCoins } from '../../src/adapters/ton/protocols/index.ts';
import { type AccountId, type AssetId, nativeAssetId, parseAccount, tokenAsset } from '../../src/core/index.ts';
import { MAINNET } from './codec-fixture.ts';

// Bodies as the protocols’ own clients write them: https://github.com/ston-fi/sdk, https://github.com/tonkeeper/tongo (both MIT).
const COINS = nativeAssetId(MAINNET);
const at = (text: string): AccountId => parseAccount(text, MAINNET);
const USER = at('UQAQnxLqlX2B6w4jQzzzPWA8eyWZVZBz6Y0D_8noARLOaEAn');
const ROUTER = at('EQB3ncyBUTjZUA5EnFKR5_EnOMI9V1tTEAAPaiU71gc4TiUt');
const GIVEN = tokenAsset(MAINNET, at('EQDQoc5M3Bh8eWFephi9bClhevelbZZvWhkqdo80XuY_0qXv'));
const cellOf = (text: string): Cell => Cell.fromBoc(Buffer.from(text, 'base64'))[0] ?? Cell.EMPTY;

const contract = (given: Partial<Deployment> & Pick<Deployment, 'protocol' | 'role' | 'account'>): Deployment => ({
  assets: [],
  owner: null,
  ...given,
});
const arrival = (deployment: Deployment, payload: Cell, asset: AssetId, protocols: Protocols) => ({
  at: deployment,
  from: USER,
  asset,
  amount: 500_000_000n,
  payload,
  chain: MAINNET,
  native: COINS,
  protocols,
  keeps: () => undefined,
});
const known = protocolsOf(MAINNET, []);

describe('orders as the protocols’ own clients write them', () => {
  it('STON.fi v1: tokens for coins, at the published addresses', () => {
    const body = readBody(
      cellOf(
        'te6cckEBAgEAqQABsA+KfqUAAAAAAAAAAEHc1lAIAO87mQKicbKgHIk4pSPP4k5xhHqutqYgAB7USnesDnCdAAQnxLqlX2B6w4jQzzzPWA8eyWZVZBz6Y0D/8noARLOaCA7msoEBAJclk4VhgAIqFqMWTE1aoxM/MRD/EEluAMqKyKvv/FAn4CTTNIDD6BfXhAEABCfEuqVfYHrDiNDPPM9YDx7JZlVkHPpjQP/yegBEs5oQv9h8dw==',
      ),
      MAINNET,
    );
    if (body.kind !== 'jetton_transfer' || body.forwarded.kind !== 'other') throw new Error('not read');
    expect([body.destination, body.response, body.amount, body.forwardAmount]).toEqual([ROUTER, USER, 500_000_000n, 125_000_000n]);
    expect(readUse(arrival(known.get(ROUTER) as Deployment, body.forwarded.payload, GIVEN, known))).toMatchObject({
      protocol: 'stonfi-v1',
      method: 'swap',
      gets: [{ asset: COINS, amount: 200_000_000n, to: USER }],
      others: [],
    });
  });

  it('STON.fi v1, with a referrer', () => {
    const payload = cellOf(
      'te6cckEBAQEAbwAA2SWThWGACv0V60urLvOuQaFkeeX50FwcarMh5eVv1pd07lIKUvSIa0nSAQAEJ8S6pV9gesOI0M88z1gPHslmVWQc+mNA//J6AESzmjAAQnxLqlX2B6w4jQzzzPWA8eyWZVZBz6Y0D/8noARLOaKezq+h',
    );
    const slice = payload.beginParse().skip(32);
    const asked = slice.loadAddress().toRawString();
    const account = `${MAINNET}:${asked}` as AccountId;
    const keeps = contract({ protocol: 'stonfi-v1', role: 'token_account', account, assets: [GIVEN], owner: ROUTER });
    const protocols = protocolsOf(MAINNET, [keeps]);
    expect(readUse(arrival(protocols.get(ROUTER) as Deployment, payload, COINS, protocols))).toMatchObject({
      gets: [{ asset: GIVEN, amount: 900_000_000n, to: USER }],
      args: { referrer: USER },
    });
  });

  it('STON.fi v2: tokens, and coins', () => {
    const router = contract({ protocol: 'stonfi-v2', role: 'router', account: at('EQAyD7O8CvVdR8AEJcr96fHI1ifFq21S8QMt1czi5IfJPyfA') });
    const swap = cellOf(
      'te6cckEBAgEAoAAB4WZk3iqAD+mcSkD3Vv8TNqd5ZpGULbUWJKyGfGAnZzcSNZdG5HnQAEJ8S6pV9gesOI0M88z1gPHslmVWQc+mNA//J6AESzmiAAhPiXVKvsD1hxGhnnmesB49ksyqyDn0xoH/5PQAiWc0AAAAAAAAAcJAAQBTQ1pOkAgAIT4l1Sr7A9YcRoZ55nrAePZLMqsg59MaB/+T0AIlnNAAAAUQsBQ24Q==',
    );
    const coins = cellOf(
      'te6cckEBAwEA1QABZAHzg10AAAAAAAAAAEHc1lAIACE+JdUq+wPWHEaGeeZ6wHj2SzKrIOfTGgf/k9ACJZzRAQHhZmTeKoAOHVtw9k5i6efu1Ofm2mbqbMyLChv0FZFYxaypjToz1nAAQnxLqlX2B6w4jQzzzPWA8eyWZVZBz6Y0D/8noARLOaIACE+JdUq+wPWHEaGeeZ6wHj2SzKrIOfTGgf/k9ACJZzQAAAAAAAABwkACAFNAvrwgCAAhPiXVKvsD1hxGhnnmesB49ksyqyDn0xoH/5PQAiWc0AAABRAK+HJz',
    );
    const asked = (cell: Cell): AccountId => `${MAINNET}:${cell.beginParse().skip(32).loadAddress().toRawString()}` as AccountId;
    const side = contract({ protocol: 'stonfi-v2', role: 'token_account', account: USER, assets: [COINS], owner: router.account });
    const out = [asked(swap), asked(coins.refs[0] as Cell)].map((account) =>
      contract({ protocol: 'stonfi-v2', role: 'token_account', account, assets: [GIVEN], owner: router.account }),
    );
    const protocols = protocolsOf(MAINNET, [router, side, ...out]);
    expect(readUse(arrival(router, swap, COINS, protocols))).toMatchObject({
      gets: [{ asset: GIVEN, amount: 900_000_000n, to: USER }],
      args: { deadline: '900', refund: USER, excesses: USER },
      others: [],
    });
    expect(useOfCoins(arrival(side, coins, COINS, protocols))).toMatchObject({
      gets: [{ asset: GIVEN, amount: 200_000_000n, to: USER }],
      args: { amount: '500000000' },
      others: [],
    });
  });

  it('DeDust: a jetton’s payload', () => {
    const payload = Cell.fromHex(
      'b5ee9c72010102010034000153e3a0d482801c2bfd75b91e3b5a9402036fdb733e5dc096f4c773a328dd33586324e0cdb4bd2307b6a7400100090000000002',
    );
    const account = `${MAINNET}:${payload.beginParse().skip(32).loadAddress().toRawString()}` as AccountId;
    const pool = contract({ protocol: 'dedust', role: 'pool', account, assets: [GIVEN, COINS] });
    const vault = contract({ protocol: 'dedust', role: 'vault', account: USER, assets: [GIVEN] });
    expect(readUse(arrival(vault, payload, GIVEN, protocolsOf(MAINNET, [pool, vault])))).toMatchObject({
      method: 'swap',
      gets: [{ asset: COINS, to: USER }],
      args: { deadline: '0', pools: account },
    });
  });

  it('Tonstakers: with and without a referrer', () => {
    const [pool] = [...known.values()].filter(({ protocol }) => protocol === 'tonstakers');
    for (const hex of [
      'b5ee9c7201010101001600002847d54391000b9b404b36b1bb000000000005b7ce',
      'b5ee9c7201010101000e00001847d543910000000000000026',
    ])
      expect(useOfCoins(arrival(pool as Deployment, Cell.fromHex(hex), COINS, known))).toMatchObject({
        method: 'stake',
        capability: 'staking',
      });
  });
});
