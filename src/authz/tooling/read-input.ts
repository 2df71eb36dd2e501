import type {
  AccountId,
  ActionRequest,
  AssetId,
  ChainId,
  Decision,
  DecisionInput,
  Effect,
  Expectation,
  Json,
  Narrowing,
  ReasonCode,
  SignatureReading,
  SimulationReport,
} from '../../core/index.ts';
import type { JudgeInput } from '../judge-input.ts';
import { unpackEffects } from './effect-json.ts';

/** The part of a judgement's input that stands in its decision. */
export type ReadInput = Pick<JudgeInput, 'request' | 'tx' | 'signature' | 'decoded' | 'satisfied' | 'nowMs'>;

type Fields = { readonly [key: string]: Json };

/** What a decision kept of its judgement's input, read back; undefined where it kept none, or what is none. */
export function readInput(decision: Decision): ReadInput | undefined {
  const { input, wallet, chain } = decision;
  if (input === undefined || input.v !== 1 || wallet === null || chain === null) return undefined;
  try {
    const effects = decision.effects.filter(({ source }) => source === 'bytes');
    const [asset, ceiling] = input.fee;
    const [ofChain, ofWallet] = input.of ?? [chain, wallet];
    const fee = { asset: asset as AssetId, ceiling: BigInt(ceiling), params: {} };
    return {
      request: requestOf(decision, input, wallet, chain),
      tx: { chain: ofChain as ChainId, wallet: ofWallet as AccountId, fee },
      ...(input.signature === undefined ? {} : { signature: readingOf(decision, input, input.signature as Fields, effects) }),
      decoded: { effects, calls: [], complete: !effects.some(({ kind }) => kind === 'unknown') },
      satisfied: new Set((input.satisfied ?? []) as readonly ReasonCode[]),
      nowMs: decision.at,
    };
  } catch {
    return undefined;
  }
}

function requestOf(decision: Decision, input: DecisionInput, wallet: AccountId, chain: ChainId): ActionRequest {
  const { narrow, expect } = input;
  return {
    id: decision.requestId,
    tenant: decision.tenant,
    agentId: decision.agent,
    userId: decision.user,
    wallet,
    chain,
    type: input.type,
    action: actionOf(input.action as Fields),
    declared: declaredOf(input),
    ...(decision.names === undefined ? {} : { names: decision.names }),
    context: {
      ...((input.context ?? {}) as ActionRequest['context']),
      ...(decision.session === undefined ? {} : { sessionId: decision.session }),
    },
    feeCeiling: input.feeCeiling === undefined ? null : BigInt(input.feeCeiling),
    notAfterMs: input.notAfterMs ?? null,
    narrow: narrow === undefined ? null : narrowingOf(narrow as Fields),
    expect: expect === undefined ? null : expectationOf(expect as Fields),
    receivedAtMs: decision.at,
    bodyDigest: decision.bodyDigest,
  };
}

function declaredOf({ declared, action }: DecisionInput): ActionRequest['declared'] {
  const { asset, amount, to } = action as Fields;
  const told = declared === true ? { asset, amount, destination: to } : (declared ?? { asset: null, amount: null, destination: null });
  return told as ActionRequest['declared'];
}

function actionOf(kept: Fields): ActionRequest['action'] {
  switch (kept['kind']) {
    case 'transfer':
    case 'transfer_from':
      return { ...kept, amount: BigInt(kept['amount'] as string) } as ActionRequest['action'];
    case 'approve':
      return {
        ...kept,
        amount: kept['amount'] === 'unlimited' ? 'unlimited' : BigInt(kept['amount'] as string),
      } as ActionRequest['action'];
    case 'calls':
      return { kind: 'calls', calls: [] };
    case 'transaction':
      return { kind: 'transaction', bytes: new Uint8Array() };
    case 'signature': {
      const order = kept['order'] as Fields;
      const read =
        order['kind'] === 'message' ? { ...order, bytes: new Uint8Array(Buffer.from(order['bytes'] as string, 'base64')) } : order;
      return { kind: 'signature', order: read } as ActionRequest['action'];
    }
    default:
      throw new TypeError('no action');
  }
}

function narrowingOf(kept: Fields): Narrowing {
  const amounts = ['maxAmount', 'maxFee'].flatMap((field) => (kept[field] === undefined ? [] : [[field, BigInt(kept[field] as string)]]));
  return { ...kept, ...Object.fromEntries(amounts) } as Narrowing;
}

function expectationOf(kept: Fields): Expectation {
  const flows = (list: Json | undefined): Json =>
    (list as readonly Fields[]).map((flow) => ({ ...flow, amount: BigInt(flow['amount'] as string) })) as never;
  const { out, in: least } = kept;
  return { ...kept, out: out === null ? null : flows(out), in: flows(least) } as unknown as Expectation;
}

function readingOf(decision: Decision, input: DecisionInput, kept: Fields, effects: readonly Effect[]): SignatureReading {
  const { signature } = decision;
  if (signature === undefined || decision.payloadDigest === null) throw new TypeError('no signature');
  const { standard, summary, expiresAtMs, mark } = signature;
  return {
    payload: new Uint8Array(Buffer.from(input.payload ?? '', 'base64')),
    payloadDigest: decision.payloadDigest,
    standard,
    summary,
    expiresAtMs,
    mark,
    effects,
    complete: kept['complete'] === true,
    ...(typeof kept['site'] === 'string' ? { site: kept['site'] } : {}),
  };
}

/** The report that the judgement was given; undefined where it was given none. */
export function readRun({ input, effects: known }: Decision): SimulationReport | undefined {
  const kept = input?.simulation as Fields | undefined;
  if (kept === undefined) return undefined;
  const effects = unpackEffects(kept['effects'], known);
  if (effects === undefined) return undefined;
  const texts = (field: string): readonly string[] => (kept[field] ?? []) as readonly string[];
  return {
    success: kept['failed'] !== true,
    wouldRevert: kept['reverts'] === true,
    gasEstimate: '0',
    coverageLevel: 'basic',
    caveats: [],
    effects,
    warnings: texts('warnings'),
    errors: texts('errors'),
    block: { number: '0', hash: '', timestampMs: 0 },
    ...(kept['opinions'] === undefined ? {} : { opinions: kept['opinions'] as unknown as NonNullable<SimulationReport['opinions']> }),
  };
}
