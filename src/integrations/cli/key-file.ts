import { resolve } from 'node:path';
import { z } from 'zod';
import { isOpenToOthers, readText } from '../../adapters/host/index.ts';
import { fromHex, toHex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { createAttestationKey, generateSeed } from '../../core/signature.ts';
import type { AttestationKey } from '../../core/signer.ts';
import type { Call } from './command.ts';
import { UsageError } from './outcome.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
/** A person's key at rest: `{ v: 1, id, scheme: 'ed25519', publicKey, seed }`, hex. */
const keyFileSchema = z.strictObject({
  v: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9_.@-]{1,64}$/),
  scheme: z.literal('ed25519'),
  publicKey: hex32,
  seed: hex32,
});

const MAX_BYTES = 4_096;

/**
 * Reads a person's key; its seed is concealed in all that is printed from then on.
 *
 * Fails closed when others may read the file, and when its public key is not that of its seed.
 * @throws UsageError where there is no such file; KEY_INVALID
 */
export async function readKeyFile(call: Call, given: string): Promise<AttestationKey> {
  const path = resolve(call.terminal.directory, given);
  const text = await readText(path, MAX_BYTES);
  if (text === undefined) throw new UsageError(`There is no key file at ${path}.`);
  if (await isOpenToOthers(path)) throw invalid('Others may read the key file: close it with chmod 600, or better make another key.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('The key file is no JSON.');
  }
  const parsed = keyFileSchema.safeParse(value);
  // Which field is wrong is not said: the words of the check could repeat the seed.
  if (!parsed.success) throw invalid('The key file is not { v: 1, id, scheme: "ed25519", publicKey, seed } with 64 hex digits each.');
  call.output.conceal(parsed.data.seed);
  const seed = fromHex(parsed.data.seed);
  try {
    const key = createAttestationKey(parsed.data.id, seed);
    if (toHex(key.publicKey) !== parsed.data.publicKey) throw invalid('The public key in the key file is not that of its seed.');
    return key;
  } finally {
    seed.fill(0);
  }
}

/** A fresh key: the text of its file, and the public half for the registry. */
export function makeKeyFile(id: string, random: Random): { readonly text: string; readonly publicKey: string } {
  const seed = generateSeed(random);
  const publicKey = toHex(createAttestationKey(id, seed).publicKey);
  const text = `${JSON.stringify({ v: 1, id, scheme: 'ed25519', publicKey, seed: toHex(seed) }, null, 2)}\n`;
  seed.fill(0);
  return { text, publicKey };
}

function invalid(message: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message });
}
