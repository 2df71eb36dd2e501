import type { Authority } from '../core/authority.ts';
import { CastellanError } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import type { SoftwareCustody } from '../custody/index.ts';
import type { ResolvedConfig } from './config.ts';

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
  return notes;
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
