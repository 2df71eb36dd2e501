import type { ScreeningRoom } from './list-room.ts';

/** Runs work in the room, once it is open. */
export type InScreening = <T>(work: (room: ScreeningRoom) => Promise<T>) => Promise<T>;

/** The screening room of a house that may have to be opened first: whatever is handed in is copied before that. */
export function createScreeningFace(within: InScreening, copyOf: <T>(given: T, what: string) => T): ScreeningRoom {
  return Object.freeze<ScreeningRoom>({
    screen: (address) => within((room) => room.screen(address)),
    reload: (list) => within((room) => room.reload(list)),
    async drop(list, options = {}) {
      const own = copyOf(options, 'options');
      return within((room) => room.drop(list, own));
    },
    async exempt(exemptions, options = {}) {
      const own = [copyOf(exemptions, 'exemptions'), copyOf(options, 'options')] as const;
      return within((room) => room.exempt(...own));
    },
    lists: () => within((room) => room.lists()),
  });
}
