import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One JSON-RPC question as it came in. */
export interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && 'body' in value;
}

/** A faulty endpoint on the loopback. */
export interface FaultyEndpoint extends AsyncDisposable {
  readonly rpcUrl: string;
  readonly asked: string[];
}

/** A body as it is, in place of a well-formed result. */
export interface Raw {
  readonly body: string;
}

/** Answers with what `answer` gives; a handler that writes nothing leaves the caller hanging. */
export async function faultyEndpoint(answer: (question: Question, response: ServerResponse) => unknown): Promise<FaultyEndpoint> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
      asked.push(question.method);
      Promise.resolve(answer(question, response)).then(
        (result) => {
          if (result === undefined) return;
          response.setHeader('content-type', 'application/json');
          response.end(isRaw(result) ? result.body : JSON.stringify({ jsonrpc: '2.0', id: question.id, result }));
        },
        // The node behind may go away while somebody who gave up is still being answered.
        () => response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes questions on to a real node and lets `change` falsify its answers. */
export function lyingEndpoint(target: string, change: (question: Question, result: unknown) => unknown): Promise<FaultyEndpoint> {
  return faultyEndpoint(async (question) => {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', ...question }),
    });
    const text = await response.text();
    const answer = JSON.parse(text) as { readonly result?: unknown; readonly error?: unknown };
    if (answer.error !== undefined) return { body: text };
    const changed = change(question, answer.result);
    return changed === undefined ? answer.result : changed;
  });
}
