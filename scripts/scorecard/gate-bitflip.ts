import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import {
  canonicalize,
  isCastellanError,
  keccak256,
  leafHash,
  payloadDigest,
  permitId,
  type RequestRow,
  sha256Hex,
  toHex,
} from '../../src/core/index.ts';
import { createSoftwareCustody, openVault } from '../../src/custody/index.ts';

/** What flipping bits after the decision came to. */
export interface BitFlips {
  /** Payloads with one bit flipped that custody was asked to sign. */
  readonly tried: number;
  /** Signatures it gave for them: the bar is 0. */
  readonly signed: number;
  /** Refusals for another reason than the bytes, and payloads that were not signed as decided: both must be 0. */
  readonly astray: number;
}

const WHOLE = 64;
const BITS_OF_OTHERS = 64;

/**
 * Asks software custody for signatures over payloads that differ from the decided ones in one bit: every bit of 64 random
 * payloads, and 64 random bits of 512 (quick) or 4,096 (full) more. Each permit is then redeemed for its own payload, so
 * that a custodian that refuses everything does not pass.
 */
export async function bitFlip(mode: 'quick' | 'full'): Promise<BitFlips> {
  const clock = systemClock();
  const random = systemRandom();
  const store = createMemoryStore({ clock });
  const vault = await openVault({ store, random, tenant: 'scorecard', encryptionKey: toHex(random.bytes(32)) });
  const command = (event: Parameters<Parameters<typeof createSoftwareCustody>[0]['command']>[0]) => {
    const entry = canonicalize(event);
    return { kind: 'log.append', id: event.id, entry, leaf: leafHash(entry) } as const;
  };
  const custody = createSoftwareCustody({
    store,
    clock,
    random,
    vault,
    hashes: { secp256k1: keccak256 },
    redeemerId: 'scorecard',
    command,
  });
  const key = await custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
  const below = (limit: number): number => new DataView(random.bytes(4).buffer).getUint32(0) % limit;
  let tried = 0;
  let signed = 0;
  let astray = 0;

  async function hold(requestId: string, payload: Uint8Array): Promise<string> {
    const nowMs = clock.nowMs();
    const digest = payloadDigest(payload);
    const actionDigest = sha256Hex(requestId);
    const secret = toHex(random.bytes(16));
    const request: RequestRow = {
      agent: 'a1',
      requestId,
      bodyDigest: sha256Hex(`body/${requestId}`),
      actionDigest,
      payloadDigest: digest,
      decisionId: requestId,
      logIndex: 0,
      state: 'held',
      wallet: 'eip155:1:0x1111111111111111111111111111111111111111' as RequestRow['wallet'],
      slot: null,
      lines: [],
      feeLines: [],
      feeCeiling: '0',
      payload: null,
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
      keyId: key.id,
      policy: 'none',
      registry: 'none',
      epoch: 0,
      expiresAtMs: nowMs + 3_600_000,
      approvals: [],
      approvalsExpireAtMs: null,
      redeemedBy: null,
    };
    const [result] = await store.apply([
      {
        commands: [
          { kind: 'ledger.reserve', request, caps: [] },
          { kind: 'permit.issue', agent: 'a1', requestId, permit },
        ],
      },
    ]);
    if (result?.ok !== true) throw new Error('the payload was not held');
    return permitId('a1', requestId, secret);
  }

  async function attempt(permit: string, payload: Uint8Array): Promise<void> {
    tried += 1;
    try {
      await custody.custodian.sign(permit, payload);
      signed += 1;
    } catch (error) {
      if (!isCastellanError(error) || error.details['reason'] !== 'permit_payload_mismatch') astray += 1;
    }
  }

  const others = mode === 'full' ? 4_096 : 512;
  for (let index = 0; index < WHOLE + others; index += 1) {
    const payload = random.bytes(40 + below(120));
    const permit = await hold(`r${index}`, payload);
    const total = payload.length * 8;
    const flips = index < WHOLE ? total : BITS_OF_OTHERS;
    const flipped = new Uint8Array(payload);
    for (let flip = 0; flip < flips; flip += 1) {
      const bit = index < WHOLE ? flip : below(total);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await attempt(permit, flipped);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    }
    const own = await custody.custodian.sign(permit, flipped).catch(() => undefined);
    if (own?.signature.length !== 65) astray += 1;
  }
  custody.close();
  await store.close();
  return { tried, signed, astray };
}
