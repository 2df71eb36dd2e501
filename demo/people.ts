import { randomBytes } from 'node:crypto';
import { createAttestationKey, generateSeed } from '../src/index.ts';

const person = (id: string) => createAttestationKey(id, generateSeed({ bytes: (length) => new Uint8Array(randomBytes(length)) }));

/** Three people whose keys the gate knows, and one whose key it does not. */
export function createPeople() {
  return { olivia: person('olivia'), oscar: person('oscar'), anna: person('anna'), mallory: person('mallory') };
}
export type People = ReturnType<typeof createPeople>;

/** Who may do what: Olivia owns the rules, Oscar lifts emergencies, Anna answers what agents may not decide alone. */
export function registeredKeys({ olivia, oscar, anna }: People) {
  const key = ({ id, publicKey }: People['anna'], role: 'owner' | 'operator' | 'approver') => ({
    id,
    scheme: 'ed25519' as const,
    key: Buffer.from(publicKey).toString('hex'),
    roles: [role],
  });
  return [key(olivia, 'owner'), key(oscar, 'operator'), key(anna, 'approver')];
}
