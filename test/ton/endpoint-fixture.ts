import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beginCell } from '@ton/core';

/** One JSON-RPC question as it came in. */
export interface Question {
  readonly id: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly apiKey: string | undefined;
}

/** An endpoint on the loopback. */
export interface LocalEndpoint extends AsyncDisposable {
  readonly url: string;
  readonly asked: Question[];
}

/** A body as it is, in place of a well-formed result. */
export class Raw {
  readonly body: string;
  readonly status: number;
  constructor(body: unknown, status = 200) {
    this.body = typeof body === 'string' ? body : JSON.stringify(body);
    this.status = status;
  }
}

/** The answer to the question for the network's id. */
export function networkId(globalId: number): object {
  return { config: { bytes: beginCell().storeInt(globalId, 32).endCell().toBoc().toString('base64') } };
}

/** Answers with what `answer` gives; a handler that gives nothing and writes nothing leaves the caller hanging. */
export async function localEndpoint(answer: (question: Question, response: ServerResponse) => unknown): Promise<LocalEndpoint> {
  const asked: Question[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const question = { ...JSON.parse(Buffer.concat(chunks).toString()), apiKey: request.headers['x-api-key'] } as Question;
      asked.push(question);
      const answered = Promise.resolve()
        .then(() => answer(question, response))
        .catch((error: unknown) => new Raw(`the fixture failed: ${String(error)}`, 599));
      void answered.then((result) => {
        if (result === undefined) return;
        const raw = result instanceof Raw ? result : new Raw({ ok: true, result, jsonrpc: '2.0', id: question.id });
        response.writeHead(raw.status, { 'content-type': 'application/json' });
        response.end(raw.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/jsonRPC`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves our network's id, then what `answer` gives. */
export function ourEndpoint(answer: (question: Question, response: ServerResponse) => unknown): Promise<LocalEndpoint> {
  return localEndpoint((question, response) => (question.method === 'getConfigParam' ? networkId(-3) : answer(question, response)));
}

type Json = Record<string, unknown>;

/** Passes questions on to a real node and lets `change` falsify its results; undefined leaves one as it is. */
export function lyingEndpoint(target: string, change: (question: Question, result: Json) => unknown): Promise<LocalEndpoint> {
  return localEndpoint(async (question) => {
    const { apiKey: _, ...body } = question;
    const response = await fetch(target, { method: 'POST', body: JSON.stringify({ ...body, jsonrpc: '2.0' }) });
    const text = await response.text();
    const answer = JSON.parse(text) as { readonly ok: boolean; readonly result: Json };
    const changed = await change(question, answer.result);
    return changed === undefined ? new Raw(text, response.status) : changed;
  });
}
