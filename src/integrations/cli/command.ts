import type { Terminal } from '../../adapters/host/index.ts';
import type { Outcome } from './outcome.ts';
import type { Output } from './output.ts';

/** One option of a command, in the words of `parseArgs`. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** What stands after the option in the help, such as `<file>`. */
  readonly value?: string;
  readonly about: string;
}

/** What a command is called with; every option is checked in name and kind. */
export interface Call {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly terminal: Terminal;
  readonly output: Output;
  readonly json: boolean;
}

/** One command. It translates and never decides: what it asks for, the manager allows or refuses. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  /** What follows the name in the help. */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Fewest and most words after the name. */
  readonly positionals: readonly [least: number, most: number];
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  run(call: Call): Promise<Outcome>;
}

/** The text of an option; undefined where it was not given. */
export function textOption({ options }: Call, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option that may be given several times, in their order. */
export function textOptions({ options }: Call, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
