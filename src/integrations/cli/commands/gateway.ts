import { isOpenToOthers, readText, systemRandom } from '../../../adapters/host/index.ts';
import { accountChain } from '../../../core/account.ts';
import { chainNamespace } from '../../../core/chain-id.ts';
import { CastellanError } from '../../../core/errors.ts';
import { type Agent, type AgentWallet, createSecurityManager, type SecurityManager } from '../../../index.ts';
import { openGateway } from '../../gateway/index.ts';
import type { GuardedProvider } from '../../wallets/index.ts';
import type { GuardedToncenter } from '../../wallets/ton/index.ts';
import { type Call, type Command, textOption, textOptions } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { UsageError } from '../outcome.ts';

/** `castellan gateway`: a JSON-RPC endpoint that stands before the gate. */
export const gateway: Command = {
  name: 'gateway',
  usage: '--upstream <url> --agent <id> [--port <number>]',
  summary: 'Serve a node’s JSON-RPC (or toncenter v2) on the loopback, with the gate before all that signs or sends.',
  notes: [
    'Point ethers, web3.py, cast or any agent at the URL that is printed; it holds the agent’s token. Runs until it is stopped, and does the',
    'deployment’s background work meanwhile.',
  ],
  options: {
    ...configOption,
    upstream: { type: 'string', value: '<url>', about: 'the node: where reads go, and what was signed' },
    agent: { type: 'string', value: '<id>', about: 'who calls; its wallets are the accounts' },
    chain: { type: 'string', value: '<id>', about: 'where the agent has wallets on several chains, such as eip155:1' },
    port: { type: 'string', value: '<number>', about: 'of 127.0.0.1; default a free one' },
    'token-file': { type: 'string', value: '<path>', about: 'holds the token; default a new one each time' },
    origin: { type: 'string', value: '<origin>', multiple: true, about: 'a web page that may call, such as http://localhost:3000' },
  },
  positionals: [0, 0],
  examples: ['castellan gateway --upstream https://rpc.acme.example --agent trader --port 8546'],
  async run(call) {
    const [upstream, agentId] = [textOption(call, 'upstream'), textOption(call, 'agent')];
    if (upstream === undefined || !/^https?:\/\//.test(upstream)) throw new UsageError('--upstream is the URL of a node.');
    if (agentId === undefined) throw new UsageError('--agent says whose calls these are.');
    const port = readPort(textOption(call, 'port'));
    const token = await readToken(call);
    call.output.conceal(upstream);
    const security = createSecurityManager(await loadConfig(call));
    try {
      await security.start();
      const wallets = await walletsOf(security, agentId, textOption(call, 'chain'));
      const open = await openGateway({
        port,
        agents: { [agentId]: { token, ...(await doorOf(security.agent(agentId), wallets, upstream)) } },
        allowedOrigins: textOptions(call, 'origin'),
        onUnauthorized: (attempt) => void security.noteUnauthorizedAttempt({ door: 'gateway', ...attempt }).catch(() => undefined),
      });
      call.terminal.out(`${open.url(agentId)}\n`);
      await call.terminal.untilStopped();
      await open.close();
    } finally {
      await security.shutdown();
    }
    return { exitCode: 0, data: {}, lines: ['The gateway is closed.'] };
  },
};

type Door = { readonly provider: GuardedProvider } | { readonly toncenter: GuardedToncenter };

/** The kind of node that the agent's chain has. Each brings its own libraries, so only the one that is needed is loaded. */
async function doorOf(agent: Agent, wallets: readonly AgentWallet[], upstream: string): Promise<Door> {
  const [first] = wallets;
  if (first !== undefined && chainNamespace(accountChain(first.account)) === 'ton') {
    const { createGuardedToncenter } = await import('../../wallets/ton/index.ts');
    return { toncenter: createGuardedToncenter({ agent, wallets, upstream: { url: upstream } }) };
  }
  const { createGuardedProvider } = await import('../../wallets/index.ts');
  return { provider: createGuardedProvider({ agent, wallets, upstream }) };
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError('--port is a number up to 65535.');
  return port;
}

/** From a file that is nobody else's, or a new one of 256 bits. */
async function readToken(call: Call): Promise<string> {
  const path = textOption(call, 'token-file');
  if (path === undefined) return Buffer.from(systemRandom().bytes(32)).toString('base64url');
  if (await isOpenToOthers(path)) throw new UsageError(`Other users may read ${path}: chmod 600.`);
  const text = await readText(path, 1_024);
  if (text === undefined) throw new UsageError(`There is no token in ${path}.`);
  return text.trim();
}

async function walletsOf(security: SecurityManager, agentId: string, chain: string | undefined): Promise<readonly AgentWallet[]> {
  const all = await security.agent(agentId).wallets();
  const chains = [...new Set(all.map(({ account }) => accountChain(account)))];
  const chosen = chain ?? (chains.length === 1 ? chains[0] : undefined);
  const wallets = all.filter(({ account }) => accountChain(account) === chosen);
  if (wallets.length > 0) return wallets;
  throw new CastellanError('REQUEST_INVALID', {
    message: all.length === 0 ? 'The agent has no wallet yet.' : 'Name the chain of the agent’s wallets with --chain.',
    details: { agent: agentId, chains: chains.join(', ') },
  });
}
