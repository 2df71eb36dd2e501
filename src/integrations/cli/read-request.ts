import { resolve } from 'node:path';
import { readText } from '../../adapters/host/index.ts';
import type { AgentRequest } from '../../index.ts';
import { type Call, type OptionSpec, textOption } from './command.ts';
import { UsageError } from './outcome.ts';

/** Longest request, bytes: calldata of the largest size, in hex, and room. */
const MAX_REQUEST_BYTES = 1_048_576;

/** The option that names whose request it is. */
export const agentOption: Readonly<Record<'agent', OptionSpec>> = {
  agent: { type: 'string', short: 'a', value: '<id>', about: 'the agent; default the `agentId` of the request' },
};

/** A request from a file, and whose it is. */
export interface ReadRequest {
  readonly agentId: string;
  readonly request: AgentRequest;
}

/** Reads the request that the call names. Its fields are checked by the gate. @throws UsageError where there is none that can be read */
export async function readRequest(call: Call): Promise<ReadRequest> {
  const path = resolve(call.terminal.directory, call.positionals[0] ?? '');
  const text = await readText(path, MAX_REQUEST_BYTES);
  if (text === undefined) throw new UsageError(`There is no request at ${path}.`);
  const request = parse(text, path);
  const agentId = textOption(call, 'agent') ?? request.agentId;
  if (typeof agentId !== 'string') throw new UsageError('Say whose request it is: --agent <id>, or `agentId` in the request.');
  return { agentId, request };
}

function parse(text: string, path: string): AgentRequest {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as AgentRequest;
  } catch {
    // Told below, like everything else that is no request.
  }
  throw new UsageError(`${path} is no JSON object.`);
}
