import { collectibleAsset } from '../../../core/asset.ts';
import type { AssetId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall } from '../decode/method-entry.ts';
import { asInteger } from '../decode/values.ts';

/** Kinds of items in orders of Seaport. */
const NATIVE = 0n;
const ERC20 = 1n;
const ERC721 = 2n;
const ERC1155 = 3n;

/** An item's asset; undefined where a criterion, and not the order, chooses which piece it is. */
export function itemAsset(
  call: MethodCall,
  type: AbiValue | undefined,
  token: AbiValue | undefined,
  id: AbiValue | undefined,
): AssetId | undefined {
  switch (asInteger(type)) {
    case NATIVE:
      return call.frame.native;
    case ERC20:
      return call.token(token);
    case ERC721:
      return collectibleAsset(call.frame.chain, 'erc721', call.account(token), asInteger(id));
    case ERC1155:
      return collectibleAsset(call.frame.chain, 'erc1155', call.account(token), asInteger(id));
    default:
      return undefined;
  }
}
