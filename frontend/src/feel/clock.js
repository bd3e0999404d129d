// Time zone and clock of FEEL, given from outside: feelin would ask the machine it runs on.
import { DateTime, FixedOffsetZone, IANAZone, SystemZone } from 'luxon';

// feelin keeps a time as that of this day, when clocks in most zones went by the sun: they go as they go now.
const DAY_OF_TIMES = Date.UTC(1900, 0, 1);
const AROUND_IT_MS = 2 * 86_400_000;

let localZone = null;
let nowMs = 0;

SystemZone.prototype.offset = (at) => localZone.offset(Math.abs(at - DAY_OF_TIMES) < AROUND_IT_MS ? nowMs : at);

/** Make `name` the zone of every FEEL time that says none: an IANA name, or minutes east of UTC. */
export function useLocalZone(name) {
  localZone = typeof name === 'number' ? FixedOffsetZone.instance(name) : IANAZone.create(name);
}

/** Return FEEL's `now()` and `today()` for `now`, ISO 8601 as a clock in the local zone shows it. */
export function clockAt(now) {
  nowMs = Date.parse(now);
  // It knows its offset, as what is written without one does not. Not that of UTC which feelin tells dates by.
  const zone = new FixedOffsetZone(localZone.offset(nowMs));
  return {
    now: () => DateTime.fromISO(now, { zone }),
    today: () => DateTime.fromISO(now.slice(0, 10), { zone: FixedOffsetZone.utcInstance })
  };
}
