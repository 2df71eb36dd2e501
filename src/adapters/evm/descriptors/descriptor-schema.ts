import { z } from 'zod';

/** Fields within fields; real descriptors nest two or three deep. */
export const MAX_NESTED_FIELDS = 6;

const text = z.string().max(2_048);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const deployments = z.array(z.looseObject({ chainId: z.int().positive(), address })).max(1_024);

const params = z.looseObject({
  tokenPath: text.optional(),
  token: text.optional(),
  collectionPath: text.optional(),
  collection: text.optional(),
  calleePath: text.optional(),
  callee: text.optional(),
  amountPath: text.optional(),
  types: z.array(text).max(32).optional(),
  nativeCurrencyAddress: z.union([text, z.array(text).max(16)]).optional(),
});

/** One entry of `fields`: a field, a reference to a definition, or a group. */
export const fieldSchema = z.looseObject({
  path: text.optional(),
  value: z.unknown().optional(),
  label: text.optional(),
  format: text.nullish(),
  params: params.nullish(),
  $ref: text.optional(),
  fields: z.array(z.unknown()).max(256).optional(),
});
/** A field as it stands in the file. */
export type GivenField = z.output<typeof fieldSchema>;

/** The parts of ERC-7730 that say what bytes mean; everything that only says how it looks is passed over. */
export const descriptorSchema = z.looseObject({
  includes: z.unknown().optional(),
  context: z.looseObject({
    $id: text.optional(),
    contract: z
      .looseObject({ deployments: deployments.optional(), abi: z.unknown().optional(), factory: z.unknown().optional() })
      .optional(),
    eip712: z
      .looseObject({
        deployments: deployments.optional(),
        domain: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      })
      .optional(),
  }),
  metadata: z.looseObject({ constants: z.record(z.string(), z.unknown()).optional() }).optional(),
  display: z.looseObject({
    definitions: z.record(z.string(), z.unknown()).optional(),
    formats: z.record(
      z.string().max(8_192),
      z.looseObject({ intent: z.unknown().optional(), fields: z.array(z.unknown()).max(256).optional() }),
    ),
  }),
});
/** A descriptor as it stands in the file. */
export type GivenDescriptor = z.output<typeof descriptorSchema>;
