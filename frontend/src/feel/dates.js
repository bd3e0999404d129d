// The date of a moment, the same on server and in browser.
import { DateTime } from 'luxon';

const { setZone } = DateTime.prototype;

// feelin takes the date of a moment in UTC: `date(now())` would be yesterday until 07.00 in Jakarta. DMN says it is
// the moment's own date, so the reading of the clock is kept.
DateTime.prototype.setZone = function(zone, options) {
  return setZone.call(this, zone, zone === 'utc' && !options ? { keepLocalTime: true } : options);
};
