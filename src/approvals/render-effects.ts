import { type AssetId, CastellanError, type Effect, type Expectation, type SignatureTerms, type Token } from '../core/index.ts';
import { account, amountOf, tokenOf } from './asset-text.ts';
import { quoted } from './plain-text.ts';
import { expectationLines } from './render-changes.ts';

/** What is longer than this is not read by a person, and is therefore not put before one. */
const MAX_RENDERED = 16_384;

/** The end of the year 9999: later has no date that people write. */
const LAST_DAY_MS = 253_402_300_799_999;

/** How effects are rendered. */
export interface RenderOptions {
  /** Shown instead of an exact fee that is within it: a quote moves from block to block, the ceiling stands. */
  readonly feeCeiling?: bigint | undefined;
  /** What the request itself is bound to, where it says so. */
  readonly expect?: Expectation | null | undefined;
  /** Where it is no transaction but a signature: what kind of one, and what it says of itself. */
  readonly signature?: Pick<SignatureTerms, 'standard' | 'summary'> | undefined;
}

/**
 * What a transaction does, as plain ASCII lines for the person who approves it: made from decoded and simulated effects
 * and nothing else, the unknown named first. The same effects give the same text; it is what an approval binds.
 *
 * Amounts are decimal where the token list knows the asset, base units where it does not. What a simulation shows beyond
 * the bytes is marked.
 *
 * @throws APPROVAL_INVALID where the text would be too long for a person to read
 */
export function renderEffects(effects: readonly Effect[], tokens: readonly Token[], options: RenderOptions = {}): string {
  const known = new Map(tokens.map((token) => [token.asset, token]));
  const ofBytes = new Map<string, number>();
  const lines: string[] = [];
  for (const effect of effects) {
    if (effect.source !== 'bytes') continue;
    const line = lineOf(effect, known, options);
    ofBytes.set(line, (ofBytes.get(line) ?? 0) + 1);
    lines.push(`- ${line}`);
  }
  for (const effect of effects) {
    if (effect.source === 'bytes') continue;
    const line = lineOf(effect, known, options);
    const left = ofBytes.get(line) ?? 0;
    // The simulation confirms what the bytes say: one line is enough.
    if (left > 0) ofBytes.set(line, left - 1);
    else lines.push(`- ${line} (seen in simulation only)`);
  }
  const unknown = effects.filter((effect) => effect.kind === 'unknown').length;
  if (effects.length === 0) lines.push('- UNKNOWN: no effect could be read');
  const { signature } = options;
  const what = signature === undefined ? 'transaction' : 'signature';
  const warning = unknown > 0 || effects.length === 0 ? [`WARNING: part of this ${what} could not be understood.`] : [];
  const title =
    signature === undefined
      ? 'This transaction:'
      : `This signature [${quoted(signature.standard)}], in the hands of whoever gets it (${quoted(signature.summary)}):`;
  const text = [...warning, title, ...lines, ...expectationLines(options.expect, known)].join('\n');
  if (text.length > MAX_RENDERED)
    throw new CastellanError('APPROVAL_INVALID', {
      message: 'The effects are too many for a person to read.',
      details: { characters: text.length },
    });
  return text;
}

function lineOf(effect: Effect, known: ReadonlyMap<AssetId, Token>, { feeCeiling }: RenderOptions): string {
  const money = (asset: AssetId, amount: bigint): string => amountOf(asset, amount, known.get(asset));
  switch (effect.kind) {
    case 'outflow':
      return `sends ${money(effect.asset, effect.amount)} from ${account(effect.account)} to ${account(effect.counterparty)}`;
    case 'inflow':
      return `brings ${money(effect.asset, effect.amount)} to ${account(effect.account)} from ${account(effect.counterparty)}`;
    case 'fee': {
      const max = feeCeiling !== undefined && effect.max <= feeCeiling ? feeCeiling : effect.max;
      return `pays at most ${money(effect.asset, max)} in network fees from ${account(effect.account)}`;
    }
    case 'allowance': {
      const amount =
        effect.amount === 'unlimited'
          ? `an UNLIMITED amount of ${tokenOf(effect.asset, known.get(effect.asset))}`
          : money(effect.asset, effect.amount);
      const until =
        effect.expiresAtMs === null || effect.expiresAtMs > LAST_DAY_MS
          ? 'for ever'
          : `until ${new Date(effect.expiresAtMs).toISOString()}`;
      return `lets ${account(effect.spender)} take ${amount} from ${account(effect.owner)} ${until}`;
    }
    case 'operator':
      return effect.approved
        ? `lets ${account(effect.operator)} move EVERYTHING that ${account(effect.owner)} holds in ${account(effect.collection)}`
        : `takes from ${account(effect.operator)} the right to move what ${account(effect.owner)} holds in ${account(effect.collection)}`;
    case 'delegation':
      return `delegates ${quoted(effect.scope)} of ${account(effect.account)} to ${account(effect.delegate)}`;
    case 'control':
      return `changes the ${effect.aspect} of ${account(effect.account)} to ${effect.to === null ? 'nobody' : account(effect.to)}`;
    case 'deploy':
      return `deploys code ${quoted(effect.codeDigest)} at ${account(effect.account)}`;
    case 'call': {
      const args =
        effect.args === null
          ? 'arguments not understood'
          : `arguments ${
              Object.entries(effect.args)
                .map(([name, value]) => `${quoted(name)} = ${quoted(value)}`)
                .join(', ') || 'none'
            }`;
      const value = effect.value === 0n ? '' : ` with ${money(effect.asset, effect.value)}`;
      return `calls ${effect.method === null ? 'an unknown method' : quoted(effect.method)} [${quoted(effect.selector)}] of ${account(effect.contract)}${value}, ${args}`;
    }
    case 'message':
      return `carries the text ${quoted(effect.text)}`;
    case 'hazard':
      return `HAZARD ${quoted(effect.hazard)}: ${quoted(effect.detail)} at ${account(effect.account)}`;
    case 'unknown':
      return `UNKNOWN: ${quoted(effect.detail)} at ${account(effect.contract)}${effect.selector === null ? '' : `, selector ${quoted(effect.selector)}`}`;
    default:
      return `UNKNOWN: an effect of kind ${quoted(String((effect as { kind: unknown }).kind))}`;
  }
}
