import { isCastellanError } from '../../../core/errors.ts';
import type { SecurityHealth } from '../../../index.ts';
import type { ConfigPolicies } from '../../../manager/index.ts';
import { type Call, type Command, textOptions } from '../command.ts';
import { CHECKS, CONFIRMABLE, type Patient } from '../doctor/checks.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import { UsageError } from '../outcome.ts';
import { policiesOf } from '../policies-of.ts';
import { agentOption, readRequest } from '../read-request.ts';
import { exitCodeOf } from './check.ts';

interface Looked {
  readonly health: SecurityHealth | string;
  readonly samples: Patient['samples'];
}

/** Opens the deployment, and tries the samples; what does not open is a finding, and no reason to stop looking. */
async function look(call: Call): Promise<Looked> {
  const names = textOptions(call, 'sample');
  const requests = await Promise.all(names.map(async (name) => ({ name, ...(await readRequest({ ...call, positionals: [name] })) })));
  try {
    return await withManager(call, async ({ security }) => {
      const samples: { name: string; ok: boolean; why: string }[] = [];
      for (const { name, agentId, request } of requests) {
        const result = await security.agent(agentId).dryRun(request);
        const ok = exitCodeOf(result) !== 1;
        samples.push({ name, ok, why: result.blockers[0]?.code ?? result.decision.reasons[0]?.code ?? '' });
      }
      return { health: await security.getHealth(), samples };
    });
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { health: `${error.code}: ${error.shortMessage}`, samples: names.map((name) => ({ name, ok: false, why: error.code })) };
  }
}

/** A policy that is none is a finding of the first line, and no reason to stop looking. */
function compiledOf({ permissions, compile }: ConfigPolicies): Patient['compiled'] {
  return new Map(
    [...permissions].flatMap(([agent, words]) => {
      try {
        return [[agent, compile(words)] as const];
      } catch (error) {
        if (!isCastellanError(error) || error.code !== 'POLICY_INVALID') throw error;
        return [];
      }
    }),
  );
}

/** `castellan doctor`: the list before a deployment, line by line. */
export const doctor: Command = {
  name: 'doctor',
  usage: '[--sample <request.json>]... [--confirm <line>]...',
  summary: 'Check a deployment line by line against the list before production.',
  notes: [
    'Exit code 1 where a line is missed. What no program can see is missed until it is confirmed by its name.',
    'Opens the store, asks the chains and judges the samples; records nothing but that the deployment was opened.',
  ],
  options: {
    ...configOption,
    ...agentOption,
    sample: { type: 'string', multiple: true, value: '<request.json>', about: 'a request that has to proceed, or ask a person' },
    confirm: { type: 'string', multiple: true, value: '<line>', about: 'a line that only people can see, such as cold-wallet' },
  },
  positionals: [0, 0],
  examples: ['castellan doctor --config castellan.config.ts', 'castellan doctor --sample pay.json --confirm cold-wallet --json'],
  async run(call) {
    const confirmed = new Set(textOptions(call, 'confirm'));
    for (const name of confirmed)
      if (!CONFIRMABLE.some((line) => line === name))
        throw new UsageError(`Only ${CONFIRMABLE.join(', ')} can be confirmed, and not ${JSON.stringify(name)}.`);
    const policies = policiesOf(await loadConfig(call));
    const patient: Patient = { policies, compiled: compiledOf(policies), ...(await look(call)), confirmed };
    const checks: { id: string; line: string; ok: boolean; missing: readonly string[] }[] = [];
    for (const { id, line, run } of CHECKS) {
      const missing = await run(patient);
      checks.push({ id, line, ok: missing.length === 0, missing });
    }
    const missed = checks.filter(({ ok }) => !ok).length;
    return {
      exitCode: missed === 0 ? 0 : 1,
      data: { checks, missed },
      lines: [
        ...checks.flatMap(({ id, line, ok, missing }) => [`${ok ? 'ok' : '! '} ${id}: ${line}`, ...missing.map((what) => `     ${what}`)]),
        missed === 0 ? 'Every line holds.' : `${missed} of ${checks.length} lines are missed.`,
      ],
    };
  },
};
