// Time zone and clock of FEEL, given from outside: feelin would ask the machine it runs on.
import { DateTime, FixedOffsetZone, IANAZone, SystemZone } from 'luxon';

let localZone = null;

SystemZone.prototype.offset = (at) => localZone.offset(at);

/** Make `name` the zone of every FEEL time that says none: an IANA name, or minutes east of UTC. */
export function useLocalZone(name) {
  localZone = typeof name === 'number' ? FixedOffsetZone.instance(name) : IANAZone.create(name);
}

/** Return FEEL's `now()` and `today()` for `now`, ISO 8601 as a clock in the local zone shows it. */
export function clockAt(now) {
  return {
    now: () => DateTime.fromISO(now, { zone: SystemZone.instance }),
    today: () => DateTime.fromISO(now.slice(0, 10), { zone: FixedOffsetZone.utcInstance })
  };
}
