import type { Capability } from '../../../core/index.ts';
import { millionths } from '../bounds/millionths.ts';
import { dailyCap, type Unit, wholeUnits } from '../caps/compile-caps.ts';
import type { CompiledStrategy } from '../compiled-policy.ts';
import type { Names } from '../language/names.ts';
import { type ParsedStrategy, PROTOCOL_NAME } from '../permissions.ts';

/** Words for operations, and the capability that each needs. */
const OPERATION_CAPABILITY: Readonly<Record<string, Capability>> = {
  transfer: 'transfers',
  send: 'transfers',
  pay: 'transfers',
  payment: 'transfers',
  transfers: 'transfers',
  approve: 'approvals',
  approval: 'approvals',
  approvals: 'approvals',
  swap: 'trading',
  trade: 'trading',
  buy: 'trading',
  sell: 'trading',
  trading: 'trading',
  stake: 'staking',
  unstake: 'staking',
  staking: 'staking',
  vote: 'governance',
  governance: 'governance',
  nft: 'nft',
  mint: 'nft',
  call: 'contracts',
  contract_call: 'contracts',
  contracts: 'contracts',
};

/** A strategy in canonical form. Amounts count in the unit of the limits. */
export function compileStrategy(input: ParsedStrategy, path: string, unit: Unit, names: Names): CompiledStrategy {
  const capabilities = input.operations?.flatMap((word) => {
    const capability = Object.hasOwn(OPERATION_CAPABILITY, word) ? OPERATION_CAPABILITY[word] : undefined;
    if (capability === undefined) names.problems.push(`${path}.operations: ${word} is no operation`);
    return capability ?? [];
  });
  const { assets, protocols, maxAmountPerTrade, maxDailyVolume } = input;
  const isName = (text: string): boolean => PROTOCOL_NAME.test(text);
  return {
    id: input.id,
    capabilities: capabilities === undefined ? null : new Set(capabilities),
    assets: assets === undefined ? null : new Set(assets.flatMap((text, index) => names.assets(text, `${path}.assets[${index}]`))),
    protocols:
      protocols === undefined
        ? null
        : new Set(protocols.flatMap((text, index) => (isName(text) ? [] : names.account(text, `${path}.protocols[${index}]`)))),
    protocolNames: new Set(protocols?.filter(isName)),
    maxAmountPerTrade:
      maxAmountPerTrade === undefined ? null : (wholeUnits(maxAmountPerTrade, unit.decimals, `${path}.maxAmountPerTrade`, names) ?? 0n),
    daily: maxDailyVolume === undefined ? null : dailyCap(maxDailyVolume, unit, `strategy:${input.id}`, `${path}.maxDailyVolume`, names),
    maxSlippage: millionths(input.maxSlippage),
  };
}
