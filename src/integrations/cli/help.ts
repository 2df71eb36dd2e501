import type { Command, OptionSpec } from './command.ts';
import { table } from './output.ts';

const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', about: 'one JSON document on the standard output' },
  debug: { type: 'boolean', about: 'the stack of an error, and warnings of the runtime' },
  help: { type: 'boolean', short: 'h', about: 'this text' },
};

const EXIT_CODES = 'Exit codes: 0 done, 1 refused or violated, 2 done in part, 3 wrong call.';

/** The help of the whole: every command in one line, and how to go on. */
export function mainHelp(commands: readonly Command[]): string {
  return text([
    'castellan: a gate between an autonomous agent and its money',
    '',
    'Usage: castellan <command> [options]',
    '',
    ...indent(table(commands.map(({ name, usage, summary }) => [`${name} ${usage}`, summary]))),
    '',
    'Examples:',
    ...indent([
      'castellan init treasury',
      'castellan approve',
      'castellan kill --reason "keys seen in a log"',
      'castellan audit verify --json',
    ]),
    '',
    'castellan <command> --help says more about one.',
    EXIT_CODES,
  ]);
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON }).map(([name, { short, value, about }]) => [
    `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`,
    about,
  ]);
  return text([
    `Usage: castellan ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    ...command.notes,
    '',
    'Options:',
    ...indent(table(options)),
    '',
    'Examples:',
    ...indent(command.examples),
    '',
    EXIT_CODES,
  ]);
}

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);
const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
