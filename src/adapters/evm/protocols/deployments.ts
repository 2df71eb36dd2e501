import type { ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';
import type { Deployment } from './protocol.ts';

const ETHEREUM = 1;
const OPTIMISM = 10;
const BNB = 56;
const POLYGON = 137;
const BASE = 8_453;
const ARBITRUM = 42_161;
const AVALANCHE = 43_114;
/** Chains on which a deployment made the same way has the same address. */
const ALL: readonly number[] = [ETHEREUM, OPTIMISM, POLYGON, BASE, ARBITRUM];

type Row = readonly [protocol: string, chains: number | readonly number[], address: EvmAddress, asset?: EvmAddress];

const STETH: EvmAddress = '0xae7ab96520de3a18e5e111b5eaab095312d7fe84';

/** Canonical deployments, as their makers publish them. Anything else is registered by the configuration. */
const ROWS: readonly Row[] = [
  ['uniswap-v2', ETHEREUM, '0x7a250d5630b4cf539739df2c5dacb4c659f2488d'],
  ['uniswap-v2', [BASE, ARBITRUM], '0x4752ba5dbc23f44d87826276bf6fd6b1c372ad24'],
  ['uniswap-v2', OPTIMISM, '0x4a7b5da61326a6379179b40d00f57e5bbdc962c2'],
  ['uniswap-v2', POLYGON, '0xedf6066a2b290c185783862c7f4776a2c8077ad1'],
  ['uniswap-v3', [ETHEREUM, OPTIMISM, POLYGON, ARBITRUM], '0xe592427a0aece92de3edee1f18e0157c05861564'],
  ['uniswap-v3', [ETHEREUM, OPTIMISM, POLYGON, ARBITRUM], '0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45'],
  ['uniswap-v3', BASE, '0x2626664c2603336e57b271c5c0b26f421741e481'],
  ['universal-router', ETHEREUM, '0x66a9893cc07d91d95644aedd05d03f95e1dba8af'],
  ['universal-router', OPTIMISM, '0x851116d9223fabed8e56c0e6b8ad0c31d98b3507'],
  ['universal-router', POLYGON, '0x1095692a6237d83c6a72f3f5efedb9a670c49223'],
  ['universal-router', BASE, '0x6ff5693b99212da76ad316178a184ab56d299b43'],
  ['universal-router', ARBITRUM, '0xa51afafe0263b40edaef0df8781ea9aa03e381a3'],
  ['1inch', [ETHEREUM, BNB, POLYGON], '0x1111111254fb6c44bac0bed2854e76f90643097d'],
  ['1inch', [...ALL, BNB, AVALANCHE], '0x1111111254eeb25477b68fb85ed929f73a960582'],
  ['1inch', [...ALL, BNB, AVALANCHE], '0x111111125421ca6dc452d289314280a0f8842a65'],
  ['0x-proxy', [ETHEREUM, POLYGON, ARBITRUM, BNB, AVALANCHE], '0xdef1c0ded9bec7f1a1670819833240f027b25eff'],
  ['0x-proxy', OPTIMISM, '0xdef1abe32c034e558cdd535791643c58a13acc10'],
  ['0x-holder', ALL, '0x0000000000001ff3684f28c67538d4d072c22734'],
  ['paraswap', [...ALL, BNB, AVALANCHE], '0x6a000f20005980200259b80c5102003040001068'],
  ['kyberswap', [...ALL, BNB, AVALANCHE], '0x6131b5fae19ea4f9d964eac0408e4408b66337b5'],
  ['okx', ETHEREUM, '0x5e1f62dac767b0491e3ce72469c217365d5b48cc'],
  ['aave', ETHEREUM, '0x7d2768de32b0b80b7a3454c06bdac94a69ddc7a9'],
  ['aave', ETHEREUM, '0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2'],
  ['aave', [OPTIMISM, POLYGON, ARBITRUM, AVALANCHE], '0x794a61358d6845594f94dc1db02a252b5b4814ad'],
  ['aave', BASE, '0xa238dd80c259a72e81d7e4664a9801593f98d1c5'],
  ['aave-gateway', ETHEREUM, '0xd01607c3c5ecaba394d8be377a08590149325722'],
  ['aave-gateway', OPTIMISM, '0x5f2508cae9923b02316254026cd43d7902866725'],
  ['aave-gateway', POLYGON, '0xbc302053db3aa514a3c86b9221082f162b91ad63'],
  ['aave-gateway', BASE, '0xa0d9c1e9e48ca30c8d8c3b5d69ff5dc1f6dffc24'],
  ['aave-gateway', ARBITRUM, '0x5283beced7adf6d003225c13896e536f2d4264ff'],
  ['lido', ETHEREUM, STETH],
  ['lido-wrapped', ETHEREUM, '0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0', STETH],
  ['lido-queue', ETHEREUM, '0x889edc2edab5f40e902b864ad4d7ade8e412f9b1', STETH],
  ['rocket-pool', ETHEREUM, '0xae78736cd615f374d3085123a210448e74fc6393'],
  ['benqi', AVALANCHE, '0x2b2c81e08f1af8835a78bb2a90ae924ace0ea4be'],
  ['beacon-deposit', ETHEREUM, '0x00000000219ab540356cbb839cbe05303d7705fa'],
  ['batch-deposit', ETHEREUM, '0x576834cb068e677db4aff6ca245c7bde16c3867e'],
  ['batch-deposit', ETHEREUM, '0x8b0d88b8be3c15d746feb0b1f18c883c03b6aa62'],
  ['batch-deposit', ETHEREUM, '0x23be839a14cec3d6d716d904f09368bbf9c750eb'],
  ['morpho', [ETHEREUM, BASE], '0xbbbbbbbbbb9cc5e90e3b3af64bdaf62c37eeffcb'],
  ['compound', ETHEREUM, '0xc3d688b66703497daa19211eedff47f25384cdc3'],
  ['governor', ETHEREUM, '0x408ed6354d4973f66138c91495f2f2fcbd8724c3'],
  ['governor', ETHEREUM, '0xc0da02939e1441f497fd74f78ce7decb17b66529'],
  ['erc20-votes', ETHEREUM, '0x1f9840a85d5af5bf1d1762f925bdaddc4201f984'],
  ['erc20-votes', ETHEREUM, '0xc00e94cb662c3520282e6f5717214004a7f26888'],
  ['erc20-votes', ETHEREUM, '0xc18360217d8f7ab5e7c516566761ea12ce7f9d72'],
  ['erc20-votes', ARBITRUM, '0x912ce59144191c1204e64559fe8253a0e49e6548'],
  ['erc20-votes', OPTIMISM, '0x4200000000000000000000000000000000000042'],
  ['seaport', ALL, '0x00000000000000adc04c56bf30ac9d3c0aaf14dc'],
  ['seaport', ALL, '0x0000000000000068f116a894984e2db1123eb395'],
  ['seadrop', ALL, '0x00005ea00ac477b1030ce78506496e8c2de24bf5'],
];

/** The canonical deployments of one chain. */
export function canonicalDeployments(chain: ChainId): readonly Deployment[] {
  return ROWS.filter(([, chains]) => (typeof chains === 'number' ? [chains] : chains).some((number) => chain === `eip155:${number}`)).map(
    ([protocol, , address, asset]) => ({ protocol, chain, address, ...(asset === undefined ? {} : { asset }) }),
  );
}
