import type { z } from 'zod';
import { authorizationSchema, riskSchema } from './authorization-schema.ts';
import { custodySchema, keyDerivationSchema, keysSchema, mpcSchema } from './custody-schema.ts';
import { emergencySchema } from './emergency-schema.ts';
import { sharingOf } from './sharing.ts';

type Section = z.ZodLazy<z.ZodObject<Readonly<Record<string, z.ZodType>>>>;
type Sound<S extends Section> = Partial<z.output<S>>;

/** Fields of a section that are sound, each by itself: what is wrong with the others is told elsewhere. */
function sound<S extends Section>(schema: S, section: unknown): Sound<S> {
  const given = (typeof section === 'object' && section !== null ? section : {}) as Readonly<Record<string, unknown>>;
  const fields = Object.entries(schema.unwrap().shape).flatMap(([field, shape]) => {
    const parsed = shape.safeParse(given[field]);
    return parsed.success && parsed.data !== undefined ? [[field, parsed.data] as const] : [];
  });
  return Object.fromEntries(fields) as Sound<S>;
}

/** Fields of a configuration that are each fine, and cannot both be meant. Fields that are not fine are passed over. */
export function contradictions(input: unknown): readonly string[] {
  const given = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  const custody = sound(custodySchema, given['custody']);
  return [
    ...keyProblems(sound(keysSchema, given['keys']), given['production'] === true),
    ...sharingProblems(custody, sound(mpcSchema, given['mpc'])),
    ...custodyProblems(custody),
    ...derivationProblems(sound(keyDerivationSchema, given['keyDerivation'])),
    ...(given['allowUnenforced'] === true ? [] : switchedOff(given)),
  ];
}

function keyProblems({ passphrase, encryptionKey, hsm }: Sound<typeof keysSchema>, production: boolean): readonly string[] {
  const problems: string[] = [];
  if (passphrase !== undefined && encryptionKey !== undefined) problems.push('keys: give passphrase or encryptionKey, not both');
  if (production && passphrase === undefined && encryptionKey === undefined)
    problems.push('keys: production needs passphrase or encryptionKey');
  if (hsm?.provider === 'aws-cloudhsm' && hsm.clusterId === undefined) problems.push('keys.hsm.clusterId: must be the name of a cluster');
  return problems;
}

const differ = (left: number | undefined, right: number | undefined): boolean =>
  left !== undefined && right !== undefined && left !== right;

function sharingProblems(custody: Sound<typeof custodySchema>, mpc: Sound<typeof mpcSchema>): readonly string[] {
  const problems: string[] = [];
  const ids = mpc.parties?.map(({ id }) => id) ?? [];
  if (new Set(ids).size !== ids.length) problems.push('mpc.parties: each id once');
  if (differ(custody.mpcThreshold, mpc.threshold)) problems.push('custody.mpcThreshold: must be the same as mpc.threshold');
  if (differ(custody.mpcParties, mpc.totalParties)) problems.push('custody.mpcParties: must be the same as mpc.totalParties');
  const { threshold, parties } = sharingOf({ custody, mpc });
  if (differ(mpc.parties?.length, parties)) problems.push(`mpc.parties: must be as many as there are parties, which is ${parties}`);
  const field = mpc.threshold === undefined && custody.mpcThreshold !== undefined ? 'custody.mpcThreshold' : 'mpc.threshold';
  if (threshold > parties || 2 * threshold <= parties)
    problems.push(`${field}: must be more than half of the parties, and at most all of them`);
  return problems;
}

function custodyProblems({ mode, userOwned, signer }: Sound<typeof custodySchema>): readonly string[] {
  const problems: string[] = [];
  if (userOwned === false && mode === 'non-custodial')
    problems.push('custody.userOwned: whoever has the key owns the wallet, and a non-custodial one has the user’s');
  if (signer !== undefined && signer.algorithm !== 'secp256k1' && signer.algorithm !== 'ed25519')
    problems.push('custody.signer.algorithm: must be secp256k1 or ed25519');
  return problems;
}

function derivationProblems({ coinType, hardened }: Sound<typeof keyDerivationSchema>): readonly string[] {
  if (hardened !== false || coinType !== 607) return [];
  return ['keyDerivation.hardened: must be true for coin type 607, whose curve has hardened children only'];
}

function switchedOff(given: Readonly<Record<string, unknown>>): readonly string[] {
  const risk = sound(riskSchema, given['risk']);
  const off = [
    [risk.enabled, 'risk.enabled'],
    [risk.fraudDetectionEnabled, 'risk.fraudDetectionEnabled'],
    [sound(emergencySchema, given['emergency']).killSwitchEnabled, 'emergency.killSwitchEnabled'],
    [sound(authorizationSchema, given['authorization']).enableSimulation, 'authorization.enableSimulation'],
  ] as const;
  return off.filter(([on]) => on === false).map(([, field]) => `${field}: switching a check off needs allowUnenforced: true`);
}
