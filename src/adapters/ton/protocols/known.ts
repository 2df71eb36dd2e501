import { parseAccount } from '../../../core/account.ts';
import { nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { Deployment } from './deployment.ts';

const MAINNET = 'ton:-239' as ChainId;
const TESTNET = 'ton:-3' as ChainId;

const on = (text: string, chain = MAINNET): Deployment['account'] => parseAccount(text, chain);
const token = (text: string): Deployment['assets'][number] => tokenAsset(MAINNET, on(text));

const COINS = nativeAssetId(MAINNET);
const USDT = token('EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs');
const TSTON = token('EQC98_qAmNEptUtPc7W6xdHh_ZHrBUFpw5Ft_IzNU20QAJav');
const STTON = token('EQDNhy-nxYFgUqzfUzImBEP67JqsyMIcyk2S5_RwNNEYku0k');
const STONFI_V1 = on('EQB3ncyBUTjZUA5EnFKR5_EnOMI9V1tTEAAPaiU71gc4TiUt');

/**
 * Contracts whose addresses the protocols themselves publish. Version 2 of STON.fi has routers by the dozen, and every pool,
 * every sale is a contract of its own: those a deployment names in its configuration.
 */
export const KNOWN_DEPLOYMENTS: Readonly<Record<string, readonly Deployment[]>> = {
  [MAINNET]: [
    { protocol: 'stonfi-v1', role: 'router', account: STONFI_V1, assets: [], owner: null },
    {
      protocol: 'stonfi-v1',
      role: 'token_account',
      account: on('EQARULUYsmJq1RiZ-YiH-IJLcAZUVkVff-KBPwEmmaQGH6aC'),
      assets: [COINS],
      owner: STONFI_V1,
    },
    { protocol: 'dedust', role: 'vault', account: on('EQDa4VOnTYlLvDJ0gZjNYm5PXfSmmtL6Vs6A_CZEtXCNICq_'), assets: [COINS], owner: null },
    { protocol: 'dedust', role: 'vault', account: on('EQAYqo4u7VF0fa4DPAebk4g9lBytj2VFny7pzXR0trjtXQaO'), assets: [USDT], owner: null },
    {
      protocol: 'dedust',
      role: 'pool',
      account: on('EQA-X_yo3fzzbDbJ_0bzFWKqtRuZFIRa1sJsveZJ1YpViO3r'),
      assets: [COINS, USDT],
      owner: null,
    },
    { protocol: 'tonstakers', role: 'pool', account: on('EQCkWxfyhAkim3g2DjKQQg8T5P4g-Q1-K_jErGcDJZ4i-vqR'), assets: [TSTON], owner: null },
    { protocol: 'bemo', role: 'pool', account: on('EQDNhy-nxYFgUqzfUzImBEP67JqsyMIcyk2S5_RwNNEYku0k'), assets: [STTON], owner: null },
  ],
  [TESTNET]: [
    {
      protocol: 'tonstakers',
      role: 'pool',
      account: on('kQANFsYyYn-GSZ4oajUJmboDURZU-udMHf9JxzO4vYM_hFP3', TESTNET),
      assets: [],
      owner: null,
    },
  ],
};

/** Contracts by account: the known ones of the chain, then those of the configuration, which stand in their place. */
export function protocolsOf(chain: ChainId, configured: readonly Deployment[]): ReadonlyMap<Deployment['account'], Deployment> {
  return new Map([...(KNOWN_DEPLOYMENTS[chain] ?? []), ...configured].map((deployment) => [deployment.account, deployment]));
}
