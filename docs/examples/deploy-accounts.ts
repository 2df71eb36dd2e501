import { createRequire } from 'node:module';
import * as abis from '@metamask/delegation-abis';
import * as bytecode from '@metamask/delegation-abis/bytecode';
import type { DelegationContracts, SafeContracts } from 'castellan/evm';
import { type Abi, createTestClient, encodeDeployData, type Hex, http, publicActions, walletActions } from 'viem';
import { foundry } from 'viem/chains';

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

const require = createRequire(import.meta.url);
const safeArtifact = (path: string): Artifact =>
  require(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`) as Artifact;

function deployer(rpcUrl: string) {
  const client = createTestClient({ mode: 'anvil', chain: foundry, transport: http(rpcUrl) })
    .extend(publicActions)
    .extend(walletActions);
  return async (code: string, abi: Abi = [], args: readonly unknown[] = []): Promise<Hex> => {
    const [account] = await client.getAddresses();
    if (account === undefined) throw new Error('the local chain has no account');
    const data = encodeDeployData({ abi, bytecode: code as Hex, args: [...args] } as never);
    const hash = await client.sendTransaction({ account, data, gas: 15_000_000n });
    const { status, contractAddress } = await client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    if (status !== 'success' || !contractAddress) throw new Error('a contract was not deployed');
    return contractAddress;
  };
}

/** Puts a Safe 1.5.0 and its factory on a local chain. */
export async function deploySafe(rpcUrl: string): Promise<SafeContracts> {
  const deploy = deployer(rpcUrl);
  return {
    singleton: await deploy(safeArtifact('Safe.sol/Safe').bytecode),
    proxyFactory: await deploy(safeArtifact('proxies/SafeProxyFactory.sol/SafeProxyFactory').bytecode),
  };
}

/** Puts the delegation framework 1.3.0 on a local chain, where its makers did not. */
export async function deployDelegationFramework(rpcUrl: string): Promise<DelegationContracts> {
  const deploy = deployer(rpcUrl);
  const entryPoint = await deploy(bytecode.EntryPoint);
  const manager = await deploy(bytecode.DelegationManager, abis.DelegationManager as Abi, ['0x000000000000000000000000000000000000dEaD']);
  const curve = await deploy(bytecode.SCL_RIP7212);
  const account = bytecode.HybridDeleGator.replaceAll(/__\$[0-9a-f]{34}\$__/g, curve.slice(2));
  return {
    manager,
    factory: await deploy(bytecode.SimpleFactory),
    implementation: await deploy(account, abis.HybridDeleGator as Abi, [manager, entryPoint]),
    allowedTargets: await deploy(bytecode.AllowedTargetsEnforcer),
    allowedMethods: await deploy(bytecode.AllowedMethodsEnforcer),
    allowedCalldata: await deploy(bytecode.AllowedCalldataEnforcer),
    exactCalldata: await deploy(bytecode.ExactCalldataEnforcer),
    valueLte: await deploy(bytecode.ValueLteEnforcer),
    nativePeriod: await deploy(bytecode.NativeTokenPeriodTransferEnforcer),
    erc20Period: await deploy(bytecode.ERC20PeriodTransferEnforcer),
    timestamp: await deploy(bytecode.TimestampEnforcer),
    logicalOr: await deploy(bytecode.LogicalOrWrapperEnforcer, abis.LogicalOrWrapperEnforcer as Abi, [manager]),
  };
}
