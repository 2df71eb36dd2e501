import {
  type AccountId,
  type AssetId,
  accountChain,
  assetChain,
  assetContract,
  type ChainId,
  type Effect,
  HAZARDS,
  nativeAssetId,
  type Token,
} from '../../core/index.ts';
import { type CompiledPolicy, type CompiledTree, conditionsOf } from '../policy/index.ts';

/** An action that lies at an edge of some rule. */
export interface Probe {
  /** What it tries, for people: `pays 1 ETH to …`. */
  readonly name: string;
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly type: string;
  readonly effects: readonly Effect[];
  readonly atMs: number;
}

/** Probes made of one pair of policies; beyond it those that come last are left out, and the caller is told. */
export const MAX_PROBES = 5_000;
/** Members of one list that are tried. */
const MAX_LISTED = 64;
const HOUR_MS = 3_600_000;
/** A Monday, 2026-01-05 00:00 UTC. */
const MONDAY_MS = 1_767_571_200_000;
const NOON_MS = MONDAY_MS + 12 * HOUR_MS;

/**
 * Makes actions at the edges of everything that either policy says: amounts at each cap and one base unit beyond, each
 * capability, listed and unlisted destinations, contracts, methods and spenders, the hours around each opening and closing.
 * The same policies give the same probes.
 */
export function probeActions(given: readonly CompiledPolicy[]): { readonly probes: readonly Probe[]; readonly leftOut: number } {
  // What a leaf says has edges, too.
  const policies = given.flatMap((policy) => [policy, ...leavesOf(policy.tree)]);
  const found = new Map<string, Probe>();
  const tokens = [...new Map(policies.flatMap((policy) => [...policy.tokens])).values()];
  for (const chain of new Set(tokens.map(({ asset }) => assetChain(asset)))) {
    const own = tokens.filter(({ asset }) => assetChain(asset) === chain);
    const cast = castOn(chain, own, policies);
    for (const probe of [...movements(cast, own, policies), ...powers(cast, policies), ...moments(cast, own, policies)])
      if (!found.has(probe.name)) found.set(probe.name, probe);
  }
  const probes = [...found.values()];
  return { probes: probes.slice(0, MAX_PROBES), leftOut: Math.max(0, probes.length - MAX_PROBES) };
}

function leavesOf(tree: CompiledTree | null): readonly CompiledPolicy[] {
  if (tree === null) return [];
  return tree.kind === 'leaf' ? [tree.policy] : tree.children.flatMap(leavesOf);
}

/** Whom the actions of one chain are between. */
interface Cast {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** An account that no list names. */
  readonly nobody: AccountId;
}

/** Hex digits at the end of an account that are changed. */
const DIGITS = /[0-9a-f]{32}$/;

/** Accounts spelled like those that the policies name, with other digits. */
function castOn(chain: ChainId, tokens: readonly Token[], policies: readonly CompiledPolicy[]): Cast {
  const named = policies.flatMap((policy) => policy.named);
  const like = [...named, ...tokens.map(({ asset }) => assetContract(asset))].find(
    (account) => account !== null && accountChain(account) === chain,
  );
  const shifted = (by: number): AccountId =>
    (like ?? `${chain}:${'0'.repeat(32)}`).replace(DIGITS, (digits) =>
      digits.replace(/./g, (digit) => ((Number.parseInt(digit, 16) + by) % 16).toString(16)),
    ) as AccountId;
  return { chain, wallet: shifted(5), nobody: shifted(11) };
}

const probe = ({ chain, wallet }: Cast, name: string, type: string, effects: readonly Effect[], atMs = NOON_MS): Probe => ({
  name: `${chain} ${name}`,
  chain,
  wallet,
  type,
  effects,
  atMs,
});

const leaf = { leaf: '0', source: 'bytes' } as const;
const pays = ({ wallet }: Cast, asset: AssetId, amount: bigint, counterparty: AccountId): Effect => ({
  kind: 'outflow',
  account: wallet,
  counterparty,
  asset,
  amount,
  ...leaf,
});

const listedOn = (chain: ChainId, accounts: Iterable<AccountId>): readonly AccountId[] =>
  [...new Set(accounts)].filter((account) => accountChain(account) === chain).slice(0, MAX_LISTED);

/** Every asset in every amount that a rule or cap turns on, to one listed account; and every listed account, and nobody, in the least amount. */
function* movements(cast: Cast, tokens: readonly Token[], policies: readonly CompiledPolicy[]): Iterable<Probe> {
  const { chain, nobody } = cast;
  const destinations = listedOn(
    chain,
    policies.flatMap(({ destinations: listed }) => [...listed]),
  );
  const spenders = listedOn(
    chain,
    policies.flatMap(({ spenders: listed, contracts }) => [...listed, ...contracts.keys()]),
  );
  for (const token of tokens) {
    const { asset, symbol } = token;
    for (const to of [...destinations, nobody])
      yield probe(cast, `pays 1 ${symbol} (${asset}) to ${to}`, 'transfer', [pays(cast, asset, 1n, to)]);
    for (const spender of asset === nativeAssetId(chain) ? [] : [...spenders, nobody])
      for (const amount of [1n, 'unlimited'] as const)
        yield probe(cast, `lets ${spender} take ${amount} ${symbol} (${asset})`, 'approve', [
          { kind: 'allowance', owner: cast.wallet, spender, asset, amount, expiresAtMs: null, ...leaf },
        ]);
    for (const amount of amountsOf(token, policies))
      for (const to of destinations.length === 0 ? [nobody] : destinations.slice(0, 1))
        yield probe(cast, `pays ${amount} base units of ${symbol} (${asset}) to ${to}`, 'transfer', [pays(cast, asset, amount, to)]);
  }
}

/** At every figure, one below and one above. Figures in the unit are taken as if each token were worth one of it. */
function amountsOf({ asset, decimals }: Token, policies: readonly CompiledPolicy[]): readonly bigint[] {
  const edges = new Set<bigint>();
  const add = (edge: bigint): void => {
    for (const amount of [edge - 1n, edge, edge + 1n]) if (amount > 0n) edges.add(amount);
  };
  const scaled = (amount: bigint, from: number): bigint =>
    from <= decimals ? amount * 10n ** BigInt(decimals - from) : amount / 10n ** BigInt(from - decimals);
  for (const policy of policies) {
    const { unitCap, assetCaps, caps, unit, strategies } = policy;
    const specs = [unitCap, ...caps.map(({ spec }) => spec), ...[...strategies.values()].flatMap(({ daily }) => daily ?? [])];
    for (const spec of specs)
      for (const { limit } of spec.windows) add(spec.unit === asset ? BigInt(limit) : scaled(BigInt(limit), unit.decimals));
    for (const { limit } of assetCaps.get(asset)?.windows ?? []) add(BigInt(limit));
    for (const condition of policy.temporal.flatMap(({ when }) => when)) if (condition.asset === asset) add(BigInt(condition.value));
    for (const { maxAmountPerTrade } of strategies.values()) if (maxAmountPerTrade !== null) add(scaled(maxAmountPerTrade, unit.decimals));
    for (const { field, value } of policy.rules.flatMap(({ when }) => conditionsOf(when)))
      if (field === 'amount' || field === 'value' || field === 'netChange')
        for (const text of [value].flat()) {
          const whole = wholeUnits(String(text), decimals);
          if (whole !== undefined) add(whole);
        }
  }
  return [...edges].sort((a, b) => (a < b ? -1 : 1));
}

/** A decimal of whole tokens in base units, rounded down; undefined for what is none. */
function wholeUnits(text: string, decimals: number): bigint | undefined {
  const parts = /^(\d{1,80})(?:\.(\d{1,80}))?$/.exec(text);
  return parts === null ? undefined : BigInt(`${parts[1]}${(parts[2] ?? '').padEnd(decimals, '0').slice(0, decimals)}`);
}

/** Calls of every capability, listed contract and method, and of nobody's; hazards; what cannot be read; and rights over everything. */
function* powers(cast: Cast, policies: readonly CompiledPolicy[]): Iterable<Probe> {
  const { chain, wallet, nobody } = cast;
  const asset = nativeAssetId(chain);
  const call = (contract: AccountId, selector: string, more: object = {}): Effect =>
    ({ kind: 'call', contract, selector, method: 'probe', args: {}, value: 0n, asset, ...leaf, ...more }) as Effect;
  for (const policy of policies)
    for (const [contract, entries] of [...policy.contracts].slice(0, MAX_LISTED)) {
      if (accountChain(contract) !== chain) continue;
      const selectors = new Set(entries.flatMap(({ selectors: own }) => [...(own ?? [])]).slice(0, MAX_LISTED));
      for (const selector of [...selectors, '00000000'])
        yield probe(cast, `calls ${selector} of ${contract}`, 'contract_call', [call(contract, selector)]);
    }
  yield probe(cast, `calls 00000000 of ${nobody}`, 'contract_call', [call(nobody, '00000000')]);
  for (const capability of ['trading', 'staking', 'nft', 'governance', 'contracts'] as const)
    for (const protocol of new Set(['', ...policies.flatMap(({ protocols }) => [...protocols])]))
      yield probe(cast, `uses ${protocol === '' ? nobody : protocol} for ${capability}`, TYPE_OF[capability], [
        call(nobody, '00000000', { capability, ...(protocol === '' ? {} : { protocol }) }),
      ]);
  for (const hazard of HAZARDS)
    yield probe(cast, `holds the hazard ${hazard}`, 'transaction', [{ kind: 'hazard', account: wallet, hazard, detail: 'probe', ...leaf }]);
  yield probe(cast, 'holds what cannot be read', 'transaction', [
    { kind: 'unknown', contract: nobody, selector: null, detail: 'probe', ...leaf },
  ]);
  yield probe(cast, 'gives the wallet away', 'transaction', [{ kind: 'control', account: wallet, aspect: 'owner', to: nobody, ...leaf }]);
  for (const delegate of [
    ...listedOn(
      chain,
      policies.flatMap(({ delegates }) => [...delegates]),
    ),
    nobody,
  ])
    yield probe(cast, `delegates to ${delegate}`, 'transaction', [
      { kind: 'delegation', account: wallet, delegate, scope: 'all', ...leaf },
    ]);
}

const TYPE_OF = { trading: 'swap', staking: 'stake', nft: 'nft', governance: 'vote', contracts: 'contract_call' } as const;

/** The first and last millisecond of each hour of a week, where a rule looks at the clock at all. */
function* moments(cast: Cast, [token]: readonly Token[], policies: readonly CompiledPolicy[]): Iterable<Probe> {
  const looks = policies.some(
    ({ hours, rules }) => hours.length > 0 || rules.some(({ when }) => conditionsOf(when).some(({ field }) => TIMES.has(field))),
  );
  if (!looks || token === undefined) return;
  const to =
    listedOn(
      cast.chain,
      policies.flatMap(({ destinations }) => [...destinations]),
    )[0] ?? cast.nobody;
  for (let hour = 0; hour < 168; hour += 1)
    for (const at of [MONDAY_MS + hour * HOUR_MS, MONDAY_MS + (hour + 1) * HOUR_MS - 1])
      yield probe(
        cast,
        `pays 1 ${token.symbol} (${token.asset}) at ${new Date(at).toISOString()}`,
        'transfer',
        [pays(cast, token.asset, 1n, to)],
        at,
      );
}

const TIMES: ReadonlySet<string> = new Set(['hour', 'minute', 'weekday', 'dayOfMonth', 'month', 'date', 'withinHours']);
