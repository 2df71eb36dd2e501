import { collectibleAsset } from '../../../core/asset.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asInteger } from '../decode/values.ts';
import { pays, recipientAt } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** New pieces of a collection; which ones they will be is for the collection to say. */
function minted(call: MethodCall, collection: AccountId, to: AccountId, pieces: bigint, id?: bigint): MethodReading {
  return { effects: pays(call, to, collectibleAsset(call.frame.chain, 'erc721', collection, id), pieces) };
}

/** Collections that the deployment registers, in the forms in which most of them mint. The price is the value sent along. */
export const NFT_MINT = sameEverywhere('nft-mint', () => {
  const add = methodsOf('nft-mint', 'create');
  const own = (call: MethodCall, pieces: bigint) => minted(call, call.contract, call.frame.sender, pieces);
  return [
    ...['mint', 'publicMint', 'claim'].map((name) => add(`${name}()`, (call) => own(call, 1n))),
    ...['mint', 'publicMint', 'mintPublic', 'purchase'].map((name) =>
      add(`${name}(uint256 quantity)`, (call) => own(call, asInteger(call.values[0]))),
    ),
    ...['mint', 'safeMint', 'mintTo'].map((name) =>
      add(`${name}(address to)`, (call) => minted(call, call.contract, call.account(call.values[0]), 1n)),
    ),
    add('safeMint(address to,uint256 tokenId)', (call) =>
      minted(call, call.contract, call.account(call.values[0]), 1n, asInteger(call.values[1])),
    ),
    add('mint(address to,uint256 quantity)', (call) =>
      minted(call, call.contract, call.account(call.values[0]), asInteger(call.values[1])),
    ),
  ];
});

/** The shared contract through which OpenSea's drops are minted. */
export const SEADROP = sameEverywhere('seadrop', () => {
  const add = methodsOf('seadrop', 'create');
  return [
    add('mintPublic(address nftContract,address feeRecipient,address minterIfNotPayer,uint256 quantity)', (call) => {
      const [collection, , minter, quantity] = call.values;
      return minted(call, call.account(collection), recipientAt(call, minter), asInteger(quantity));
    }),
  ];
});
