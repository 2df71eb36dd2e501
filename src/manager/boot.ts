import { createNotificationOutbox, createNotifiers, type NotificationOutbox } from '../adapters/notify/index.ts';
import { type ApprovalInbox, createApprovals, createAuthority, createEd25519Verifier, type RegistryAuthority } from '../approvals/index.ts';
import { type AuditLog, type AuditLogger, createAuditLog, createAuditLogger, parseEntry, toAppendCommand } from '../audit/index.ts';
import { createJudge, type Judge } from '../authz/index.ts';
import type { SignatureVerifier } from '../core/approval.ts';
import { assetChain } from '../core/asset.ts';
import { createDeadlines, type Deadlines } from '../core/deadline.ts';
import type { EventBus } from '../core/event-bus.ts';
import type { RegisteredKey } from '../core/registry.ts';
import type { Store } from '../core/store.ts';
import {
  createRecoveryManager,
  openVault,
  type RecoveryManager,
  type SoftwareCustody,
  seatUserDesk,
  type Vault,
} from '../custody/index.ts';
import { createEmergencyController, type EmergencyController } from '../emergency/index.ts';
import { type ApprovalDesk, createApprovalDesk } from './approval-desk.ts';
import { checkChainFit } from './config/chain-fit.ts';
import { readDepositTags } from './config/deposit-tags.ts';
import type { Host, ResolvedConfig } from './config.ts';
import { type Chains, indexChains } from './directory.ts';
import { createJournal, type Journal } from './journal.ts';
import { createMarketWatch, type MarketWatch } from './market/market-watch.ts';
import { marketSources, readPegs } from './market/open-market.ts';
import { openCustody, secretOf } from './open-custody.ts';
import { compilePermissions, deploymentText, expandTemplate } from './permissions.ts';
import type { LookUpParts } from './pipeline/look-up.ts';
import { createShadows, type Shadows } from './policies/shadows.ts';
import { createPolicyBook, type PolicyBook } from './policy-book.ts';
import { recordEvents } from './record-events.ts';
import { recoverWallets } from './recover.ts';
import { recoveryOnTerms } from './recovery-terms.ts';
import { createListDesk, type ListDesk } from './risk/screening/index.ts';
import { vocabularyOf } from './vocabulary.ts';
import { createWallets, type Wallets } from './wallets.ts';
import { refuseInProcess, weaknesses } from './weaknesses.ts';

/** The rooms of one running manager. */
export interface House {
  readonly host: Host;
  readonly config: ResolvedConfig;
  readonly store: Store;
  readonly bus: EventBus;
  readonly journal: Journal;
  readonly chains: Chains;
  readonly deadlines: Deadlines;
  readonly policies: PolicyBook;
  /** Null where nobody tells of the market. */
  readonly market: MarketWatch | null;
  /** Where facts about fraud are looked up; null where nobody looks for it. */
  readonly lookUps: LookUpParts | null;
  /** Candidates that are judged beside the policies in force. */
  readonly shadows: Shadows;
  readonly judge: Judge;
  /** Screening lists in memory. */
  readonly lists: ListDesk;
  readonly custody: SoftwareCustody;
  readonly audit: AuditLog;
  /** The log as its readers use it. */
  readonly auditTrail: AuditLogger;
  readonly notifications: NotificationOutbox;
  readonly authority: RegistryAuthority;
  readonly emergency: EmergencyController;
  readonly approvals: ApprovalInbox;
  readonly approvalDesk: ApprovalDesk;
  readonly wallets: Wallets;
  /** Null where nothing brings codes to people. */
  readonly recovery: RecoveryManager | null;
  /** Plain sentences about what is weaker than it could be. */
  readonly notes: readonly string[];
}

const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

/** Opens the store and the vault and puts every room on its ports. @throws CONFIG_INVALID, STORE_UNAVAILABLE, KEY_DECRYPT_FAILED */
export async function bootHouse(
  config: ResolvedConfig,
  host: Host,
  bus: EventBus,
  openStore: (host: Host) => Store | Promise<Store>,
): Promise<House> {
  const { tenant } = config;
  const { clock, random } = host;
  const chains = indexChains(
    config.chains.map((factory) => factory.create(host)),
    (token) => assetChain(token.asset),
  );
  const misfits = checkChainFit(config, chains.adapters);
  const store = await openStore(host);
  let vault: Vault | undefined;
  try {
    const journal = createJournal({ store, bus, command: toAppendCommand, parse: parseEntry });
    const deadlines = createDeadlines(clock);
    const command = journal.command;
    vault = await openVault({ store, random, tenant, ...secretOf(config, host, store) });
    const { custody, ownKeys, walletKeys, sharing } = openCustody({ config, host, store, vault, chains, journal, deadlines });
    if (config.production) await refuseInProcess(config, custody);
    const verifiers: readonly SignatureVerifier[] = [
      createEd25519Verifier(),
      ...chains.adapters.flatMap((adapter) => adapter.verifiers ?? []),
    ];
    const authority = await createAuthority({
      store,
      tenant,
      clock,
      random,
      command,
      verifiers,
      genesis: config.registry.keys as readonly RegisteredKey[],
      quorums: given(config.registry.quorums),
    });
    const logKey = await custody.attestationKey('log');
    const audit = createAuditLog({
      store,
      key: logKey,
      tenant,
      clock,
      random,
      checkpointEvery: config.audit.signEvents === 'each' ? 1 : config.audit.checkpointEvery,
      checkpointMs: config.audit.checkpointMs,
      onCheckpoint: (event) => bus.publish(event),
    });
    const { retentionDays, exportFormats, compressionEnabled, maxEventsPerMinute } = config.audit;
    const auditTrail = createAuditLogger({
      log: audit,
      store,
      tenant,
      publicKey: logKey.publicKey,
      authority,
      clock,
      random,
      compressionEnabled,
      maxEventsPerMinute,
      ...given({ retentionDays, exportFormats }),
    });
    const notifications = createNotificationOutbox({
      store,
      clock,
      random,
      tenant,
      parse: parseEntry,
      command,
      notifiers: createNotifiers(config.emergency.notificationEndpoints, { clock, random, ...given({ smtp: config.emergency.smtp }) }),
    });
    const emergency = createEmergencyController({
      store,
      tenant,
      authority,
      command,
      clock,
      random,
      events$: bus.select,
      history: audit.history,
      others: audit.others,
      killSwitchEnabled: config.emergency.killSwitchEnabled,
      triggers: config.emergency.autoResponseEnabled ? config.emergency.autoResponseTriggers : [],
    });
    const approvalDesk = createApprovalDesk(config.approvals, { host, store, tenant, command });
    const approvals = createApprovals({
      store,
      authority,
      verifiers,
      clock,
      random,
      tenant,
      command,
      providers: approvalDesk.providers,
      chains: chains.ids,
    });
    const { all: tokens } = vocabularyOf(chains);
    const compile = compilePermissions(tokens, config.authorization, config.approvals.quorums);
    const policies = createPolicyBook(compile, deploymentText(tokens, config.authorization, config.approvals.quorums));
    const depositTags = readDepositTags(config.risk.depositTags, chains.ids);
    const lookUps =
      config.risk.enabled && config.risk.fraudDetectionEnabled
        ? {
            deadlines,
            nowMs: () => clock.nowMs(),
            timeoutMs: config.risk.lookUpTimeoutMs,
            depositTags,
            // Others are told of what the layers let pass, and of nothing else.
            runsEarly: config.authorization.enableSimulation && config.simulation.providers.length === 0,
            ...given({ quotes: config.quotes }),
          }
        : null;
    const sources = marketSources(config.market.sources, chains);
    const { timeoutMs, maxAgeMs } = config.market;
    const pegs = readPegs(config.market.pegs);
    const market = sources.length === 0 ? null : createMarketWatch({ clock, deadlines, store, sources, pegs, timeoutMs, maxAgeMs });
    const shadows = createShadows({ host, tenant, journal, policies });
    for (const [agentId, candidate] of Object.entries(config.shadow)) shadows.set(agentId, expandTemplate(candidate));
    const { authorization, risk } = config;
    const events =
      authorization.eventStore === undefined
        ? undefined
        : recordEvents(authorization.eventStore, bus, async (id) => (await audit.find(id))?.event);
    const judge = createJudge({
      clock,
      deadlines,
      settings: {
        requireIntentValidation: authorization.requireIntentValidation,
        minConfidence: authorization.minConfidence,
        enableSimulation: authorization.enableSimulation,
        riskEnabled: risk.enabled,
        fraudDetectionEnabled: risk.fraudDetectionEnabled,
        allowUnenforced: config.allowUnenforced,
        maxRiskScore: risk.maxRiskScore,
        anomalyThreshold: risk.anomalyThreshold,
        weights: risk.weights,
        ...given({ shadowModel: risk.shadowModel }),
        ...(authorization.intentValidator === undefined ? {} : { intentValidator: authorization.intentValidator }),
        ...(authorization.strategyValidator === undefined ? {} : { strategyValidator: authorization.strategyValidator }),
        ...(events === undefined ? {} : { eventStore: events }),
        layerTimeoutMs: authorization.layerTimeoutMs,
        simulationTimeoutMs: authorization.simulationTimeoutMs,
        maxPriceAgeMs: config.prices.maxAgeMs,
      },
    });
    const lists = createListDesk({ host, tenant, store, journal, chains, config: risk.screening });
    const { mode, ...ownership } = config.custody;
    const wallets = createWallets({
      host,
      tenant,
      store,
      journal,
      chains,
      policies,
      deadlines,
      keys: () => walletKeys,
      mode,
      custody: { ...ownership, threshold: sharing.threshold, totalParties: sharing.parties, parties: config.mpc.parties },
    });
    seatUserDesk(ownKeys, wallets.users);
    const { provider, ...recoveryOptions } = config.recovery;
    const recovery = recoveryOnTerms(
      provider === undefined
        ? null
        : createRecoveryManager(
            {
              store,
              vault,
              clock,
              random,
              deadlines,
              authority,
              verifiers,
              provider,
              command,
              readHalt: () => emergency.read(),
              locallyHalted: () => !config.enabled || emergency.locallyHalted('recovery'),
              isUser: async (user) => (await wallets.listWallets(user)).length > 0,
              onComplete: recoverWallets({ store, chains, keys: custody.keys, wallets }),
            },
            recoveryOptions,
          ),
      config.custody,
    );
    return {
      host,
      config,
      store,
      bus,
      journal,
      chains,
      deadlines,
      policies,
      market,
      lookUps,
      shadows,
      judge,
      lists,
      custody,
      audit,
      auditTrail,
      notifications,
      authority,
      emergency,
      approvals,
      approvalDesk,
      wallets,
      recovery,
      notes: [...weaknesses(config, store, authority), ...misfits, ...(recovery?.notes ?? [])],
    };
  } catch (error) {
    vault?.close();
    await store.close();
    throw error;
  }
}
