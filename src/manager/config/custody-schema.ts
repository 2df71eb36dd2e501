import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';
import type { TypedDataSigner } from '../../core/smart-account.ts';
import type { UserSigner } from '../../core/user-signer.ts';
import type { WalletMode } from '../directory.ts';
import { factory, positiveMs } from './fields.ts';

/** Every accepted spelling of a mode. */
const MODES = {
  software: 'software',
  mpc: 'mpc',
  'non-custodial': 'non-custodial',
  non_custodial: 'non-custodial',
  'smart-contract': 'smart-contract',
  smart_contract_wallet: 'smart-contract',
} as const satisfies Record<string, WalletMode>;

const PROVIDERS = {
  'aws-cloudhsm': 'aws-cloudhsm',
  aws_cloudhsm: 'aws-cloudhsm',
  'aws-kms': 'aws-kms',
  aws_kms: 'aws-kms',
} as const;

const spelling = <const T extends Readonly<Record<string, string>>>(spellings: T) =>
  z.enum(Object.keys(spellings) as [keyof T & string]).transform((text) => spellings[text] as T[keyof T & string]);

const parties = lazySchema(() => z.int().min(2).max(5));

/** Whose wallets are, and how new ones are made. */
export const custodySchema = lazySchema(() =>
  z.strictObject({
    /** Of wallets whose maker names none. */
    mode: spelling(MODES).default('software'),
    /** False: the platform owns the wallets, and no user recovers them. */
    userOwned: z.boolean().default(true),
    /** False: nothing is signed with a key that lies here before a party or the user has said yes. */
    platformManaged: z.boolean().default(true),
    /** False: no recovery is opened, goes on or completes. */
    recoveryEnabled: z.boolean().default(true),
    /** The same as `mpc.threshold` and `mpc.totalParties`. */
    mpcThreshold: parties.optional(),
    mpcParties: parties.optional(),
    /** Who owns smart-contract wallets whose maker names nobody. */
    owner: factory<TypedDataSigner>('signTypedData', 'a signer of typed data, such as a viem account').optional(),
    /** The user's wallet behind non-custodial wallets whose maker names none. */
    signer: factory<UserSigner>('sign', 'a UserSigner').optional(),
    /** How long a user's own wallet is waited for, ms; left out, as long as the wallet room has it. */
    signerTimeoutMs: positiveMs.optional(),
  }),
);

/** How keys of mode `mpc` are shared. */
export const mpcSchema = lazySchema(() =>
  z.strictObject({
    threshold: parties.optional(),
    totalParties: parties.optional(),
    parties: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
          type: z.enum(['user_device', 'platform_hsm', 'backup_service']).optional(),
          /** Where it runs; without one it runs in this process. */
          endpoint: z.url('must be a URL').optional(),
        }),
      )
      .min(2)
      .max(5)
      .readonly()
      .optional(),
    /** Of keys that are made; left out, it is the chain's own. */
    signatureScheme: z.enum(['ed25519', 'secp256k1']).optional(),
    /** How long the shares of a key are waited for before its permit is spent, ms. */
    timeoutMs: z.int().positive().max(600_000).default(30_000),
  }),
);

/** Where the keys of new software wallets come from. */
export const keyDerivationSchema = lazySchema(() =>
  z.strictObject({
    scheme: z.literal('bip44').default('bip44'),
    /** 60 or 607 (SLIP-44); left out, it is the chain's own. */
    coinType: z.literal([60, 607], 'must be 60 (Ether) or 607 (TON)').optional(),
    /** Ed25519 has hardened children only. */
    hardened: z.boolean().default(true),
    /** False: nothing is remembered of the tree, and each new wallet derives it from the first index on. */
    cacheEnabled: z.boolean().default(true),
  }),
);

/** What opens the vault. */
export const keysSchema = lazySchema(() =>
  z.strictObject({
    passphrase: z.string().min(8).optional(),
    encryptionKey: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 32 bytes in hex')
      .optional(),
    /** The device that wallet keys belong in. Named, no key is made anywhere else. */
    hsm: z.strictObject({ provider: spelling(PROVIDERS), clusterId: z.string().min(1).max(256).optional() }).optional(),
  }),
);
