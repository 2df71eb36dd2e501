import { describe, expect, it } from 'vitest';
import { compilePolicy, judgeAgain, judgeKeys } from '../../src/authz/index.ts';
import type { AssetId, Decision, Effect, Json } from '../../src/core/index.ts';
import { countEvent, EMPTY_RATE, storeKey } from '../../src/core/index.ts';
import { fleetKey, learnFleetParty } from '../../src/risk/index.ts';
import {
  account,
  allow,
  BASE,
  bench,
  CHAIN,
  call,
  ETH,
  EVE,
  ether,
  input,
  NOW,
  OPEN,
  policyOf,
  request,
  send,
  TOKENS,
  tx,
  USDC,
  WALLET,
} from './fixture.ts';

const FAKE = `${CHAIN}/erc20:0x${'fa'.repeat(20)}` as AssetId;
const swap = { ...call(), operation: 'swap', capability: 'trading' } as unknown as Effect;
const bought: Effect = { kind: 'inflow', account: WALLET, counterparty: EVE, asset: USDC, amount: 50n, leaf: '0', source: 'bytes' };
const said: Effect = { kind: 'message', account: EVE, text: '100200300', leaf: '0', source: 'bytes' } as unknown as Effect;
const EFFECTS = [send(ether('0.1'), EVE), swap, bought, said, allow('unlimited', EVE), send(1n, EVE, FAKE, '1')];

function rowsOf(keys: readonly string[]): readonly (Json | undefined)[] {
  let party: ReturnType<typeof learnFleetParty> | undefined;
  for (let n = 0; n < 7; n += 1)
    party = learnFleetParty(
      party,
      { atMs: NOW - 1_000, direction: 'out', kind: 'coin', party: EVE, asset: ETH, amount: 1n, decimals: 18 },
      true,
    );
  let denied = EMPTY_RATE;
  for (let n = 0; n < 21; n += 1) denied = countEvent(denied, 3_600_000, null, NOW - 5_000, NOW);
  const rows = new Map<string, unknown>([
    [storeKey.doc(fleetKey(EVE)), { version: 1, value: party }],
    [storeKey.rate('agent:a1:denied'), denied],
  ]);
  return keys.map((key) => rows.get(key) as Json | undefined);
}

/** A decision whose risk stands on every fact there is. */
async function decided(): Promise<Decision> {
  const policy = policyOf();
  const asked = request({
    type: 'transaction',
    action: { kind: 'calls', calls: [] },
    declared: { asset: null, amount: null, destination: null },
  });
  const decoded = { effects: EFFECTS, calls: [], complete: true };
  const keys = judgeKeys({ request: asked, tx: tx(), decoded, policy });
  const made = {
    ...input(),
    ...{ request: asked, decoded, policy, rows: { keys, values: rowsOf(keys) } },
    lookedUp: {
      contracts: [[EVE, false, null]] as const,
      quotes: [[USDC, '100']] as const,
      symbols: [[FAKE, 'usdc']] as const,
      tags: [['100200300', [account('d')]]] as const,
    },
  };
  const judgement = await bench().judge.judge(made);
  return JSON.parse(
    JSON.stringify(
      {
        ...{ v: 1, id: 'd1', tenant: 't', at: NOW, requestId: 'r1', bodyDigest: asked.bodyDigest, agent: 'a1', user: 'u1' },
        ...{ wallet: WALLET, chain: CHAIN, payloadDigest: null, actionDigest: null, effects: judgement.effects, approvals: [] },
        ...{ verdict: judgement.verdict, reasons: judgement.reasons, reports: judgement.reports, facts: judgement.facts },
        ...{ input: { ...judgement.input, payload: '' }, signals: judgement.signals, unenforced: [], riskScore: judgement.riskScore },
        ...{ policy: policy.digest, policyVersionId: policy.digest, registry: '', epoch: 0, software: '' },
      },
      (_key, value: unknown) => (typeof value === 'bigint' ? `bigint:${value}` : value),
    ),
    (_key, value: unknown) => (typeof value === 'string' && value.startsWith('bigint:') ? BigInt(value.slice(7)) : value),
  ) as Decision;
}

const SIX = ['approval_phishing', 'authorization_probing', 'fake_token', 'fleet_coordination', 'mimicked_comment', 'sandwich_exposure'];
const riskOf = ({ facts }: Pick<Decision, 'facts'>) => facts['risk'] as unknown as { patterns: { id: string }[]; unchecked?: string[] };

describe('facts for patterns of fraud in a record', () => {
  it('are all six in one decision, each with its evidence, and nothing of them is unchecked', async () => {
    const decision = await decided();
    const { patterns, unchecked = [] } = riskOf(decision);
    expect(patterns.map(({ id }) => id)).toEqual(expect.arrayContaining(SIX));
    expect(unchecked.filter((id) => SIX.includes(id))).toEqual([]);
    const told = decision.reports[2]?.reasons.filter(({ rule }) => SIX.includes(rule ?? '')) ?? [];
    expect(told.map(({ rule }) => rule).sort()).toEqual(SIX.filter((id) => id !== 'approval_phishing'));
    for (const { facts } of told) expect(Object.keys(facts ?? {}).length).toBeGreaterThan(1);
  });

  it('judge the same again, byte for byte: by the facts under the same rules, by the readings under others', async () => {
    const decision = await decided();
    const policy = policyOf();
    const again = await judgeAgain(decision, policy, policy);
    expect(again?.indeterminate).toEqual([]);
    expect(JSON.stringify([again?.verdict, again?.reasons])).toBe(JSON.stringify([decision.verdict, decision.reasons]));
    // Other rules that say nothing of it: risk is measured anew, from what was kept.
    const wider = compilePolicy({ ...OPEN, allowedDestinations: [...(OPEN.allowedDestinations ?? []), account('77')] }, TOKENS, BASE);
    expect(wider.digest).not.toBe(policy.digest);
    const other = await judgeAgain(decision, policy, wider);
    expect(other?.indeterminate).toEqual([]);
    expect(JSON.stringify([other?.verdict, other?.reasons])).toBe(JSON.stringify([decision.verdict, decision.reasons]));
  });

  it('are nothing in a record of before they were kept: it is judged as it was then', async () => {
    const kept = await decided();
    const { readings: _none, ...before } = kept.input as NonNullable<Decision['input']> & { readings: Json };
    const old: Decision = { ...kept, input: before };
    const wider = compilePolicy({ ...OPEN, allowedDestinations: [...(OPEN.allowedDestinations ?? []), account('77')] }, TOKENS, BASE);
    const again = await judgeAgain(old, policyOf(), wider);
    expect(again?.indeterminate).toEqual([]);
    expect(again?.reasons.map(({ rule }) => rule)).not.toContain('fleet_coordination');
    expect(again?.reasons.map(({ rule }) => rule)).not.toContain('authorization_probing');
  });
});
