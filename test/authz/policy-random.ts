import type { RuleItem } from '../../src/authz/index.ts';
import type { AssetId } from '../../src/core/index.ts';
import type { ModelCondition, ModelPermissions } from '../model/policy.ts';
import { compareTexts, type ModelWorld } from '../model/policy-fields.ts';
import { account, CHAIN, ETH, TOKENS, USDC, WALLET } from './fixture.ts';

/** Draws from one seeded source. */
export interface Draw {
  below(bound: number): number;
  chance(share: number): boolean;
  one<T>(list: readonly T[]): T;
  some<T>(list: readonly T[], most?: number): T[];
}

export function drawFrom(random: () => number): Draw {
  const below = (bound: number): number => Math.floor(random() * bound);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  return {
    below,
    one,
    chance: (share) => random() < share,
    some: (list, most = 3) => [...new Set(Array.from({ length: 1 + below(most) }, () => one(list)))],
  };
}

const ACCOUNTS = ['b2', 'c4', 'd5', 'e3', 'f6', '17'].map(account);
const ADDRESSES = ACCOUNTS.map((id) => id.slice(CHAIN.length + 1));
const ODD = `${CHAIN}/erc20:0x${'22'.repeat(20)}` as AssetId;
const SYMBOLS = TOKENS.map(({ symbol }) => symbol);
const ASSETS = [...TOKENS.map(({ asset }) => asset), ODD];
const SELECTORS = ['12345678', 'deadbeef', 'a9059cbb'];
const ZONES = [undefined, 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
const HASHES = ['aa', 'bb', 'cc'].map((two) => two.repeat(32));
const CAPABILITIES = ['trading', 'transfers', 'staking', 'nft', 'governance', 'contracts', 'approvals'];
const EFFECTS = ['outflow', 'allowance', 'call', 'unknown', 'operator', 'delegation', 'control', 'deploy', 'hazard'] as const;
const HAZARDS = ['delegatecall', 'never_expires', 'misleading_text'] as const;
const WORDS = ['swap', 'swapExactTokens', 'mint', 'a*b', 'uniswap-v3', 'aave', 'payment-7', ''];
const SITES = ['app.example', 'b.example:8080', 'evil.example'];
const ARGUMENTS = ['amount', 'to', 'note', 'flag'];
const AMOUNTS = ['0', '0.000001', '0.5', '1', '1.000000000000000001', '2', '5', '1000000', '340282366920938463463374607431768211456'];
const NUMBER_FIELDS = [
  'amount',
  'netChange',
  'value',
  'exposure',
  'riskScore',
  'destinationAgeMs',
  'hour',
  'minute',
  'weekday',
  'dayOfMonth',
  'month',
  'date',
];
const BOOLEAN_FIELDS = ['unlimited', 'listed', 'isNewDestination', 'isListedDestination', 'isScreened', 'isLookalike', 'withinHours'];

/** The account that a text names, as far as these worlds go. */
export function accountNamed(text: string): string | null {
  const at = ADDRESSES.indexOf(text);
  if (at >= 0) return ACCOUNTS[at] as string;
  return ACCOUNTS.some((id) => id === text) || text === WALLET ? text : null;
}
export const ASSET_NAMES = Object.fromEntries(TOKENS.map(({ symbol, asset }) => [symbol, asset]));

function numberFor(field: string, draw: Draw): string | number {
  switch (field) {
    case 'hour':
      return draw.below(24);
    case 'minute':
      return draw.one([0, 15, 29, 30, 45, 59]);
    case 'weekday':
      return draw.below(7);
    case 'dayOfMonth':
      return 1 + draw.below(31);
    case 'month':
      return 1 + draw.below(12);
    case 'date':
      return draw.one(['2025-03-30', '2025-10-09', '2025-10-26', '2026-01-01', '2024-02-29']);
    case 'riskScore':
      return draw.one([0, 30, '59.5', 60, 100]);
    case 'destinationAgeMs':
      return draw.one([0, 1, 60_000, 86_400_000]);
    case 'netChange':
      return draw.one([-2, '-0.5', ...AMOUNTS]);
    default:
      return draw.one(AMOUNTS);
  }
}

function leaf(draw: Draw): ModelCondition {
  const kind = draw.below(10);
  if (kind < 4) {
    const field = draw.one(NUMBER_FIELDS);
    const isTime = NUMBER_FIELDS.indexOf(field) >= 6;
    const zone = isTime ? draw.one(ZONES) : undefined;
    const operator = draw.one(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'exists']);
    const values = [numberFor(field, draw), numberFor(field, draw)];
    const plain = (text: string | number): string => String(text).replaceAll(/(?<=\d)-/g, '');
    const value =
      operator === 'exists'
        ? draw.chance(0.5)
        : operator === 'between'
          ? values.sort((a, b) => compareTexts(plain(a), plain(b)))
          : operator === 'in' || operator === 'not_in'
            ? values
            : values[0];
    return { field, operator, value, ...(zone === undefined ? {} : { timeZone: zone }) };
  }
  if (kind === 4) return { field: draw.one(BOOLEAN_FIELDS), operator: draw.one(['eq', 'ne', 'exists']), value: draw.chance(0.5) };
  const [field, values] = draw.one<readonly [string, readonly (string | number)[]]>([
    ['effect', EFFECTS],
    ['capability', CAPABILITIES],
    ['asset', SYMBOLS],
    ['destination', [...ADDRESSES, ...ACCOUNTS]],
    ['contract', ADDRESSES],
    ['wallet', [WALLET, ...ADDRESSES]],
    ['selector', ['0x12345678', 'DEADBEEF']],
    ['operation', ['swap', 'stake', 'vote']],
    ['trust', ['owner', 'tool', 'web', 'message']],
    ['hazard', HAZARDS],
    ['destinationCodeHash', HASHES],
    ['chain', ['eip155:1', 'eip155:10']],
    ['type', ['transfer', 'swap', 'payment-7']],
    ['agent', ['a1', 'b2']],
    ['method', WORDS.slice(0, -1)],
    ['protocol', WORDS.slice(0, -1)],
    ['site', SITES],
    ['args.amount', [0, 5, '18446744073709551616', -3]],
    ['args.to', ADDRESSES],
    ['args.note', WORDS.slice(0, -1)],
  ]);
  const isText = ['type', 'agent', 'method', 'protocol', 'site', 'args.note'].includes(field);
  const operator = draw.one([
    'eq',
    'ne',
    'in',
    'not_in',
    'exists',
    ...(isText ? ['contains', 'matches'] : []),
    ...(field === 'args.amount' ? ['gt', 'lte'] : []),
  ]);
  if (operator === 'exists') return { field, operator, value: draw.chance(0.5) };
  if (operator === 'matches') return { field, operator, value: draw.one(['*swap*', '?*', 'swap', '*-v?', 'pay*7', 'm?nt', '*']) };
  if (operator === 'contains') return { field, operator, value: draw.one(['swap', 'example', '-', 'a']) };
  return { field, operator, value: operator === 'in' || operator === 'not_in' ? draw.some(values) : draw.one(values) };
}

function tree(draw: Draw, depth: number): ModelCondition {
  if (depth === 0 || draw.chance(0.6)) return leaf(draw);
  const parts = (): ModelCondition[] => Array.from({ length: 1 + draw.below(3) }, () => tree(draw, depth - 1));
  return draw.one<() => ModelCondition>([() => ({ all: parts() }), () => ({ any: parts() }), () => ({ not: tree(draw, depth - 1) })])();
}

/** What many rules of one policy look at in the same way, at the very amounts and values that items have. */
function crowded(draw: Draw): ModelCondition[] {
  const amount = { field: 'amount', operator: draw.one(['gt', 'gte', 'lt', 'lte', 'eq', 'ne']), value: draw.one(AMOUNTS) };
  const hours = { field: 'hour', operator: 'between', value: [draw.below(12), 12 + draw.below(12)] };
  const zone = draw.one(ZONES);
  return draw.one<() => ModelCondition[]>([
    () => [{ field: 'asset', operator: 'eq', value: draw.one(SYMBOLS) }, amount],
    () => [{ all: [{ field: 'effect', operator: 'in', value: draw.some(EFFECTS) }, { not: amount }] }],
    () => [amount, zone === undefined ? hours : { ...hours, timeZone: zone }],
    () => [
      { field: 'selector', operator: 'eq', value: '0x12345678' },
      { field: 'args.amount', operator: 'gt', value: draw.below(7) - 1 },
    ],
    () => [{ field: 'destination', operator: draw.one(['in', 'not_in']), value: draw.some(ADDRESSES, 6) }],
    () => [{ any: [leaf(draw), amount] }, { field: 'capability', operator: 'eq', value: draw.one(CAPABILITIES) }],
  ])();
}

/** Permissions that compile. */
export function randomPermissions(draw: Draw): ModelPermissions {
  const maybe = (share: number, make: () => object): object => (draw.chance(share) ? make() : {});
  const capability = (name: string): readonly [string, object] => [
    name,
    {
      enabled: draw.chance(0.8),
      ...maybe(0.2, () => ({ readOnly: draw.chance(0.5) })),
      ...(name === 'transfers' ? maybe(0.2, () => ({ whitelistOnly: true })) : {}),
      ...(name === 'approvals' ? maybe(0.3, () => ({ unlimited: true })) : {}),
    },
  ];
  const isCrowded = draw.chance(0.05);
  return {
    ...maybe(0.8, () => ({ capabilities: Object.fromEntries(draw.some(CAPABILITIES, 7).map(capability)) })),
    ...maybe(0.2, () => ({ allowedTokens: draw.some(SYMBOLS) })),
    ...maybe(0.2, () => ({ allowedDestinations: draw.some(ADDRESSES) })),
    ...maybe(0.1, () => ({ allowedChains: draw.chance(0.7) ? ['eip155:1'] : ['eip155:1', 'eip155:10'] })),
    ...maybe(0.2, () => ({ allowedHazards: draw.some(HAZARDS) })),
    ...maybe(0.1, () => ({ requireApproval: draw.chance(0.5) })),
    ...maybe(0.2, () => ({ requireApprovalAbove: draw.one(AMOUNTS) })),
    ...maybe(0.2, () => ({ maxSpendPerTx: { token: draw.one(SYMBOLS), amount: draw.one(AMOUNTS) } })),
    ...maybe(0.3, () => ({
      timeRestrictions: Array.from({ length: 1 + draw.below(2) }, () => {
        const startHour = draw.below(24);
        const timezone = draw.one(ZONES);
        const at = { startHour, endHour: startHour + 1 + draw.below(24 - startHour), ...(timezone === undefined ? {} : { timezone }) };
        return { type: draw.one(['allow', 'deny'] as const), daysOfWeek: draw.some([0, 1, 2, 3, 4, 5, 6], 7), ...at };
      }),
    })),
    rules: Array.from({ length: isCrowded ? 20 + draw.below(20) : draw.below(8) }, (_, index) => ({
      id: `r${index}`,
      action: draw.one(['allow', 'allow', 'deny', 'escalate'] as const),
      priority: draw.below(5) - 2,
      conditions: isCrowded ? crowded(draw) : Array.from({ length: draw.below(4) }, () => tree(draw, 3)),
    })),
  };
}

/** One thing that a transaction does; anything that may be unknown sometimes is. */
export function randomItem(draw: Draw): RuleItem {
  const effect = draw.one(EFFECTS);
  const moves = effect === 'outflow' || effect === 'allowance';
  const calls = effect === 'call' || effect === 'unknown';
  const told = <T>(value: T): T | undefined => (draw.chance(0.15) ? undefined : value);
  const units = draw.one([0n, 1n, 5n * 10n ** 17n, 10n ** 18n, 10n ** 18n + 1n, 2n * 10n ** 18n, 1_000_000n, 2n ** 128n, 2n ** 256n - 1n]);
  const argument = (): string => draw.one(['0', '5', '-3', '18446744073709551616', ...ADDRESSES, ...WORDS]);
  return {
    effect,
    capability: draw.one(CAPABILITIES) as RuleItem['capability'],
    chain: CHAIN,
    asset: moves ? draw.one(ASSETS) : null,
    amount: moves ? (effect === 'allowance' && draw.chance(0.2) ? 'unlimited' : units) : null,
    destination: calls || effect === 'deploy' ? null : told(draw.one(ACCOUNTS)),
    contract: calls ? told(draw.one(ACCOUNTS)) : null,
    selector: calls ? told(draw.one(SELECTORS)) : null,
    ...(calls
      ? {
          call: {
            method: told(draw.one(WORDS)),
            protocol: told(draw.one(WORDS)),
            operation: told(draw.one(['swap', 'stake', 'vote'] as const)),
            args: told(Object.fromEntries(draw.some(ARGUMENTS, 4).map((name) => [name, argument()]))),
          },
        }
      : {}),
    listed: draw.chance(0.7),
    hazard: effect === 'hazard' ? draw.one(HAZARDS) : null,
    ...(draw.chance(0.1) ? { site: draw.one(SITES) } : {}),
  };
}

export function randomWorld(draw: Draw): ModelWorld {
  const told = <T>(value: T): T | undefined => (draw.chance(0.1) ? undefined : value);
  const few = (): string[] => draw.some(ACCOUNTS);
  return {
    atMs: Date.UTC(2020, 0, 1) + draw.below(20 * 366) * 86_400_000 + draw.below(86_400) * 1_000,
    type: draw.one(['transfer', 'swap', 'payment-7']),
    agent: draw.one(['a1', 'b2']),
    wallet: WALLET,
    trust: draw.one(['owner', 'tool', 'web', 'message']),
    decimals: Object.fromEntries(TOKENS.map(({ asset, decimals }) => [asset, decimals])),
    netChange: { [ETH]: draw.one([-(10n ** 18n), 0n, 5n * 10n ** 17n, -2n * 10n ** 18n]), [USDC]: draw.one([-1n, 1_000_000n]) },
    known: few(),
    listed: few(),
    screened: few(),
    lookalikes: few(),
    code: Object.fromEntries(ACCOUNTS.slice(0, 4).map((id) => [id, draw.one([...HASHES, null])])),
    ages: Object.fromEntries(ACCOUNTS.slice(0, 3).map((id) => [id, draw.one([1, 60_000, 86_400_000, 10 ** 9])])),
    riskScore: told(draw.one([0, 12.3456789, 59.5, 60, 100])),
    value: told(draw.one([0n, 10n ** 18n, 2n * 10n ** 18n])),
    exposure: told(draw.one([0n, 10n ** 18n])),
    valueDecimals: 18,
  };
}
