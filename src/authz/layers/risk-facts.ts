import { type AccountId, type AssetId, assetChain, type Token } from '../../core/index.ts';
import { alikeEnds, type FleetView, plainSymbol, type RiskFacts, type TokenNames } from '../../risk/index.ts';
import type { JudgeState } from '../judge-state.ts';
import type { LayerContext } from '../layer.ts';
import { alikeRows, fleetRow, type RiskReadings } from '../risk-readings.ts';

/** The facts for single patterns of fraud, from what was read for this judgement; none where nothing was. */
export function riskFactsOf(
  { policy, exposure, request }: Pick<LayerContext, 'policy' | 'exposure' | 'request'>,
  state: Pick<JudgeState, 'readings' | 'doc'>,
): RiskFacts {
  const { readings } = state;
  if (readings === undefined) return {};
  // Throws where nobody read a row: unread is not "nobody dealt with it".
  for (const party of exposure.parties) for (const key of [fleetRow(party), ...alikeRows(request.agentId, party)]) state.doc(key);
  return factsFrom(readings, policy.tokens);
}

/** The same from readings and the tokens that lists name. */
export function factsFrom(readings: RiskReadings, tokens: ReadonlyMap<AssetId, Token>): RiskFacts {
  const { attempts, contracts, quotes, symbols, tags, fleet, alike } = readings;
  const [denied, total, withinMs] = attempts;
  return {
    attempts: { denied, total, withinMs },
    fleet: fleetFacts(fleet),
    paidAlike: paidAlike(alike ?? []),
    ...(contracts === undefined ? {} : { contractFacts: contractFacts(contracts) }),
    ...(quotes === undefined ? {} : { quotes: quotes.map(([asset, amount]) => ({ asset, amount: BigInt(amount) })) }),
    ...(symbols === undefined ? {} : { tokenNames: tokenNames(symbols, tokens) }),
    ...(tags === undefined ? {} : { tagOwners: tagOwners(tags) }),
  };
}

function contractFacts(contracts: NonNullable<RiskReadings['contracts']>): NonNullable<RiskFacts['contractFacts']> {
  return (account) => {
    const found = contracts.find(([one]) => one === account);
    return found === undefined ? undefined : { isContract: found[1], ageMs: found[2] };
  };
}

function tokenNames(symbols: NonNullable<RiskReadings['symbols']>, tokens: ReadonlyMap<AssetId, Token>): TokenNames {
  return {
    symbolOf: (asset) => symbols.find(([one]) => one === asset)?.[1] ?? tokens.get(asset)?.symbol,
    listedAs: (symbol, asset) =>
      [...tokens.values()].flatMap((token) =>
        plainSymbol(token.symbol) === symbol && assetChain(token.asset) === assetChain(asset) ? [token.asset] : [],
      ),
  };
}

/** Nobody says anything of a tag that is not configured. */
function tagOwners(tags: NonNullable<RiskReadings['tags']>): (tag: string) => readonly AccountId[] | undefined {
  return (tag) => tags.find(([one]) => one === tag)?.[1];
}

const NOBODY: FleetView = { others: 0, paid: 0, calls: 0, tokens: 0, received: 0, age: -1, sinceLast: -1, above: 0 };

function fleetFacts(fleet: RiskReadings['fleet']): NonNullable<RiskFacts['fleet']> {
  return (account) => {
    const found = fleet.find(([one]) => one === account);
    if (found === undefined) return NOBODY;
    const [, others, paid, received, age] = found;
    return others === null || paid === undefined ? undefined : { ...NOBODY, others, paid, received, age };
  };
}

function paidAlike(alike: NonNullable<RiskReadings['alike']>): NonNullable<RiskFacts['paidAlike']> {
  return (account) => {
    const ends = new Set(alike.length === 0 ? [] : alikeEnds(account));
    const found = alike.filter(([end]) => ends.has(end));
    return found.some(([, accounts]) => accounts === null) ? undefined : [...new Set(found.flatMap(([, accounts]) => accounts ?? []))];
  };
}
