import {
  type CompiledPolicy,
  compilePolicy,
  DEFAULT_POLICY_BASE,
  evaluateRules,
  type RuleContext,
  type RuleItem,
} from '../src/authz/index.ts';
import type { AssetId, Token } from '../src/core/index.ts';
import {
  accountOf,
  addressOf,
  assetOf,
  CHAIN,
  DECIMALS,
  LISTED,
  type MixRequest,
  type MixRule,
  selectorOf,
  subjectsOf,
} from './policy-mix.ts';

/** What an engine says: the rules that denied or escalated, in order of their names, and whether anything allowed. */
export interface Verdict {
  readonly against: readonly string[];
  readonly allowed: boolean;
}

const tokens = (rules: number): readonly Token[] => [
  { asset: `${CHAIN}/slip44:60` as Token['asset'], symbol: 'ETH', decimals: 18 },
  ...Array.from({ length: subjectsOf(rules) }, (_, index) => ({ asset: assetOf(index), symbol: `T${index}`, decimals: DECIMALS })),
];
const DAY = 1_760_000_000_000 - (1_760_000_000_000 % 86_400_000);

interface Compared {
  readonly field: string;
  readonly operator: string;
  readonly value: string | number | readonly (string | number)[];
}

function conditionsOf(rule: MixRule, list: readonly string[]): readonly Compared[] {
  const { asset, selector, amountAbove, hours, limitAbove, to, listed } = rule;
  const is = (field: string, operator: string, value: Compared['value']): readonly Compared[] => [{ field, operator, value }];
  return [
    ...(rule.id === 'called' || selector !== undefined ? is('effect', 'eq', 'call') : is('effect', 'eq', 'outflow')),
    ...(listed === undefined ? [] : is('destination', listed ? 'in' : 'not_in', list)),
    ...(asset === undefined ? [] : is('asset', 'eq', assetOf(asset))),
    ...(selector === undefined ? [] : is('selector', 'eq', selectorOf(selector))),
    ...(amountAbove === undefined
      ? []
      : is('amount', 'gt', `${Math.floor(amountAbove / 1e6)}.${String(amountAbove % 1e6).padStart(6, '0')}`)),
    ...(hours === undefined ? [] : is('hour', 'between', hours)),
    ...(limitAbove === undefined ? [] : is('args.limit', 'gt', limitAbove)),
    ...(to === undefined ? [] : is('args.to', 'eq', addressOf(to))),
  ];
}

/** The mix as a policy of ours: beside its rules, it has those that every policy has. */
export function compileMix(rules: readonly MixRule[]): CompiledPolicy {
  const list = Array.from({ length: LISTED }, (_, index) => addressOf(index));
  const written = rules.map((rule) => ({ id: rule.id, action: rule.action, conditions: conditionsOf(rule, list) }));
  return compilePolicy({ limits: { unit: 'ETH' }, rules: written } as never, tokens(rules.length), DEFAULT_POLICY_BASE);
}

/** What rules of the mix read beside the item: the token list and the clock. */
class MixContext implements RuleContext {
  readonly type = 'transaction';
  readonly agent = 'a1';
  readonly wallet = accountOf(0xabcdef);
  readonly trust = 'owner';
  readonly withinHours = true;
  readonly riskScore = 0;
  readonly value = undefined;
  readonly exposure = undefined;
  readonly valueDecimals = 18;
  readonly #tokens: CompiledPolicy['tokens'];
  readonly #atMs: number;
  #asset: AssetId | undefined;
  #decimals: number | undefined;

  constructor({ tokens }: CompiledPolicy, hour: number) {
    this.#tokens = tokens;
    this.#atMs = DAY + hour * 3_600_000;
  }
  decimals(asset: AssetId): number | undefined {
    if (asset !== this.#asset) {
      this.#asset = asset;
      this.#decimals = this.#tokens.get(asset)?.decimals;
    }
    return this.#decimals;
  }
  localMs(): number {
    return this.#atMs;
  }
  netChange(): bigint {
    return 0n;
  }
  isNewDestination(): boolean {
    return false;
  }
  isListedDestination(): boolean {
    return false;
  }
  isScreened(): boolean {
    return false;
  }
  isLookalike(): boolean {
    return false;
  }
  codeHash(): null {
    return null;
  }
  ageMs(): number {
    return 0;
  }
}

/** One request as rules see it. */
export interface OwnInput {
  readonly items: readonly RuleItem[];
  readonly context: RuleContext;
}

export function ownInput(policy: CompiledPolicy, request: MixRequest): OwnInput {
  const isCall = request.effect === 'call';
  const item: RuleItem = {
    effect: request.effect,
    capability: isCall ? 'contracts' : 'transfers',
    chain: CHAIN,
    asset: isCall ? null : assetOf(request.asset),
    amount: isCall ? null : BigInt(request.amount),
    destination: isCall ? null : accountOf(request.destination),
    contract: isCall ? accountOf(0) : null,
    selector: isCall ? selectorOf(request.selector) : null,
    ...(isCall
      ? {
          call: {
            method: 'execute',
            protocol: undefined,
            operation: undefined,
            args: { limit: String(request.limit), to: addressOf(request.to) },
          },
        }
      : {}),
    listed: true,
    hazard: null,
  };
  return { items: [item], context: new MixContext(policy, request.hour) };
}

export function ownVerdict(policy: CompiledPolicy, { items, context }: OwnInput): Verdict {
  const { denied, escalated, unmatched } = evaluateRules(policy.index, items, items, context);
  return { against: [...denied.map(({ rule }) => rule.id), ...escalated.map(({ id }) => id)].sort(), allowed: unmatched.length === 0 };
}
