import {
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  fromHex,
  generateSeed,
  type Json,
  newId,
  type Random,
  readDoc,
  type SecurityEvent,
  type Store,
  toHex,
  verifyEd25519,
} from '../../core/index.ts';
import {
  type AttestationHandover,
  type AttestationName,
  type AttestationRecord,
  attestationContext,
  attestationDoc,
  loadAttestationKey,
  openAttestation,
  parseAttestation,
} from './attestation.ts';
import { contended } from './key-maker.ts';
import { keyCipher, type Vault } from './vault.ts';

/** An attestation key and the ones before it. Whoever knows one of those can follow the signatures to the present one. */
export interface RotatedAttestation {
  /** `<tenant>/<name>`, as before. */
  readonly id: string;
  /** Hex. */
  readonly publicKey: string;
  /** The oldest first. */
  readonly former: readonly AttestationHandover[];
}

/** Former keys of one name: each is a rotation by hand or by the year. */
const MAX_FORMER = 256;

/** The bytes by which a key vouches for its successor: text that begins with a letter, as attestation keys sign nothing else. */
export function handoverStatement(id: string, publicKey: string, nextPublicKey: string): Uint8Array {
  return new Uint8Array(Buffer.from(`castellan.attestation.handover.v1\n${id}\n${publicKey}\n${nextPublicKey}\n`));
}

/** Tells whether each former key vouched for the next one, up to the present one, from a key that is known on. */
export function verifyHandovers(rotated: RotatedAttestation, knownPublicKey: string): boolean {
  const keys = [...rotated.former.map(({ publicKey }) => publicKey), rotated.publicKey];
  const from = keys.indexOf(knownPublicKey);
  return (
    from >= 0 &&
    rotated.former.slice(from).every(({ publicKey, signature }, index) => {
      const next = keys[from + index + 1];
      if (next === undefined || !/^[0-9a-f]{64}$/.test(publicKey) || !/^[0-9a-f]{128}$/.test(signature)) return false;
      return verifyEd25519(fromHex(publicKey), handoverStatement(rotated.id, publicKey, next), fromHex(signature));
    })
  );
}

/**
 * Replaces an attestation key. It owns no money, so nothing migrates: the old key signs a statement that names the new one,
 * and its secret is gone. Processes that have the old one loaded go on with it until they load it again.
 *
 * Durable when it resolves. Of two callers at once one replaces the key, and both get its outcome.
 * @throws MODE_UNAVAILABLE for `log`: the checkpoints of one log stand under one key; KEY_DECRYPT_FAILED, STORE_CORRUPT
 */
export async function rotateAttestationKey(options: {
  readonly store: Store;
  readonly vault: Vault;
  readonly random: Random;
  readonly clock: Clock;
  readonly command: (event: SecurityEvent) => Command;
  readonly name: AttestationName;
}): Promise<RotatedAttestation> {
  const { store, vault, random, clock, command, name } = options;
  if (name !== 'gate')
    throw new CastellanError('MODE_UNAVAILABLE', {
      message: 'Only the attestation key of the gate can be replaced.',
      details: { name: String(name).slice(0, 64) },
    });
  const { tenant } = vault;
  const key = attestationDoc(name);
  const current = await loadAttestationKey({ store, vault, random, name });
  const doc = await readDoc(store, key);
  if (doc === undefined) throw contended();
  const record = parseAttestation(doc.value, key);
  const former = record.former ?? [];
  // Another caller came first, and the key is a fresh one.
  if (record.publicKey !== toHex(current.publicKey)) return result(current.id, record);
  const seed = generateSeed(random);
  const cipher = keyCipher(vault);
  const sealed = (publicKey: string): string => cipher.seal(seed, attestationContext(tenant, name, publicKey));
  const publicKey = publicKeyOf(tenant, name, seed);
  const at = clock.nowMs();
  const signature = toHex(current.sign(handoverStatement(current.id, record.publicKey, publicKey)));
  const next: AttestationRecord = {
    v: 1,
    publicKey,
    ciphertext: sealed(publicKey),
    former: [...former, { publicKey: record.publicKey, untilMs: at, signature }].slice(-MAX_FORMER),
  };
  seed.fill(0);
  const details = { action: 'attestation_rotated', name, publicKey, previous: record.publicKey };
  const told = command({ v: 1, id: newId(random, at), tenant, at, agent: null, severity: 'warning', type: 'key_event', details });
  const put: Command = { kind: 'doc.put', key, value: next as unknown as Json, ifVersion: doc.version };
  const stored = await applyStep(store, { commands: [put, told] });
  if (stored.ok) return result(current.id, next);
  const other = await readDoc(store, key);
  if (other === undefined || other.version === doc.version) throw contended();
  return result(current.id, parseAttestation(other.value, key));
}

function publicKeyOf(tenant: string, name: AttestationName, seed: Uint8Array): string {
  return toHex(openAttestation(tenant, name, Uint8Array.from(seed)).publicKey);
}

function result(id: string, { publicKey, former = [] }: AttestationRecord): RotatedAttestation {
  return Object.freeze({ id, publicKey, former: Object.freeze(former.map((item) => Object.freeze({ ...item }))) });
}
