import { createMemoryStore } from '../../../adapters/store/memory/index.ts';
import { type CompiledPolicy, stressTest } from '../../../authz/index.ts';
import { type SecurityHealth, validateConfig } from '../../../index.ts';
import type { ConfigPolicies } from '../../../manager/index.ts';

/** What the checks look at. */
export interface Patient {
  readonly policies: ConfigPolicies;
  /** Of agents whose policy compiles; the others are missed in the first line. */
  readonly compiled: ReadonlyMap<string, CompiledPolicy>;
  /** Of the open deployment; the error's text where it does not open. */
  readonly health: SecurityHealth | string;
  /** Requests that were tried, and whether each would proceed. */
  readonly samples: readonly { readonly name: string; readonly ok: boolean; readonly why: string }[];
  /** What only people can see, and have said to be so. */
  readonly confirmed: ReadonlySet<string>;
}

/** One line of the list before a deployment. Answers what is missing; empty where nothing is. */
export interface Check {
  readonly id: string;
  readonly line: string;
  readonly run: (patient: Patient) => readonly string[] | Promise<readonly string[]>;
}

/** Shortest time in which a person can answer, ms. */
const LEAST_APPROVAL_MS = 180_000;
/** Oldest simulation that something may be signed on, ms. */
const MOST_STALE_MS = 60_000;
const NEEDS_CONTRACTS = ['trading', 'staking', 'nft', 'governance', 'contracts'] as const;
const TEMPORAL = ['spend_velocity', 'consecutive_failures', 'approval_flood'] as const;

const each = (patient: Patient, find: (policy: CompiledPolicy, agent: string) => readonly string[]): readonly string[] =>
  patient.compiled.size === 0
    ? ['there is no sound policy to look at']
    : [...patient.compiled].flatMap(([agent, policy]) => find(policy, agent).map((what) => `${agent}: ${what}`));

const durable = ({ health }: Patient): readonly string[] =>
  typeof health === 'string' ? [health] : health.store.durability === 'durable' ? [] : ['the store lives in the memory of one process'];

const allows = (policy: CompiledPolicy, capability: string): boolean =>
  policy.rules.some(({ id, then }) => id === `capability.${capability}` && then === 'allow');

/** Lines that only people can see. */
export const CONFIRMABLE = ['cold-wallet'] as const;

/** The list, in the order of the runbook. */
export const CHECKS: readonly Check[] = [
  {
    id: 'valid',
    line: 'every policy is valid, without warnings',
    run: ({ policies: { permissions, tokens, base, keys } }) => {
      const approvers = keys.approver ?? 0;
      const told = [...permissions].flatMap(([agent, words]) => {
        const { errors, warnings } = validateConfig(words, { tokens, base, approvers, keys });
        return [...errors, ...warnings].map(({ code, path, message }) => `${agent}: ${path === '' ? '' : `${path}: `}${code}, ${message}`);
      });
      return permissions.size === 0 ? ['the configuration names no agent'] : told;
    },
  },
  {
    id: 'covered',
    line: 'each capability that is on has contracts to go to, and one transaction has a limit',
    run: (patient) =>
      each(patient, (policy) => [
        ...NEEDS_CONTRACTS.filter(
          (capability) => allows(policy, capability) && policy.contracts.size === 0 && policy.protocols.size === 0,
        ).map((capability) => `${capability} is on, and neither allowedContracts nor allowedProtocols lists anything`),
        ...(policy.unitCap.windows.some(({ windowMs }) => windowMs === 0) ? [] : ['no limit for one transaction']),
      ]),
  },
  {
    id: 'approval',
    line: 'a person is asked from some amount on, and is reached',
    run: (patient) => [
      ...each(patient, ({ rules }) =>
        rules.some(({ then }) => then === 'escalate') ? [] : ['nothing asks a person: set requireApprovalAbove'],
      ),
      ...(patient.policies.config.approvals.providers.length > 0 ? [] : ['approvals.providers is empty: nobody is told']),
      ...(patient.policies.config.registry.keys.some(({ roles }) => roles.includes('approver')) ? [] : ['the registry names no approver']),
    ],
  },
  {
    id: 'approval-time',
    line: 'people have at least three minutes to answer',
    run: (patient) =>
      each(patient, ({ approvalTimeoutMs }) => {
        const ms = Math.min(approvalTimeoutMs ?? Number.POSITIVE_INFINITY, patient.policies.config.approvals.ttlMs);
        return ms >= LEAST_APPROVAL_MS ? [] : [`an approval is off after ${ms} ms`];
      }),
  },
  { id: 'caps', line: 'limits are kept in a store that all processes share', run: durable },
  {
    id: 'simulation',
    line: 'everything is simulated, and nothing is signed on an old simulation',
    run: (patient) => [
      ...(patient.policies.config.authorization.enableSimulation ? [] : ['authorization.enableSimulation is false']),
      ...each(patient, ({ requireSimulation, simulationStalenessMs }) => [
        ...(requireSimulation ? [] : ['requireSimulation is false']),
        ...(simulationStalenessMs <= MOST_STALE_MS ? [] : [`simulationStalenessMs is ${simulationStalenessMs}`]),
      ]),
    ],
  },
  {
    id: 'temporal',
    line: 'temporal rules watch spend velocity, failures in a row and floods of approvals',
    run: (patient) =>
      each(patient, ({ temporal }) => {
        const watched = new Set<string>(temporal.flatMap(({ when }) => when.map(({ field }) => field)));
        return TEMPORAL.filter((field) => !watched.has(field)).map((field) => `no temporal rule over ${field}`);
      }),
  },
  {
    id: 'strategies',
    line: 'each strategy has a limit for one trade and for a day',
    run: (patient) =>
      each(patient, ({ strategies }) =>
        [...strategies.values()].flatMap(({ id, maxAmountPerTrade, daily }) =>
          maxAmountPerTrade === null || daily === null ? [`strategy ${id} is not bounded in both`] : [],
        ),
      ),
  },
  { id: 'receipts', line: 'receipts outlive the process', run: durable },
  {
    id: 'audit',
    line: 'the audit log is on, durable and signed',
    run: (patient) => [
      ...(patient.policies.config.audit.enabled ? [] : ['audit.enabled is false']),
      ...durable(patient),
      ...(typeof patient.health !== 'string' && patient.health.audit.fault !== null
        ? [`the log cannot be signed: ${patient.health.audit.fault}`]
        : []),
    ],
  },
  {
    id: 'monitor',
    line: 'the wallets are watched on the chain itself, and somebody is told of what no decision covers',
    run: (patient) => {
      const { monitor, notificationEndpoints, autoResponseEnabled, autoResponseTriggers } = patient.policies.config.emergency;
      const triggers = autoResponseEnabled ? autoResponseTriggers : [];
      return [
        ...(monitor.pause === false ? ['emergency.monitor.pause is false: what it finds stops nobody'] : []),
        ...(notificationEndpoints.length > 0 || triggers.some(({ event }) => event === 'monitor_unrecorded')
          ? []
          : ['neither an endpoint nor a trigger hears of monitor_unrecorded']),
        // How far it has looked stands in the store.
        ...durable(patient),
      ];
    },
  },
  {
    id: 'keys',
    line: 'no key that pays lies in this process alone',
    run: ({ policies: { config } }) => {
      const { custody, keys, mpc } = config;
      if (custody.mode === 'software' && keys.hsm === undefined) return ['custody.mode is software: one encrypted key in this process'];
      const isHere = custody.mode === 'mpc' && !(mpc.parties ?? []).some(({ endpoint }) => endpoint !== undefined);
      return isHere ? ['custody.mode is mpc, and every party runs in this process'] : [];
    },
  },
  {
    id: 'cold-wallet',
    line: 'the treasury lies in another, cold wallet',
    run: ({ confirmed }) => (confirmed.has('cold-wallet') ? [] : ['no program can see this: --confirm cold-wallet once it is so']),
  },
  {
    id: 'dry-runs',
    line: 'a sample of what the agent will ask for would proceed',
    run: ({ samples }) =>
      samples.length === 0
        ? ['no sample: give requests with --sample']
        : samples.flatMap(({ name, ok, why }) => (ok ? [] : [`${name}: ${why}`])),
  },
  {
    id: 'stress',
    line: 'the limits hold against adversarial schedules',
    run: async (patient) => {
      const { compiled } = patient;
      const found: string[] = [...each(patient, () => [])];
      for (const [agent, policy] of compiled) {
        const report = await stressTest({ policy, agents: 4, transactions: 100, openStore: async (clock) => createMemoryStore({ clock }) });
        for (const { schedule, findings } of report.results) found.push(...findings.map((finding) => `${agent}, ${schedule}: ${finding}`));
      }
      return found;
    },
  },
];
