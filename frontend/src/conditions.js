// Hides the fields of a server-rendered form while their FEEL condition holds. Without script all are shown, each
// with its "Isi bila …"; the server decides by the same rules after all.
//
//   <form data-conditions data-zone="Asia/Jakarta">
//     <script type="application/json" data-context>{"variables": "of the case that the form may read"}</script>
//     <div data-hide="=hasil != &quot;terbukti&quot;"> <p class="isi-bila">…</p> <input name="sanksi"> </div>
//     <fieldset data-row="barang.0"> <input name="barang.0.nama"> </fieldset>
//     <output hidden data-formula="=this.jumlah * this.harga" data-name="barang.0.total"></output>
//     <input name="nama_pelapor" data-identity="ya"> <div data-hide="=nama_pelapor = &quot;&quot;" data-sealed> … </div>
//
// Controls say their type: data-type = number, digits, boolean, list, date, time, datetime; none is text. Options
// that are no text say their value as JSON in data-value; a default stands as JSON in data-untouched. What data-identity
// names only FEEL with data-sealed sees, as on the server: that acts on identity alone.
//
// What `feel/simple.js` understands is decided by it; FEEL, 50 KB, is fetched by forms that have more.
import { NotSimple, parsed } from './feel/simple.js';
import { Scopes } from './form/scopes.js';

const MOST_ROUNDS = 12;

startIn(document);
// A part of the page that came later: the task beside a list.
document.addEventListener('alur:part', (event) => startIn(event.target));

function startIn(part) {
  for (const form of part.querySelectorAll('form[data-conditions=""]')) {
    form.dataset.conditions = 'begun';
    start(form);
  }
}

async function start(form) {
  const wrappers = [ ...form.querySelectorAll('[data-hide]') ];
  if (wrappers.length) {
    const zone = form.dataset.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const context = JSON.parse(form.querySelector('script[data-context]')?.textContent ?? '{}');
    const formulas = [ ...form.querySelectorAll('[data-formula]') ];
    let feel = formulas.length ? null : simple(wrappers);
    const update = async () => {
      feel ??= await import('./feel/holds.js');
      const page = { form, wrappers, formulas, context, zone };
      try {
        show(wrappers, settled({ ...page, feel }));
      } catch (error) {
        if (!(error instanceof NotSimple)) {
          throw error;
        }
        feel = await import('./feel/holds.js');
        show(wrappers, settled({ ...page, feel }));
      }
    };
    form.addEventListener('input', update);
    form.addEventListener('change', update);
    form.addEventListener('reset', () => setTimeout(update));
    await update();
  }
  form.querySelectorAll('.isi-bila').forEach((hint) => { hint.hidden = true; });
  form.dataset.conditions = 'ready';
}

// What decides all conditions of a form without FEEL; null where that cannot be.
function simple(wrappers) {
  const tests = new Map(wrappers.map((wrapper) => textOf(wrapper.dataset.hide)).map((text) => [ text, parsed(text) ]));
  return [ ...tests.values() ].every(Boolean) ? { holds: (text, context) => tests.get(text)(context) } : null;
}

function textOf(feel) {
  return feel.trim().replace(/^=/, '').trim();
}

// A hidden field counts as untouched for the other conditions, so one may decide another, and formulas read each other:
// repeat until all agree. A circle never does; then the second round counts, as in form-js. What sees identity is asked
// last.
function settled({ wrappers, formulas, ...page }) {
  const start = { hidden: new Set(), computed: '{}' };
  const ask = (sealed, before) => atRest({
    ...page,
    wrappers: wrappers.filter((wrapper) => isSealed(wrapper) === sealed),
    formulas: formulas.filter((formula) => isSealed(formula) === sealed),
    before,
    sealed
  });
  return ask(true, ask(false, start)).hidden;
}

function isSealed(element) {
  return element.dataset.sealed !== undefined;
}

function atRest(page) {
  if (page.wrappers.length + page.formulas.length === 0) {
    return page.before;
  }
  const rounds = [ page.before ];
  while (rounds.length <= MOST_ROUNDS) {
    const last = rounds.at(-1);
    const next = nextRound(page, last);
    if (next.computed === last.computed && areEqual(next.hidden, last.hidden)) {
      return next;
    }
    rounds.push(next);
  }
  return rounds[2];
}

function nextRound({ form, wrappers, formulas, context, zone, feel, before, sealed }, { hidden, computed }) {
  const scopes = new Scopes(form, hidden, JSON.parse(computed), context, sealed);
  const holds = (wrapper) => feel.holds(textOf(wrapper.dataset.hide), scopes.of(wrapper), zone);
  const found = formulas.map((formula) => [
    formula.dataset.name,
    feel.worth(textOf(formula.dataset.formula), scopes.of(formula), zone)
  ]);
  return {
    hidden: new Set([ ...before.hidden, ...wrappers.filter(holds) ]),
    computed: JSON.stringify({ ...JSON.parse(before.computed), ...Object.fromEntries(found) })
  };
}

function areEqual(one, other) {
  return one.size === other.size && [ ...one ].every((wrapper) => other.has(wrapper));
}

function show(wrappers, hidden) {
  wrappers.forEach((wrapper) => { wrapper.hidden = hidden.has(wrapper); });
}
