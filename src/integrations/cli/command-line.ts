import { parseArgs } from 'node:util';
import type { Terminal } from '../../adapters/host/index.ts';
import type { Command } from './command.ts';
import { approve } from './commands/approve.ts';
import { auditVerify } from './commands/audit-verify.ts';
import { bench } from './commands/bench.ts';
import { check, dryRun, simulate } from './commands/check.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { explain, receipt } from './commands/explain.ts';
import { gateway } from './commands/gateway.ts';
import { init } from './commands/init.ts';
import { kill } from './commands/kill.ts';
import { limits } from './commands/limits.ts';
import { pause } from './commands/pause.ts';
import { policySnapshot } from './commands/policy-snapshot.ts';
import { reject } from './commands/reject.ts';
import { replay } from './commands/replay.ts';
import { resume } from './commands/resume.ts';
import { status } from './commands/status.ts';
import { stressTest } from './commands/stress-test.ts';
import { submit } from './commands/submit.ts';
import { validate } from './commands/validate.ts';
import { commandHelp, mainHelp } from './help.ts';
import { UsageError } from './outcome.ts';
import { createOutput } from './output.ts';

/** Around a policy and its changes. */
const TOOLS: readonly Command[] = [
  check,
  simulate,
  dryRun,
  submit,
  receipt,
  explain,
  limits,
  policySnapshot,
  validate,
  diff,
  replay,
  stressTest,
  doctor,
  bench,
];
const COMMANDS: readonly Command[] = [init, gateway, approve, reject, status, kill, pause, resume, auditVerify, ...TOOLS];
const EVERYWHERE = { json: { type: 'boolean' }, debug: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** Finds the command, runs it, prints what came of it. Resolves to the exit code and never rejects. */
export async function runCommandLine(terminal: Terminal): Promise<number> {
  const { args } = terminal;
  // Asked of the raw words, so that an answer to a wrong call has the form that was wanted.
  const asked = (name: string): boolean => args.includes(name);
  const output = createOutput(terminal, () => asked('--json'));
  terminal.catchStray((error) => output.fail(error, asked('--debug')));
  if (!asked('--debug')) terminal.silenceWarnings();
  try {
    const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word));
    if (command === undefined) {
      if (args.length === 0 || args[0] === '--help' || args[0] === '-h' || args[0] === 'help') {
        terminal.out(mainHelp(COMMANDS));
        return args.length === 0 ? 3 : 0;
      }
      throw new UsageError(`There is no command ${JSON.stringify(args[0])}; see castellan --help.`);
    }
    const rest = args.slice(command.name.split(' ').length);
    const { values, positionals } = parse(command, rest);
    if (values['help'] === true) {
      terminal.out(commandHelp(command));
      return 0;
    }
    const [least, most] = command.positionals;
    if (positionals.length < least || positionals.length > most)
      throw new UsageError(`Usage: castellan ${command.name} ${command.usage}`.trimEnd());
    const outcome = await command.run({ positionals, options: values, terminal, output, json: values['json'] === true });
    output.finish(command.name, outcome);
    return outcome.exitCode;
  } catch (error) {
    output.fail(error, asked('--debug'));
    return error instanceof UsageError ? 3 : 1;
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    const own = Object.entries(command.options).map(([name, { value: _value, about: _about, ...option }]) => [name, option] as const);
    return parseArgs({ args: [...args], options: { ...EVERYWHERE, ...Object.fromEntries(own) }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'The call cannot be read.'} See castellan ${command.name} --help.`);
  }
}
