import type { Authority } from '../core/authority.ts';
import { CastellanError } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import type { SoftwareCustody } from '../custody/index.ts';
import type { ResolvedConfig } from './config.ts';
import { remoteParty } from './key-places.ts';

/** What is weaker than it could be, in plain sentences. @throws CONFIG_INVALID where production refuses it */
export function weaknesses(config: ResolvedConfig, store: Store, authority: Authority): readonly string[] {
  const notes = [...store.info.notes];
  if (store.info.durability === 'ephemeral') notes.push('ephemeral: state is lost with the process; use sqliteStore({ path }).');
  if (!authority.owned) notes.push('unowned: this process may loosen everything unsigned; register an owner key under registry.keys.');
  if (config.production && notes.length > 0 && (store.info.durability === 'ephemeral' || !authority.owned)) {
    throw new CastellanError('CONFIG_INVALID', {
      message: `production refuses this deployment: ${notes.join(' ')}`,
      details: { problems: notes },
    });
  }
  return [...notes, ...switchedOff(config), ...untold(config), ...keysNowhere(config), ...unrecoverable(config)];
}

/** A sentence for each of these that is so. */
const said = (...sentences: readonly (readonly [boolean, string])[]): readonly string[] =>
  sentences.filter(([isSo]) => isSo).map(([, sentence]) => sentence);

function switchedOff({ enabled, chains, audit, risk, authorization, emergency }: ResolvedConfig): readonly string[] {
  return said(
    [!enabled, 'enabled is false: every request is denied.'],
    [!audit.enabled, 'audit.enabled is false: without a log every request is denied.'],
    [chains.length === 0, 'no chains: no wallet can be made and nothing paid; name adapters under chains.'],
    [!risk.enabled, 'risk.enabled is false: nothing is scored, and block lists do not act.'],
    [risk.enabled && !risk.fraudDetectionEnabled, 'risk.fraudDetectionEnabled is false: patterns of fraud do not act.'],
    [
      !authorization.enableSimulation,
      'authorization.enableSimulation is false: what a transaction does beyond its bytes is not seen before it is signed.',
    ],
    [!emergency.killSwitchEnabled, 'emergency.killSwitchEnabled is false: nobody can stop everything at once.'],
    [
      !emergency.autoResponseEnabled || emergency.autoResponseTriggers.length === 0,
      'nothing pauses or stops by itself: emergency.autoResponseEnabled is false, or there are no autoResponseTriggers.',
    ],
  );
}

/** Endpoints that people cannot rely on. They are named by their place: a URL may hold a token. */
function untold({ emergency }: ResolvedConfig): readonly string[] {
  return emergency.notificationEndpoints.flatMap((endpoint, index) => {
    const at = `emergency.notificationEndpoints[${index}]`;
    if (endpoint.type === 'webhook')
      return said(
        [endpoint.secret === undefined, `${at} is unsigned: its receiver cannot tell our notices from anybody else’s; give it a secret.`],
        [endpoint.allowLoopback, `${at} may lead to this machine.`],
      );
    return said([
      endpoint.smtp === undefined && emergency.smtp === undefined,
      `${at} has no mail server: its notices wait in the outbox and reach nobody; set emergency.smtp.`,
    ]);
  });
}

/** Configured places for keys that this version does not reach. */
function keysNowhere(config: ResolvedConfig): readonly string[] {
  const remote = remoteParty(config);
  const typed = config.mpc.parties?.filter(({ type, endpoint }) => type !== undefined && endpoint === undefined) ?? [];
  return said(
    [config.keys.hsm !== undefined, 'keys.hsm names a device, which this version does not reach: no key is made.'],
    [
      typed.length > 0,
      `mpc.parties: ${typed.map(({ id, type }) => `${id} (${type})`).join(', ')} are in this process, whatever their type says.`,
    ],
    [remote !== undefined, `mpc.parties: ${remote} is in another process, which this version does not reach: no key of mode mpc is made.`],
  );
}

function unrecoverable({ custody, recovery }: ResolvedConfig): readonly string[] {
  return said(
    [!custody.recoveryEnabled, 'custody.recoveryEnabled is false: a user who loses access gets no new wallets.'],
    [
      custody.recoveryEnabled && !custody.userOwned && recovery.provider !== undefined,
      'custody.userOwned is false: the wallets are the platform’s, and recovery.provider is not used.',
    ],
  );
}

/** In production no key may have all its parties in this process: whoever owns the host has them all. */
export async function refuseInProcess(config: ResolvedConfig, custody: SoftwareCustody): Promise<void> {
  const { location } = await custody.mpc.sharesHealth();
  if (config.custody.mode === 'mpc' || location === 'in-process')
    throw new CastellanError('CONFIG_INVALID', {
      message: 'production refuses this deployment: in-process: the parties of mpc keys are all in this process.',
      details: { problems: ['custody.mode'] },
    });
}
