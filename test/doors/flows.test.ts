import { verifyMessage as ethersVerify, verifyTypedData as ethersVerifyTyped } from 'ethers';
import { type Address, encodeDeployData, getAddress, type Hex, parseSignature, verifyMessage, verifyTypedData } from 'viem';
import { createSiweMessage } from 'viem/siwe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { startAnvil } from '../../src/testing/index.ts';
import { compileContract, type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { type Creation, type FlowDoor, openFlowDoors, refusedFor, type Typed } from './flow-doors.ts';
import { type DoorScene, ETHER, openDoorScene, SHOP, STRANGER } from './scene.ts';

const SITE = 'app.acme.example';
const NAMES = ['toGuardedAccount', 'guardWalletClient', 'provider, viem', 'provider, ethers', 'gateway, ethers', 'gateway, raw JSON-RPC'];
let scene: DoorScene;
let doors: Awaited<ReturnType<typeof openFlowDoors>>;
let token: Deployed;
let address: Address;
let offsetMs = 0;
const real = systemClock();
const clock = { ...real, nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() + offsetMs };
const inTenMinutes = (): number => clock.nowMs() + 600_000;
const doorOf = (name: string) => doors.doors.find((door) => door.name === name) as FlowDoor;

const seedling = (height: bigint): Creation => ({ ...compileContract('Seedling'), args: [height] });
const initDigest = ({ abi, bytecode, args }: Creation) =>
  sha256Hex(Buffer.from(encodeDeployData({ abi, bytecode, args: [...args] } as never).slice(2), 'hex'));

beforeAll(async () => {
  const anvil = await startAnvil();
  token = await deploy(anvil, 'PermitToken', ['USD']);
  scene = await openDoorScene(
    {
      limits: { unit: 'ETH', perTransaction: 1, daily: 50, assets: { USD: { perTransaction: 100, daily: 1_000 } } },
      capabilities: { approvals: { enabled: true, spenders: [SHOP] }, contracts: { enabled: true } },
      allowedDeployments: [initDigest(seedling(7n))],
      signatures: { siweDomains: [SITE] },
    },
    { anvil, config: { clock }, chain: { tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }] } },
  );
  address = getAddress(scene.wallet.address);
  await token.send('mint', [address, 1_000_000_000n]);
  doors = await openFlowDoors(scene);
});
afterAll(async () => {
  await doors.close();
  await scene[Symbol.asyncDispose]();
});

// An agent that was refused so often within an hour looks as if it tried what passes, and a person is asked.
beforeEach(() => void (offsetMs += 3_720_000));

/** The chain mines at once, and still after it has answered. */
async function receipt(hash: string): Promise<{ readonly status: string; readonly contractAddress: string | null }> {
  const ask = () => scene.anvil.rpc('eth_getTransactionReceipt', [hash]);
  await expect.poll(ask, { timeout: 5_000, interval: 10 }).not.toBeNull();
  return (await ask()) as { readonly status: string; readonly contractAddress: string | null };
}
const login = (domain: string, chainId = 31_337): string =>
  createSiweMessage({
    ...{ address, chainId, domain, nonce: 'abcdef012345', uri: `https://${domain}/login`, version: '1' },
    ...{ issuedAt: new Date(clock.nowMs()), expirationTime: new Date(inTenMinutes()) },
  });
const word = async (data: Hex): Promise<bigint> =>
  BigInt((await scene.anvil.rpc('eth_call', [{ to: token.address, data }, 'latest'])) as Hex);

const PERMIT = ['owner address', 'spender address', 'value uint256', 'nonce uint256', 'deadline uint256'].map((field) => {
  const [name = '', type = ''] = field.split(' ');
  return { name, type };
});
const permit = async (spender: Address, value: bigint, chainId = 31_337): Promise<Typed> => ({
  domain: { name: 'USD', version: '1', chainId, verifyingContract: getAddress(token.address) },
  types: { Permit: PERMIT },
  primaryType: 'Permit',
  message: {
    ...{ owner: address, spender, value, nonce: await word(token.data('nonces', [address])) },
    deadline: BigInt(Math.floor(inTenMinutes() / 1_000)),
  },
});

describe.each(NAMES)('through %s', (name) => {
  it('sends what the policy allows, and is refused what not', async () => {
    const door = doorOf(name);
    const before = await scene.balance(SHOP);
    expect(await receipt(await door.send({ to: SHOP, value: ETHER / 4n }))).toMatchObject({ status: '0x1' });
    expect((await scene.balance(SHOP)) - before).toBe(ETHER / 4n);
    const nonce = await scene.nonce();
    expect(await refusedFor(door.send({ to: STRANGER, value: 1n }))).toBe('destination_not_allowed');
    expect(await refusedFor(door.send({ to: SHOP, value: 2n * ETHER }))).toBe('per_transaction_limit');
    expect(await scene.nonce()).toBe(nonce);
  });

  it('deploys the code that is listed, and no other', async () => {
    const door = doorOf(name);
    const { status, contractAddress } = await receipt(await door.deploy(seedling(7n)));
    expect(status).toBe('0x1');
    expect(String(await scene.anvil.rpc('eth_getCode', [contractAddress, 'latest'])).length).toBeGreaterThan(10);
    const nonce = await scene.nonce();
    expect(await refusedFor(door.deploy(seedling(8n)))).toBe('deploy_not_allowed');
    expect(await scene.nonce()).toBe(nonce);
  });

  it('logs in on listed sites alone', async () => {
    const door = doorOf(name);
    const message = login(SITE);
    const signature = await door.signMessage(message);
    expect([await verifyMessage({ address, message, signature }), ethersVerify(message, signature)]).toEqual([true, address]);
    expect(await refusedFor(door.signMessage(login('evil.example')))).toBe('message_not_allowed');
    expect(await refusedFor(door.signMessage('I owe you everything'))).toBe('message_not_allowed');
    expect(await refusedFor(door.signMessage(login(SITE, 1)))).not.toMatch(/^done/);
  });

  it('permits a listed spender within limits, and the token takes it; nobody and nothing beyond', async () => {
    const door = doorOf(name);
    const data = await permit(SHOP, 40_000_000n);
    const signature = await door.signTypedData(data);
    expect(await verifyTypedData({ address, ...data, signature } as never)).toBe(true);
    expect(ethersVerifyTyped(data.domain as never, data.types as never, data.message, signature)).toBe(address);
    const { r, s, yParity } = parseSignature(signature);
    const { value, deadline } = data.message as { readonly value: bigint; readonly deadline: bigint };
    await token.send('permit', [address, SHOP, value, deadline, 27 + yParity, r, s]);
    expect(await word(token.data('allowance', [address, SHOP]))).toBe(40_000_000n);
    expect(await refusedFor(door.signTypedData(await permit(getAddress(token.address), 1n)))).toBe('allowance_not_allowed');
    expect(await refusedFor(door.signTypedData(await permit(SHOP, 101_000_000n)))).toBe('per_transaction_limit');
    expect(await refusedFor(door.signTypedData(await permit(SHOP, 1n, 1)))).toBe('chain_id_mismatch');
  });
});

/** The last of all: it stops the agent. */
describe('rights for an account that a key alone controls', () => {
  it('are a veto before the policy is asked, and stop the agent at every door', async () => {
    expect(await refusedFor(doorOf('provider, viem').signTypedData(await permit(STRANGER, 1n)))).toBe('risk_critical');
    await expect.poll(async () => refusedFor(doorOf('toGuardedAccount').send({ to: SHOP, value: 1n }))).toMatch(/^(halted|agent_paused)$/);
    for (const name of NAMES) expect(await refusedFor(doorOf(name).send({ to: SHOP, value: 1n }))).toMatch(/^(halted|agent_paused)$/);
  });
});
