import { expect } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import {
  type AccountId,
  applyStep,
  type Command,
  canonicalize,
  type Digest,
  keccak256,
  leafHash,
  type PermitTerms,
  payloadDigest,
  permitId,
  type Random,
  type RequestRow,
  type SecurityEvent,
  type Step,
  type StepResult,
  type Store,
  sha256,
  sha256Hex,
  storeKey,
  toHex,
} from '../../src/core/index.ts';
import {
  type CoSignings,
  createSoftwareCustody,
  type GenerateKeyConfig,
  type KeyInfo,
  type KeyUsage,
  openVault,
  type RefusedSignature,
  type SoftwareCustody,
  type Vault,
} from '../../src/custody/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

export const ENCRYPTION_KEY = '8f1c2b7a90d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5a6b7c8d9e0f10213';
export const WALLET = 'eip155:31337:0x1111111111111111111111111111111111111111' as AccountId;

/** What each algorithm signs for a payload on this bench. */
export const HASHES = { secp256k1: keccak256, ed25519: sha256 } as const;

/** The log entry of an event, as the audit room makes it. */
export function toLogCommand(event: SecurityEvent): Command {
  const entry = canonicalize(event);
  return { kind: 'log.append', id: event.id, entry, leaf: leafHash(entry) };
}

/** A request that the gate decided: its permit, and its bytes. */
export interface Held {
  readonly agent: string;
  readonly requestId: string;
  readonly permit: string;
  readonly payload: Uint8Array;
}

export interface Bench {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly store: Store;
  readonly vault: Vault;
  readonly custody: SoftwareCustody;
  readonly key: KeyInfo;
  readonly refused: RefusedSignature[];
  /** Holds a request and issues its permit in one step, as the deciding step does. */
  hold(payload: Uint8Array, terms?: Partial<PermitTerms> & { readonly agent?: string; readonly requestId?: string }): Promise<Held>;
  apply(...commands: readonly Command[]): Promise<StepResult>;
  row(held: Held): Promise<RequestRow>;
}

/** Software custody with one key over a real store. */
export async function createBench(
  options: {
    readonly store?: (clock: ManualClock, random: Random) => Store | Promise<Store>;
    readonly seed?: string;
    readonly wrap?: (store: Store) => Store;
    /** Default: a secp256k1 key. */
    readonly key?: Partial<GenerateKeyConfig>;
    /** What keys are used for. */
    readonly usage?: (store: Store) => KeyUsage;
    readonly coSigning?: CoSignings;
    readonly inProcessParties?: 'refused';
  } = {},
): Promise<Bench> {
  const clock = createManualClock();
  const random = createSeededRandom(options.seed ?? 'custody');
  const store = await (options.store ?? ((at) => createMemoryStore({ clock: at })))(clock, random);
  const vault = await openVault({ store, random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
  const refused: RefusedSignature[] = [];
  const custody = createSoftwareCustody({
    store: options.wrap?.(store) ?? store,
    clock,
    random,
    vault,
    hashes: HASHES,
    redeemerId: 'host-1',
    command: toLogCommand,
    onRefused: (item) => refused.push(item),
    usage: options.usage?.(store),
    coSigning: options.coSigning,
    inProcessParties: options.inProcessParties,
  });
  const key = await custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing', ...options.key });
  let count = 0;
  const apply = (...commands: readonly Command[]): Promise<StepResult> => applyStep(store, { commands } satisfies Step);
  return {
    clock,
    random,
    store,
    vault,
    custody,
    key,
    refused,
    apply,
    async hold(payload, terms = {}) {
      const { agent = 'a1', requestId = `r${(count += 1)}`, ...rest } = terms;
      const commands = deciding(payload, {
        agent,
        requestId,
        keyId: key.id,
        secret: toHex(random.bytes(16)),
        nowMs: clock.nowMs(),
        ...rest,
      });
      const result = await apply(...commands.commands);
      if (!result.ok) throw new Error(`not held: ${result.reason.code}`);
      return { agent, requestId, payload, permit: permitId(agent, requestId, commands.secret) };
    },
    async row(held) {
      const [row] = await store.get([storeKey.request(held.agent, held.requestId)]);
      return row as unknown as RequestRow;
    },
  };
}

/** The commands of a deciding step for these bytes. */
export function deciding(
  payload: Uint8Array,
  options: Partial<PermitTerms> & {
    readonly agent: string;
    readonly requestId: string;
    readonly keyId: string;
    readonly secret: string;
    readonly nowMs: number;
  },
): { readonly commands: readonly Command[]; readonly secret: string } {
  const { agent, requestId, nowMs, ...terms } = options;
  const digest = payloadDigest(payload);
  const actionDigest = sha256Hex(`action/${agent}/${requestId}`) as Digest;
  const row: RequestRow = {
    agent,
    requestId,
    bodyDigest: sha256Hex(`body/${requestId}`),
    actionDigest,
    payloadDigest: digest,
    decisionId: `d-${requestId}`,
    logIndex: 0,
    state: 'held',
    wallet: WALLET,
    slot: null,
    lines: [],
    feeLines: [],
    feeCeiling: '0',
    payload: Buffer.from(payload).toString('base64'),
    dueMs: nowMs + 120_000,
    permit: null,
    sealed: null,
    txHash: null,
    updatedMs: nowMs,
  };
  const permit: PermitTerms = {
    payloadDigest: digest,
    actionDigest,
    policy: 'none',
    registry: 'none',
    epoch: 0,
    expiresAtMs: nowMs + 60_000,
    approvals: [],
    approvalsExpireAtMs: null,
    redeemedBy: null,
    ...terms,
  };
  return {
    secret: terms.secret,
    commands: [
      { kind: 'ledger.reserve', request: row, caps: [] },
      { kind: 'permit.issue', agent, requestId, permit },
    ],
  };
}

/** An unsigned transaction of type 2. */
export const PAYLOAD: Uint8Array = new Uint8Array(
  Buffer.from('02e98082869084773594008504a817c80082520894d8da6bf26964af9d7ed9e03e53415d37aa9604588080c0', 'hex'),
);

/** The same bytes but for one bit. */
export function oneBitOff(payload: Uint8Array): Uint8Array {
  return Uint8Array.from(payload, (byte, index) => (index === 7 ? byte ^ 1 : byte));
}

/** Refused with this reason, and the listener was told. */
export async function expectRefused(bench: Bench, run: Promise<unknown>, reason: string, code = 'PERMIT_REFUSED'): Promise<void> {
  await expect(run).rejects.toMatchObject({ code, details: { reason } });
  expect(bench.refused.at(-1)?.reason).toBe(reason);
}
