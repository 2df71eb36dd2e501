import type { Decision } from '../core/decision.ts';
import type { Effect } from '../core/effect.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { EventBus } from '../core/event-bus.ts';
import type { Reason } from '../core/reason.ts';
import type { LayerName } from '../core/verdict.ts';
import type { Agent } from './agent.ts';
import type { AgentRequest } from './request.ts';
import type { AuthorizationResult } from './result.ts';

/** A request that names its agent. */
export type NamedRequest = AgentRequest & { readonly agentId: string };

/** What a caller says beside a request. None of it loosens anything: names must agree, and the rest is not believed. */
export interface AuthorizationContext {
  readonly agentId?: string;
  readonly userId?: string;
  /** Stands in the decision, and is searched by `audit.query({ sessionId })`. */
  readonly sessionId?: string;
  /** Permissions are the owner's and stand in the store; these are not read. */
  readonly permissions?: unknown;
  /** A yes is a signed answer of a registered person; this is not read. */
  readonly userApproved?: boolean;
}

/** What one layer says of a request, and why. */
export interface LayerOpinion {
  readonly valid: boolean;
  /** 1 for a plain yes, 0 for a no, in between where a person decides. */
  readonly confidence: number;
  readonly reasoning: string;
  readonly warnings: readonly string[];
  readonly reasons: readonly Reason[];
}

/** What a dry run of the request's bytes came to. */
export interface SimulationOpinion {
  /** False where nothing was simulated: the reasons say why. */
  readonly ran: boolean;
  readonly success: boolean;
  readonly wouldRevert: boolean;
  readonly gasEstimate: string | null;
  readonly coverageLevel: string | null;
  /** Net changes of holdings by account and asset, the wallet's own first; base units as decimal strings, fees apart. */
  readonly changes: readonly { readonly account: string; readonly asset: string; readonly delta: string }[];
  /** What the bytes do, and what only the simulation shows. */
  readonly effects: readonly Effect[];
  readonly reasons: readonly Reason[];
}

/** Judges requests by the eight layers. */
export interface Authorization {
  /** Decides, records, holds room and issues a permit. @throws REQUEST_INVALID where request and context name different agents, users or sessions */
  authorize(request: NamedRequest, context?: AuthorizationContext): Promise<AuthorizationResult>;
  /** Layer 1 alone, recording and consuming nothing. */
  validateIntent(request: NamedRequest, context?: AuthorizationContext): Promise<LayerOpinion>;
  /** Layer 2 alone, recording and consuming nothing. */
  validateStrategy(request: NamedRequest, context?: AuthorizationContext): Promise<LayerOpinion>;
  /** Layer 8 alone, recording and consuming nothing. */
  simulate(request: NamedRequest): Promise<SimulationOpinion>;
  /** Subscribes to what is decided; returns the function that ends it. */
  onEvent(callback: (event: SecurityEvent) => void): () => void;
}

const DECIDING: ReadonlySet<SecurityEventType> = new Set<SecurityEventType>([
  'decision_made',
  'policy_rejected',
  'approval_requested',
  'approval_decision',
]);

function agree(request: NamedRequest, { agentId, userId, sessionId }: AuthorizationContext): void {
  const other = [
    ['agentId', agentId, request.agentId],
    ['userId', userId, request.userId ?? userId],
    ['sessionId', sessionId, request.context?.sessionId ?? sessionId],
  ].find(([, said, asked]) => said !== undefined && said !== asked);
  if (other !== undefined)
    throw new CastellanError('REQUEST_INVALID', {
      message: `${other[0]} of request and context differ`,
      details: { field: String(other[0]) },
    });
}

function opinionOf({ reports, reasons }: Decision, layer: LayerName): LayerOpinion {
  const report = reports.find((found) => found.layer === layer);
  // A request that never became bytes has no reports that say anything: its own reasons do.
  const told = report === undefined || report.verdict === 'skipped' ? reasons : report.reasons;
  const verdict = report?.verdict ?? 'deny';
  return {
    valid: verdict === 'pass',
    confidence: verdict === 'pass' ? 1 : verdict === 'escalate' ? 0.5 : 0,
    reasoning: told[0]?.message ?? 'Nothing contradicts the request.',
    warnings: told.slice(1).map(({ message }) => message),
    reasons: told,
  };
}

function simulationOf({ facts, effects, reports, reasons }: Decision): SimulationOpinion {
  const found = facts['simulation'];
  const run = typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : undefined;
  const layer = reports.find((report) => report.layer === 'simulation');
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    ran: run !== undefined,
    success: run?.['success'] === true,
    wouldRevert: run?.['wouldRevert'] === true,
    gasEstimate: text(run?.['gasEstimate']),
    coverageLevel: text(run?.['coverageLevel']),
    changes: Array.isArray(run?.['changes']) ? (run['changes'] as SimulationOpinion['changes']) : [],
    effects,
    reasons: layer === undefined || layer.verdict === 'skipped' ? reasons : layer.reasons,
  };
}

/** The request with the user whom its context names: the gate refuses whoever is not the agent's own. */
function named(request: NamedRequest, { userId }: AuthorizationContext): NamedRequest {
  return userId === undefined || request.userId !== undefined ? request : { ...request, userId };
}

/** Creates the room's door over the agents' own handles. */
export function createAuthorization(agent: (agentId: string) => Agent, bus: Pick<EventBus, 'subscribe'>): Authorization {
  const opinion =
    (layer: LayerName) =>
    async (request: NamedRequest, context: AuthorizationContext = {}) => {
      agree(request, context);
      return opinionOf((await agent(request.agentId).dryRun(named(request, context))).decision, layer);
    };
  return Object.freeze<Authorization>({
    async authorize(request, context = {}) {
      agree(request, context);
      return agent(request.agentId).authorize(
        named(request, context),
        context.sessionId === undefined ? {} : { session: context.sessionId },
      );
    },
    validateIntent: opinion('intent'),
    validateStrategy: opinion('strategy'),
    simulate: async (request) => simulationOf((await agent(request.agentId).dryRun(request)).decision),
    onEvent: (callback) =>
      bus.subscribe((event) => {
        if (DECIDING.has(event.type)) callback(event);
      }),
  });
}
