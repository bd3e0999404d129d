// What a browser keeps of how somebody likes pages, over signing out too: that clears all other places.
const YEAR_S = 365 * 24 * 60 * 60;

export function keep(name, value) {
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  document.cookie = `${prefix}${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
}

export function kept(name) {
  const prefix = location.protocol === "https:" ? "__Host-" : "";
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${prefix}${name}=`));
  return found ? found.slice(found.indexOf("=") + 1) : "";
}
