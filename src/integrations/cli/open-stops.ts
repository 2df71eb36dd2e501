import { systemClock, systemRandom } from '../../adapters/host/index.ts';
import { toAppendCommand } from '../../audit/index.ts';
import type { Authority } from '../../core/authority.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { createEventBus } from '../../core/event-bus.ts';
import type { Store } from '../../core/store.ts';
import { createEmergencyController, type EmergencyController } from '../../emergency/index.ts';
import type { Call } from './command.ts';
import { loadConfig } from './load-config.ts';
import { openDurableStore } from './open-manager.ts';

/** What stops, and the store on which it holds. */
export interface OpenStops {
  readonly emergency: Pick<EmergencyController, 'activateKillSwitch' | 'pauseAgent' | 'getActiveEmergencies'>;
  readonly store: Store;
}

/** Releases nothing: what is opened here only stops. */
const NOBODY: Authority = {
  owned: true,
  registry: () => ({ v: 1, tenant: '', sequence: 0, previous: '', keys: [], quorums: { owner: 1, operator: 1, approver: 1, guardian: 1 } }),
  digest: () => 'none',
  key: () => undefined,
  require: (action) => Promise.reject(new CastellanError('AUTHORITY_REQUIRED', { message: 'This only stops.', details: { action } })),
};

/**
 * Opens of a deployment what stopping needs: the store and nothing else. It works without the secret of the keys, with a
 * log that is damaged, a registry that is broken and chains that are down. The stop is logged like any other.
 *
 * @throws UsageError; CONFIG_INVALID where the store lives in memory; STORE_UNAVAILABLE: then nothing was stopped
 */
export async function withStops<T>(call: Call, act: (open: OpenStops) => Promise<T>): Promise<T> {
  const config = await loadConfig(call);
  const clock = systemClock();
  const random = systemRandom();
  const store = await openDurableStore(config, { clock, random });
  const bus = createEventBus({ clock });
  const emergency = createEmergencyController({
    store,
    tenant: config.tenant ?? 'default',
    authority: NOBODY,
    command: toAppendCommand,
    clock,
    random,
    events$: bus.events$,
    killSwitchEnabled: config.emergency?.killSwitchEnabled ?? true,
  });
  try {
    return await act({ emergency, store });
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'STORE_UNAVAILABLE') throw error;
    // A running manager would repeat it; this process ends.
    throw new CastellanError('STORE_UNAVAILABLE', {
      message: 'NOT stopped: the store did not take it; try again.',
      details: error.details,
      retryable: true,
      cause: error,
    });
  } finally {
    emergency.stop();
    bus.close();
    await store.close();
  }
}
