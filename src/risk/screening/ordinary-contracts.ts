import { type AccountId, parseAccount } from '../../core/index.ts';
import type { Exemption } from './exemption.ts';

/**
 * Wrapped coins, stablecoins, bridges and routers: kinds of contract that nearly everybody deals with, so that public lists come
 * to name them. Published by their makers; each spelled with its checksum, which a test checks. Small on purpose, and not grown by
 * what some list got wrong: whatever else is ordinary, lists of ordinary contracts and the owner say.
 */
const CONTRACTS: Readonly<Record<string, readonly string[]>> = {
  'eip155:1': [
    'WETH 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
    'USDC 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
    'USDT 0xdAC17F958D2ee523a2206206994597C13D831ec7',
    'DAI 0x6B175474E89094C44Da98b954EedeAC495271d0F',
    'WBTC 0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599',
    'stETH 0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84',
    'wstETH 0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0',
    'rETH 0xae78736Cd615f374D3085123A210448E74Fc6393',
    'cbETH 0xBe9895146f7AF43049ca1c1AE358B0541Ea49704',
    'FRAX 0x853d955aCEf822Db058eb8505911ED77F175b99e',
    'TUSD 0x0000000000085d4780B73119b644AE5ecd22b376',
    'PYUSD 0x6c3ea9036406852006290770BEdFcAbA0e23A0e8',
    'USDe 0x4c9EDD5852cd905f086C759E8383e09bff1E68B3',
    'LUSD 0x5f98805A4E8be255a32880FDeC7F6728C6568bA0',
    'GUSD 0x056Fd409E1d7A124BD7017459dFEa2F387b6d5Cd',
    'USDP 0x8E870D67F660D95d5be530380D0eC0bd388289E1',
    'BUSD 0x4Fabb145d64652a948d72533023f6E7A623C7C53',
    'Uniswap-v2-router 0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D',
    'Uniswap-v3-router 0xE592427A0AEce92De3Edee1F18E0157C05861564',
    'Uniswap-router-02 0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45',
    'Uniswap-universal-router 0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD',
    'Permit2 0x000000000022D473030F116dDEE9F6B43aC78BA3',
    'SushiSwap-router 0xd9e1cE17f2641f24aE83637ab66a2cca9C378B9F',
    '1inch-v5-router 0x1111111254EEB25477B68fb85Ed929f73A960582',
    '0x-exchange-proxy 0xDef1C0ded9bec7F1a1670819833240f027b25EfF',
    'Seaport-1.5 0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC',
    'Multicall3 0xcA11bde05977b3631167028862bE2a173976CA11',
    'ENS-registry 0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e',
    'Beacon-deposit 0x00000000219ab540356cBB839Cbe05303d7705Fa',
    'Arbitrum-inbox 0x4Dbd4fc535Ac27206064B68FfCf827b0A60BAB3f',
    'Optimism-bridge 0x99C9fc46f92E8a1c0deC1b1747d010903E884bE1',
    'Base-bridge 0x3154Cf16ccdb4C6d922629664174b904d80F2C35',
    'Polygon-bridge 0xA0c68C638235ee32657e8f720a23ceC1bFc77C77',
    'EntryPoint-0.6 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789',
    'EntryPoint-0.7 0x0000000071727De22E5E9d8BAf0edAc6f37da032',
  ],
  'eip155:10': [
    'WETH 0x4200000000000000000000000000000000000006',
    'USDC 0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85',
    'USDC.e 0x7F5c764cBc14f9669B88837ca1490cCa17c31607',
    'USDT 0x94b008aA00579c1307B0EF2c499aD98a8ce58e58',
    'DAI 0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1',
  ],
  'eip155:56': [
    'WBNB 0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c',
    'USDT 0x55d398326f99059fF775485246999027B3197955',
    'USDC 0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d',
    'BUSD 0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56',
    'DAI 0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3',
    'ETH 0x2170Ed0880ac9A755fd29B2688956BD959F933F8',
    'PancakeSwap-router 0x10ED43C718714eb63d5aA57B78B54704E256024E',
  ],
  'eip155:100': ['WXDAI 0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d'],
  'eip155:137': [
    'WMATIC 0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270',
    'USDC 0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359',
    'USDC.e 0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174',
    'USDT 0xc2132D05D31c914a87C6611C10748AEb04B58e8F',
    'DAI 0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063',
    'WETH 0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619',
  ],
  'eip155:8453': [
    'WETH 0x4200000000000000000000000000000000000006',
    'USDC 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
    'DAI 0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb',
  ],
  'eip155:42161': [
    'WETH 0x82aF49447D8a07e3bd95BD0d56f35241523fBab1',
    'USDC 0xaf88d065e77c8cC2239327C5EDb3A432268e5831',
    'USDC.e 0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8',
    'USDT 0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9',
    'DAI 0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1',
  ],
  'eip155:43114': [
    'WAVAX 0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7',
    'USDC 0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E',
    'USDT 0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7',
  ],
  'ton:-239': ['USDT EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs'],
};

let known: readonly (readonly [AccountId, Exemption])[] | undefined;

/** The well-known contracts, as exemptions that never override a sanction. */
export function ordinaryContracts(): readonly (readonly [AccountId, Exemption])[] {
  known ??= Object.entries(CONTRACTS).flatMap(([chain, rows]) =>
    rows.map((row) => {
      const [name, address] = row.split(' ') as [string, string];
      const account = parseAccount(`${chain}:${address}`);
      const reason = `well-known contract: ${name}`;
      return [account, Object.freeze({ account, reason, by: 'built_in', overridesSanctions: false, expiresMs: null })] as const;
    }),
  );
  return known;
}
