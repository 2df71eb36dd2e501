import type { ChainId } from '../../../../core/ids.ts';
import type { AccountsConfig } from '../accounts-config.ts';

/** Addresses of the contracts that this model works with. */
export type Framework = NonNullable<AccountsConfig['delegation']>;

/** Version 1.3.0 of the framework, deployed by its makers at the same addresses on every chain below. */
export const CANONICAL_CONTRACTS: Framework = {
  manager: '0xdb9b1e94b5b69df7e401ddbede43491141047db3',
  factory: '0x69aa2f9fe1572f1b640e1bbc512f5c3a734fc77c',
  implementation: '0x48dbe696a4d990079e039489ba2053b36e8ffec4',
  allowedTargets: '0x7f20f61b1f09b08d970938f6fa563634d65c4eeb',
  allowedMethods: '0x2c21fd0cb9dc8445cb3fb0dc5e7bb0aca01842b5',
  allowedCalldata: '0xc2b0d624c1c4319760c96503ba27c347f3260f55',
  exactCalldata: '0x99f2e9bf15ce5ec84685604836f71ab835dbbded',
  valueLte: '0x92bf12322527caa612fd31a0e810472bbb106a8f',
  nativePeriod: '0x9bc0faf4aca5ae429f4c06aeeac517520cb16bd9',
  erc20Period: '0x474e3ae7e169e940607cc624da8a15eb120139ab',
  timestamp: '0x1046bb45c8d673d4ea75321280db34899413c069',
  logicalOr: '0xe1302607a3251af54c3a6e69318d6aa07f5eb46c',
};

/** CAIP-2 references of the chains that have it. */
export const CANONICAL_CHAINS: readonly number[] = [
  1, 10, 56, 97, 100, 130, 137, 143, 146, 1155, 1301, 1328, 1329, 2020, 4114, 4217, 4326, 4663, 5000, 5003, 5115, 6343, 8453, 10143, 10200,
  13579, 14601, 42161, 42170, 42220, 42431, 46630, 57073, 59141, 59144, 80002, 80069, 80094, 84532, 202601, 421614, 560048, 737373, 747474,
  763373, 5042002, 11142220, 11155111, 11155420,
];

/** The canonical contracts of a chain; null where they were not deployed. */
export function canonicalContracts(chain: ChainId): Framework | null {
  return CANONICAL_CHAINS.some((reference) => chain === `eip155:${reference}`) ? CANONICAL_CONTRACTS : null;
}
