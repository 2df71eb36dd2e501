import {
  type AccountId,
  type ActionRequest,
  type AssetId,
  assetContract,
  type DecisionInput,
  type Effect,
  type Json,
  storeKey,
} from '../../core/index.ts';
import { actionsOf, excerptMarket, excerptProfile, parseProfile, screenKey } from '../../risk/index.ts';
import type { JudgeInput } from '../judge-input.ts';
import type { JudgeOutput } from '../judge-output.ts';
import { DEFAULT_JUDGE_SETTINGS, type JudgeSettings } from '../judge-settings.ts';
import { type JudgeRows, stateReadings } from '../judge-state.ts';
import { alarmsIn, alarmsRow, scoresRow } from '../layers/risk-thresholds.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import { packEffects } from './effect-json.ts';

const SCREENED = storeKey.doc(screenKey('' as AccountId));

/**
 * What a judgement was made from, for its decision: with the facts it is all that judging again needs. Rows are not copied but
 * for the few that other rules would read otherwise; what has its usual value is left out.
 */
export function recordInput(input: JudgeInput, settings: JudgeSettings, output: JudgeOutput, more: JudgeRows | undefined): DecisionInput {
  const { request, tx, decoded, signature, place, satisfied } = input;
  const { sessionId: _told, ...context } = request.context;
  const effects = output.simulated === null ? decoded.effects : [...decoded.effects, ...output.simulated];
  const changed = changedSettings(settings);
  const profile = profileOf(input, effects);
  const screened = screenedIn(input.rows, more);
  return {
    v: 1,
    type: request.type,
    action: actionJson(request),
    ...declaredOf(request),
    ...(Object.keys(context).length === 0 ? {} : { context: context as unknown as Json }),
    ...(request.feeCeiling === null ? {} : { feeCeiling: request.feeCeiling.toString() }),
    ...(request.notAfterMs === null ? {} : { notAfterMs: request.notAfterMs }),
    ...(request.narrow === null ? {} : { narrow: plain(request.narrow) }),
    ...(request.expect == null ? {} : { expect: plain(request.expect) }),
    fee: [tx.fee.asset, tx.fee.ceiling.toString()],
    ...(tx.chain === request.chain && tx.wallet === request.wallet ? {} : { of: [tx.chain, tx.wallet] as const }),
    ...(signature === undefined ? {} : { signature: { complete: signature.complete, site: signature.site ?? null } }),
    ...(place === undefined ? {} : { cancels: place.isCancel }),
    ...(satisfied.size === 0 ? {} : { satisfied: [...satisfied] }),
    ...(changed === undefined ? {} : { settings: changed }),
    ...(output.simulation === null ? {} : { simulation: runJson(output.simulation, effects) }),
    ...(input.market === undefined ? {} : { market: plain(excerptMarket(input.market, effects)) }),
    ...(profile === undefined ? {} : { profile }),
    ...(screened.length === 0 ? {} : { screened }),
    ...(input.lists === undefined ? {} : { lists: input.lists.toJson() }),
    ...readingsIn(input, more),
    ...learntIn(input),
  };
}

/** What was declared, where it is more than nothing and other than the action's own terms. */
function declaredOf({ action, declared: { asset, amount, destination } }: ActionRequest): Pick<DecisionInput, 'declared'> {
  if (asset === null && amount === null && destination === null) return {};
  const isAction = action.kind === 'transfer' && action.asset === asset && action.to === destination && action.amount.toString() === amount;
  return { declared: isAction ? true : { asset, amount, destination } };
}

/** What was asked for, without the bytes: they stand in the payload. */
function actionJson({ action }: ActionRequest): Json {
  if (action.kind === 'calls' || action.kind === 'transaction') return { kind: action.kind };
  if (action.kind !== 'signature') return plain(action);
  const { order } = action;
  return { kind: 'signature', order: order.kind === 'message' ? { kind: 'message', bytes: base64(order.bytes) } : { ...order } };
}

function runJson(report: NonNullable<JudgeOutput['simulation']>, known: readonly Effect[]): Json {
  const { success, wouldRevert, errors, warnings, opinions } = report;
  return {
    effects: packEffects(report.effects, known),
    ...(success ? {} : { failed: true }),
    ...(wouldRevert ? { reverts: true } : {}),
    ...(errors.length === 0 ? {} : { errors, warnings: warnings.slice(0, 1) }),
    ...(opinions === undefined || opinions.length === 0 ? {} : { opinions: opinions as unknown as Json }),
  };
}

function profileOf({ policy, request, rows, nowMs }: JudgeInput, effects: readonly Effect[]): Json | undefined {
  const at = rows.keys.indexOf(accountsOf(policy, request.agentId).profileKey);
  const row = at < 0 ? undefined : rows.values[at];
  const profile = row === undefined || row === null ? undefined : parseProfile((row as { readonly value?: Json }).value);
  if (profile === undefined) return undefined;
  const decimals = (asset: AssetId): number | undefined => policy.tokens.get(asset)?.decimals;
  return excerptProfile(profile, accountsIn(effects), actionsOf({ effects, wallet: request.wallet, atMs: nowMs, decimals }));
}

/** The agent's own scores as they were, and how many alarms it had. */
function learntIn({ request, rows, nowMs }: JudgeInput): Pick<DecisionInput, 'scores' | 'alarms'> {
  const row = (key: string): Json | undefined => rows.values[rows.keys.indexOf(key)] ?? undefined;
  const scores = (row(scoresRow(request.agentId)) as { readonly value?: Json } | undefined)?.value;
  const alarms = alarmsIn(row(alarmsRow(request.agentId)), nowMs);
  return { ...(scores === undefined ? {} : { scores }), ...(alarms === 0 ? {} : { alarms }) };
}

/** Every account that effects name. */
function accountsIn(effects: readonly Effect[]): ReadonlySet<AccountId> {
  const found = new Set<AccountId>();
  for (const effect of effects) {
    const named = effect as unknown as Record<string, unknown>;
    for (const field of ['counterparty', 'spender', 'operator', 'collection', 'delegate', 'to', 'contract'] as const) {
      const account = named[field];
      if (typeof account === 'string') found.add(account as AccountId);
    }
    const token = 'asset' in effect ? assetContract(effect.asset) : null;
    if (token !== null) found.add(token);
  }
  return found;
}

/** Where a row was not read, the layers were told so and denied: there is nothing to keep then. */
function readingsIn(input: JudgeInput, more: JudgeRows | undefined): Pick<DecisionInput, 'readings'> {
  try {
    return { readings: stateReadings(input, more) as unknown as Json };
  } catch {
    return {};
  }
}

function screenedIn(rows: JudgeRows, more: JudgeRows | undefined): readonly (readonly [string, Json])[] {
  const found: (readonly [string, Json])[] = [];
  for (const { keys, values } of more === undefined ? [rows] : [rows, more])
    for (let at = 0; at < keys.length; at += 1) {
      const [key, value] = [keys[at] ?? '', values[at]];
      if (value === undefined || value === null || !key.startsWith(SCREENED)) continue;
      found.push([key.slice(SCREENED.length), (value as { readonly value?: Json }).value ?? null]);
    }
  return found;
}

/** Settings that decide and are not the defaults; undefined where all are. Made once per judge. */
function changedSettings(settings: JudgeSettings): Readonly<Record<string, Json>> | undefined {
  let changed = changes.get(settings);
  if (changed === undefined) {
    const given = Object.entries(settings).flatMap(([field, value]): [string, Json][] => {
      // A model in the shadow decides nothing, and is told by its version where it was asked.
      if (field.endsWith('TimeoutMs') || field === 'shadowModel' || value === undefined) return [];
      // Objects of the deployment's own: that they are there is told, and nothing of what they hold.
      if (field.endsWith('Validator') || field === 'eventStore') return [[field, true]];
      const usual = DEFAULT_JUDGE_SETTINGS[field as keyof JudgeSettings];
      const text = JSON.stringify(value);
      // What has no JSON form decides nothing that a record could show.
      return text === undefined || text === JSON.stringify(usual) ? [] : [[field, JSON.parse(text) as Json]];
    });
    changed = given.length === 0 ? null : Object.fromEntries(given);
    changes.set(settings, changed);
  }
  return changed ?? undefined;
}

const changes = new WeakMap<JudgeSettings, Readonly<Record<string, Json>> | null>();

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The same as JSON: amounts are text, and what is undefined is left out. */
function plain(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, plain(inner)]])));
}
