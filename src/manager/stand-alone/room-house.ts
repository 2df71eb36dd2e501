import { createAuthority, createEd25519Verifier, type RegistryAuthority } from '../../approvals/index.ts';
import { parseEntry, toAppendCommand } from '../../audit/index.ts';
import type { SignatureVerifier } from '../../core/approval.ts';
import { createDeadlines, type Deadlines } from '../../core/deadline.ts';
import { toHex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import { createEventBus, type EventBus } from '../../core/event-bus.ts';
import type { Store } from '../../core/store.ts';
import { openVault, type Vault } from '../../custody/index.ts';
import type { Host } from '../config.ts';
import { createJournal, type Journal } from '../journal.ts';
import type { RoomOptions, RoomSecret } from './room-options.ts';
import { roomStore } from './room-store.ts';

/** What a room stands on that has no manager around it. */
export interface RoomHouse {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly bus: EventBus;
  readonly journal: Journal;
  readonly deadlines: Deadlines;
  readonly verifiers: readonly SignatureVerifier[];
  readonly authority: RegistryAuthority;
  /** Lets everything go, the store last. Never rejects. */
  close(): Promise<void>;
}

/** Opens store, log and registry. @throws CONFIG_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE; then nothing is left open */
export async function openRoomHouse(options: RoomOptions, host: Host): Promise<RoomHouse> {
  const { clock, random } = host;
  const tenant = options.tenant ?? 'default';
  const adapters = (options.chains ?? []).map((factory) => factory.create(host));
  const store = await roomStore(options.store).open(host);
  const bus = createEventBus({ clock });
  const journal = createJournal({ store, bus, command: toAppendCommand, parse: parseEntry });
  const deadlines = createDeadlines(clock);
  const close = async (): Promise<void> => {
    const nodes = adapters.flatMap((adapter) => adapter.chains.map((chain) => adapter.node(chain)));
    await Promise.allSettled(nodes.map((node) => node.close()));
    journal.close();
    deadlines.close();
    bus.close();
    await store.close().catch(() => undefined);
  };
  try {
    const verifiers = [createEd25519Verifier(), ...adapters.flatMap((adapter) => adapter.verifiers ?? [])];
    const { keys: genesis = [], quorums } = options.registry ?? {};
    const authority = await createAuthority({ store, tenant, clock, random, command: journal.command, verifiers, genesis, quorums });
    return { host, tenant, store, bus, journal, deadlines, verifiers, authority, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the encrypted part of a room's store. @throws CONFIG_INVALID where a durable store is given no secret; KEY_DECRYPT_FAILED */
export async function openRoomVault({ store, host, tenant }: RoomHouse, { keys }: RoomSecret): Promise<Vault> {
  if (keys === undefined && store.info.durability !== 'ephemeral')
    throw new CastellanError('CONFIG_INVALID', {
      message: 'A durable store needs keys.passphrase or keys.encryptionKey',
      details: { problems: ['keys'] },
    });
  return openVault({ store, random: host.random, tenant, ...(keys ?? { encryptionKey: toHex(host.random.bytes(32)) }) });
}
