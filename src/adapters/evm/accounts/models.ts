import type { SmartAccount } from '../../../core/smart-account.ts';
import { undecodable } from '../undecodable.ts';
import type { AccountModel } from './account-model.ts';
import { delegationModel } from './delegation/index.ts';
import { safeModel } from './safe/index.ts';

/** Every kind of account that this adapter knows. */
export const MODELS: readonly AccountModel[] = [delegationModel, safeModel];

/** The model of a wallet that is a contract. @throws PAYLOAD_UNDECODABLE for a kind that this adapter does not know */
export function modelOf(smart: SmartAccount): AccountModel {
  const model = MODELS.find(({ kind }) => kind === smart.kind);
  if (model === undefined) throw undecodable('account_kind_unknown', { kind: smart.kind });
  return model;
}
