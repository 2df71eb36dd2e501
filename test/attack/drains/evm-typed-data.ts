import { type EvmOrder, encode, typed } from './evm-order.ts';
import { HUB, PERMIT2, SAFE, SEAPORT, SHOP, SWEEPER, USD, type Victim } from './evm-world.ts';

const NOBODY = `0x${'0'.repeat(40)}`;
const WORD = `0x${'0'.repeat(64)}`;
/** Seconds; the year 2038. */
const SOON = BigInt(2 ** 31 - 1);
export const NEVER = 2n ** 256n - 1n;

const PERMIT = 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline';
export const permit = ({ usd, me }: Victim, spender: string, deadline = SOON): EvmOrder =>
  typed(usd.address, { Permit: PERMIT }, { owner: me, spender, value: 50n * USD, nonce: 0n, deadline });

const DAI = 'address holder,address spender,uint256 nonce,uint256 expiry,bool allowed';
export const dai = ({ usd, me }: Victim, allowed: boolean): EvmOrder =>
  typed(usd.address, { Permit: DAI }, { holder: me, spender: SHOP, nonce: 0n, expiry: SOON, allowed });

export const batch = ({ usd }: Victim, spender: string): EvmOrder =>
  typed(
    PERMIT2,
    {
      PermitBatch: 'PermitDetails[] details,address spender,uint256 sigDeadline',
      PermitDetails: 'address token,uint160 amount,uint48 expiration,uint48 nonce',
    },
    { details: [{ token: usd.address, amount: 50n * USD, expiration: Number(SOON), nonce: 0 }], spender, sigDeadline: SOON },
  );

export const takeOnce = ({ usd }: Victim, spender: string): EvmOrder =>
  typed(
    PERMIT2,
    {
      PermitTransferFrom: 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline',
      TokenPermissions: 'address token,uint256 amount',
    },
    { permitted: { token: usd.address, amount: 50n * USD }, spender, nonce: 0n, deadline: SOON },
  );

const PAYMENT = 'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';
export const payment = ({ usd, me }: Victim, to: string): EvmOrder =>
  typed(
    usd.address,
    { TransferWithAuthorization: PAYMENT },
    { from: me, to, value: 50n * USD, validAfter: 0n, validBefore: SOON, nonce: WORD },
  );

const ITEM = 'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount';
export const sale = ({ art, item, me }: Victim, price: bigint): EvmOrder =>
  typed(
    SEAPORT,
    {
      OrderComponents:
        'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter',
      OfferItem: ITEM,
      ConsiderationItem: `${ITEM},address recipient`,
    },
    {
      ...{ offerer: me, zone: NOBODY, orderType: 0, startTime: 0n, endTime: SOON, zoneHash: WORD, salt: 1n, conduitKey: WORD, counter: 0n },
      offer: [{ itemType: 2, token: art, identifierOrCriteria: item, startAmount: 1n, endAmount: 1n }],
      consideration: [{ itemType: 0, token: NOBODY, identifierOrCriteria: 0n, startAmount: price, endAmount: price, recipient: me }],
    },
  );

const META = 'uint256 nonce,address from,bytes functionSignature';
export const meta = ({ usd, me }: Victim, to: string): EvmOrder =>
  typed(
    usd.address,
    { MetaTransaction: META },
    { nonce: 0n, from: me, functionSignature: encode('transfer(address,uint256)', [to, 50n * USD]) },
  );

const SAFE_TX =
  'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce';
export const safeTx = (operation: number): EvmOrder =>
  typed(
    SAFE,
    { SafeTx: SAFE_TX },
    {
      ...{ to: operation === 1 ? SWEEPER : HUB, value: 0n, data: encode('getChainId()', []), operation },
      ...{ safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: NOBODY, refundReceiver: NOBODY, nonce: 0n },
    },
  );
