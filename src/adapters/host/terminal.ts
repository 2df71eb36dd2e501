import { createInterface } from 'node:readline/promises';

/** The process's standard streams, and the person who may sit before them. */
export interface Terminal {
  /** True where a person can be asked. */
  readonly interactive: boolean;
  readonly args: readonly string[];
  readonly directory: string;
  out(text: string): void;
  err(text: string): void;
  /** Asks on the error stream, so that output stays clean. Resolves to an empty text where the input ends. */
  ask(question: string): Promise<string>;
  /**
   * Runs a program to its end: keeps the process alive meanwhile, and sets its exit code. Until then the code is 1, so that
   * work that breaks off unseen never looks like success.
   */
  run(program: () => Promise<number>): void;
  /** Hands over what is thrown outside of the program's own promises, and ends the process with exit code 1. */
  catchStray(report: (error: unknown) => void): void;
  /** Resolves once the process is asked to end (SIGINT, SIGTERM). A second time ends it at once. */
  untilStopped(): Promise<void>;
  /** Drops the runtime's own warnings, which would mix with the program's output. */
  silenceWarnings(): void;
}

/** Longest delay of a timer, ms. */
const FOR_EVER_MS = 2_147_483_647;

/** The terminal of this process. */
export function systemTerminal(): Terminal {
  return {
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    args: process.argv.slice(2),
    directory: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
    run(program) {
      process.exitCode = 1;
      // Whoever reads the output may stop reading; the work goes on to its end.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
      const alive = setInterval(() => undefined, FOR_EVER_MS);
      const end = (code: number): void => {
        process.exitCode = code;
        clearInterval(alive);
      };
      program().then(end, () => end(1));
    },
    catchStray(report) {
      process.once('uncaughtException', (error) => {
        report(error);
        process.exit(1);
      });
    },
    untilStopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      }),
    silenceWarnings: () => void process.removeAllListeners('warning'),
  };
}
