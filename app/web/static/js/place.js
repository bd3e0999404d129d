// Keeps the place in a list over the page that a key led to: for the list that comes back after a claim, and for the
// way back from what was opened. Who comes to the list otherwise begins at its top, as ever.
const STORE = "alur-place";
let left; // the place in a list from which, or beside which, something was sent that led to this page

const here = () => location.pathname + location.search;

// `claimed`: the list itself is the next page. What stays in a list is no other list.
export function keepPlace(row, claimed, list = here()) {
  write({ list: bare(list), row, claimed });
}

// The row kept for this list, once; undefined when there is none.
export function takePlace() {
  const place = read();
  if (!place) return undefined;
  if (place.claimed) left = place;
  if (place.list !== bare(here())) {
    write({ ...place, claimed: false });
    return undefined;
  }
  forgetPlace();
  return place.claimed || cameBack() ? place.row : undefined;
}

// Where one was in this list when something was sent that led to this page; undefined when nothing was.
export const placeLeft = (list = here()) => (left?.list === bare(list) ? left.row : undefined);

// The work goes on with the row that now stands where the one stood that was acted on: that one has left the list, or is
// open and may stand elsewhere, as the next task of its case does. After the last row with the first.
export function markFollowing(place) {
  const others = [...document.querySelectorAll("[data-list] [data-item]:not(.is-open)")];
  if (place >= 0 && others.length) others[place % others.length].dataset.following = "";
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
