import { nanosecondsPer, type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { createMemoryStore } from '../src/adapters/store/memory/index.ts';
import {
  canonicalize,
  leafHash,
  payloadDigest,
  permitId,
  type RequestRow,
  type SecurityEvent,
  sha256,
  sha256Hex,
  toHex,
  verifyEd25519,
} from '../src/core/index.ts';
import { createSoftwareCustody, openVault, type SoftwareCustody } from '../src/custody/index.ts';
import { frost, identifierOf } from '../src/custody/mpc/suite.ts';

/** What a signature of two of three parties costs beside its floor. All figures ns per signature. */
export interface FrostCost {
  /** A permit redeemed, shares opened, both rounds, checked: over the suite's own steps. */
  readonly bound: RatioBound;
  readonly signatures: number;
}

/** A payload that may be signed once. */
interface Held {
  readonly permit: string;
  readonly payload: Uint8Array;
}

/** Signatures before anything is timed: the curve's tables are made on first use. */
const WARM = 6;

/**
 * Signs through the custodian, from the permit to the checked signature, in rounds that alternate with the suite's own steps
 * for the same number of signatures: commit and sign for two parties, aggregate, verify.
 */
export async function measureFrost(options: { readonly perRound: number; readonly rounds: number }): Promise<FrostCost> {
  const { perRound, rounds } = options;
  const clock = systemClock();
  const random = systemRandom();
  const store = createMemoryStore({ clock });
  const vault = await openVault({ store, random, tenant: 'bench', encryptionKey: toHex(random.bytes(32)) });
  const command = (event: SecurityEvent) => {
    const entry = canonicalize(event);
    return { kind: 'log.append', id: event.id, entry, leaf: leafHash(entry) } as const;
  };
  const hashes = { ed25519: sha256 };
  const custody = createSoftwareCustody({ store, clock, random, vault, hashes, redeemerId: 'bench', command });
  const key = await custody.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' });
  let count = 0;

  async function hold(): Promise<Held> {
    count += 1;
    const requestId = `r${count}`;
    const payload = random.bytes(200);
    const terms = { requestId, payload, keyId: key.id, secret: toHex(random.bytes(16)), nowMs: clock.nowMs() };
    const [result] = await store.apply([{ commands: decided(terms) }]);
    if (result?.ok !== true) throw new Error('the payload was not held');
    return { permit: permitId('a1', requestId, terms.secret), payload };
  }

  async function ours(): Promise<number> {
    const held: Held[] = [];
    for (let turn = 0; turn < perRound; turn += 1) held.push(await hold());
    return nanosecondsPer(perRound, (turn) => sign(custody, held[turn], key.publicKey));
  }

  for (let turn = 0; turn < WARM; turn += 1) await sign(custody, await hold(), key.publicKey);
  const floor = floorOf();
  floor(0);
  const bound = await ratioBound(ours, () => nanosecondsPer(perRound, floor), { rounds });
  custody.close();
  await store.close();
  return { bound, signatures: perRound * rounds };
}

async function sign({ custodian }: SoftwareCustody, held: Held | undefined, publicKey: string): Promise<void> {
  if (held === undefined) throw new Error('nothing to sign');
  const { signature } = await custodian.sign(held.permit, held.payload);
  if (!verifyEd25519(Buffer.from(publicKey, 'hex'), sha256(held.payload), signature)) throw new Error('the signature is wrong');
}

/** The suite's own steps for one signature, over shares that lie open. */
function floorOf(): (turn: number) => void {
  const { public: group, secretShares } = frost.trustedDealer({ min: 2, max: 3 });
  const [one, two] = [1, 2].map((party) => secretShares[identifierOf(party)]);
  const [publicKey] = group.commitments;
  if (one === undefined || two === undefined || publicKey === undefined) throw new Error('no shares');
  return (turn) => {
    const message = sha256(`message ${turn}`);
    const rounds = [one, two].map((secret) => ({ secret, ...frost.commit(secret) }));
    const commitments = rounds.map((round) => round.commitments);
    const shares = Object.fromEntries(
      rounds.map(({ secret, nonces }) => [secret.identifier, frost.signShare(secret, group, nonces, commitments, message)]),
    );
    if (!frost.verify(frost.aggregate(group, commitments, message, shares), message, publicKey)) throw new Error('the signature is wrong');
  };
}

function decided(terms: {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly keyId: string;
  readonly secret: string;
  readonly nowMs: number;
}) {
  const { requestId, payload, keyId, secret, nowMs } = terms;
  const digest = payloadDigest(payload);
  const actionDigest = sha256Hex(requestId);
  const request: RequestRow = {
    agent: 'a1',
    requestId,
    bodyDigest: actionDigest,
    actionDigest,
    payloadDigest: digest,
    decisionId: requestId,
    logIndex: 0,
    state: 'held',
    wallet: `ton:-3:0:${'1'.repeat(64)}` as RequestRow['wallet'],
    slot: null,
    lines: [],
    feeLines: [],
    feeCeiling: '0',
    payload: Buffer.from(payload).toString('base64'),
    dueMs: nowMs + 3_600_000,
    permit: null,
    sealed: null,
    txHash: null,
    updatedMs: nowMs,
  };
  const permit = {
    secret,
    payloadDigest: digest,
    actionDigest,
    keyId,
    policy: 'none',
    registry: 'none',
    epoch: 0,
    expiresAtMs: nowMs + 3_600_000,
    approvals: [],
    approvalsExpireAtMs: null,
    redeemedBy: null,
  };
  return [
    { kind: 'ledger.reserve', request, caps: [] },
    { kind: 'permit.issue', agent: 'a1', requestId, permit },
  ] as const;
}
