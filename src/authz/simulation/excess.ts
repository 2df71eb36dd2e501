import type { AccountId, ActionRequest, AssetId, Effect } from '../../core/index.ts';

/** What a simulation shows beyond the decoded bytes. */
export interface Excess {
  /** Effects that the bytes did not show: layers 3, 4, 5 and 7 judge them too. */
  readonly effects: readonly Effect[];
  /** Those of them that neither the bytes nor the request's own words account for, in words; any denies. */
  readonly unintended: readonly string[];
}

type Flow = Extract<Effect, { kind: 'outflow' | 'inflow' }>;

/**
 * Compares simulated with decoded effects of the wallet; the tolerance is zero. Money counts net per asset: a refund is
 * no spending, and a decoded inflow that did not come is. Beside a call whose meaning only the simulation shows, what the
 * request declared to spend is intended too; a right that nobody decoded never is.
 */
export function excessOf(
  decoded: readonly Effect[],
  simulated: readonly Effect[],
  request: Pick<ActionRequest, 'wallet' | 'declared'>,
): Excess {
  const { wallet } = request;
  if (isExactlyDecoded(decoded, simulated, wallet)) return NOTHING;
  const opaque = decoded.some(({ kind }) => kind === 'call' || kind === 'unknown');
  const effects: Effect[] = [];
  const unintended: string[] = [];
  const assets = new Set(simulated.flatMap((effect) => (effect.kind === 'outflow' && effect.account === wallet ? [effect.asset] : [])));
  for (const asset of inflowsExpected(decoded, wallet)) assets.add(asset);
  for (const asset of assets) {
    const overNet = netOf(simulated, wallet, asset) - positive(netOf(decoded, wallet, asset));
    const declared =
      opaque && request.declared.asset === asset && request.declared.amount !== null && request.declared.amount !== 'unlimited'
        ? BigInt(request.declared.amount)
        : 0n;
    if (overNet > 0n && netOf(simulated, wallet, asset) > declared) unintended.push(`${asset} leaves that the bytes do not show`);
    const redirected = redirections(decoded, simulated, wallet, asset);
    if (redirected.length > 0 && !opaque) unintended.push(`${asset} goes to another account than the bytes show`);
    effects.push(...redirected);
    const unattributed = overNet - redirected.reduce((sum, { amount }) => sum + amount, 0n);
    if (unattributed > 0n) effects.push(lump(asset, wallet, unattributed));
  }
  for (const effect of simulated) {
    const right = rightOf(effect, decoded, wallet);
    if (right === undefined) continue;
    effects.push(effect);
    unintended.push(right);
  }
  return { effects, unintended };
}

const NOTHING: Excess = Object.freeze({ effects: [], unintended: [] });

/** The usual case, told without sums: at most one movement of the wallet, the very one that the bytes show. */
function isExactlyDecoded(decoded: readonly Effect[], simulated: readonly Effect[], wallet: AccountId): boolean {
  let out: Flow | undefined;
  for (const effect of simulated) {
    if (effect.kind === 'inflow') {
      if (effect.account === wallet) return false;
    } else if (effect.kind === 'outflow') {
      if (effect.account !== wallet) continue;
      if (out !== undefined) return false;
      out = effect;
    } else if (effect.kind !== 'fee' && effect.kind !== 'message' && effect.kind !== 'call') return false;
  }
  let known: Flow | undefined;
  for (const effect of decoded) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.account !== wallet) continue;
    if (effect.kind === 'inflow' || known !== undefined) return false;
    known = effect;
  }
  if (out === undefined) return true;
  return (
    known !== undefined &&
    known.asset === out.asset &&
    known.amount >= out.amount &&
    (out.counterparty === null || out.counterparty === known.counterparty)
  );
}

/**
 * Simulated outflows to a counterparty beyond what the bytes send it, as far as the simulation can attribute them. What the
 * bytes give to a known protocol may go to whom it pays: its pools take it from the wallet themselves.
 */
function redirections(decoded: readonly Effect[], simulated: readonly Effect[], wallet: AccountId, asset: AssetId): readonly Flow[] {
  const flows = simulated.filter(
    (effect): effect is Flow => effect.kind === 'outflow' && effect.account === wallet && effect.asset === asset,
  );
  const found: Flow[] = [];
  let passedOn = throughProtocols(decoded, simulated, wallet, asset);
  for (const counterparty of new Set(flows.map((flow) => flow.counterparty))) {
    if (counterparty === null) continue;
    const beyond = positive(sentTo(simulated, wallet, asset, counterparty) - sentTo(decoded, wallet, asset, counterparty));
    const amount = positive(beyond - passedOn);
    passedOn = positive(passedOn - beyond);
    if (amount > 0n)
      found.push({ kind: 'outflow', account: wallet, counterparty, asset, amount, leaf: 'simulation', source: 'simulation' });
  }
  return found;
}

/** What the bytes give to calls of known protocols and the simulation does not show to arrive there. */
function throughProtocols(decoded: readonly Effect[], simulated: readonly Effect[], wallet: AccountId, asset: AssetId): bigint {
  const contracts = new Set(
    decoded.flatMap((effect) =>
      effect.kind === 'call' && effect.source === 'bytes' && effect.protocol !== undefined ? [effect.contract] : [],
    ),
  );
  let sum = 0n;
  for (const contract of contracts) sum += positive(sentTo(decoded, wallet, asset, contract) - sentTo(simulated, wallet, asset, contract));
  return sum;
}

function sentTo(effects: readonly Effect[], wallet: AccountId, asset: AssetId, to: AccountId | null): bigint {
  let sum = 0n;
  for (const effect of effects)
    if (effect.kind === 'outflow' && effect.account === wallet && effect.asset === asset && effect.counterparty === to)
      sum += effect.amount;
  return sum;
}

/** A right over the wallet that the simulation shows and the bytes do not, in words; undefined for anything else. */
function rightOf(effect: Effect, decoded: readonly Effect[], wallet: AccountId): string | undefined {
  switch (effect.kind) {
    case 'allowance': {
      if (effect.owner !== wallet || effect.amount === 0n) return undefined;
      const granted = decoded.some(
        (known) =>
          known.kind === 'allowance' &&
          known.owner === wallet &&
          known.spender === effect.spender &&
          known.asset === effect.asset &&
          covers(known.amount, effect.amount),
      );
      return granted ? undefined : `an allowance to ${effect.spender} that the bytes do not show`;
    }
    case 'operator':
      if (effect.owner !== wallet || !effect.approved) return undefined;
      return decoded.some(
        (known) =>
          known.kind === 'operator' && known.approved && known.operator === effect.operator && known.collection === effect.collection,
      )
        ? undefined
        : `an operator ${effect.operator} that the bytes do not show`;
    case 'delegation':
      if (effect.account !== wallet) return undefined;
      return decoded.some((known) => known.kind === 'delegation' && known.account === wallet && known.delegate === effect.delegate)
        ? undefined
        : 'a delegation that the bytes do not show';
    case 'control':
      if (effect.account !== wallet) return undefined;
      return decoded.some(
        (known) => known.kind === 'control' && known.account === wallet && known.aspect === effect.aspect && known.to === effect.to,
      )
        ? undefined
        : `a change of ${effect.aspect} that the bytes do not show`;
    case 'hazard':
      return decoded.some((known) => known.kind === 'hazard' && known.hazard === effect.hazard && known.account === effect.account)
        ? undefined
        : `a hazard (${effect.hazard}) that the bytes do not show`;
    case 'unknown':
      return 'something that the simulation cannot explain';
    default:
      return undefined;
  }
}

function covers(known: bigint | 'unlimited', found: bigint | 'unlimited'): boolean {
  return known === 'unlimited' || (found !== 'unlimited' && found <= known);
}

function netOf(effects: readonly Effect[], wallet: AccountId, asset: AssetId): bigint {
  let net = 0n;
  for (const effect of effects) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.account !== wallet || effect.asset !== asset) continue;
    net += effect.kind === 'outflow' ? effect.amount : -effect.amount;
  }
  return net;
}

/** Assets that the bytes bring to the wallet and take from it: an inflow that stays away makes the net larger. */
function inflowsExpected(decoded: readonly Effect[], wallet: AccountId): readonly AssetId[] {
  return decoded.flatMap((effect) => (effect.kind === 'inflow' && effect.account === wallet ? [effect.asset] : []));
}

function lump(asset: AssetId, account: AccountId, amount: bigint): Effect {
  return { kind: 'outflow', account, counterparty: null, asset, amount, leaf: 'simulation', source: 'simulation' };
}

function positive(net: bigint): bigint {
  return net > 0n ? net : 0n;
}
