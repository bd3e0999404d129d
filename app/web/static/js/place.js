// Keeps the place in a list over the page that a key led to: for the list that comes back after a claim, and for the
// way back from what was opened. Who comes to the list otherwise begins at its top, as ever.
const STORE = "alur-place";

const here = () => location.pathname + location.search;

// `claimed`: the list itself is the next page. What stays in a list is no other list.
export function keepPlace(row, claimed, list = here()) {
  write({ list: bare(list), row, claimed });
}

// The row kept for this list, once; undefined when there is none.
export function takePlace() {
  const place = read();
  if (!place) return undefined;
  if (place.list !== bare(here())) {
    write({ ...place, claimed: false });
    return undefined;
  }
  forgetPlace();
  return place.claimed || cameBack() ? place.row : undefined;
}

export function forgetPlace() {
  try {
    sessionStorage.removeItem(STORE);
  } catch {
    // Nothing was kept.
  }
}

// The address of a list without what stays in it.
export function bare(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("tetap");
  return url.pathname + url.search;
}

function cameBack() {
  return performance.getEntriesByType("navigation")[0]?.type === "back_forward";
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE));
  } catch {
    return null;
  }
}

function write(place) {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(place));
  } catch {
    // A browser that keeps nothing begins at the top.
  }
}
