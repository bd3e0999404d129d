// Hides the fields of a server-rendered form while their FEEL condition holds. Without script all are shown, each
// with its "Isi bila …"; the server decides by the same rules after all.
//
//   <form data-conditions data-zone="Asia/Jakarta">
//     <script type="application/json" data-context>{"variables": "of the case that the form may read"}</script>
//     <div data-hide="=hasil != &quot;terbukti&quot;"> <p class="isi-bila">…</p> <input name="sanksi"> </div>
//
// Controls say their type: data-type = number, digits, boolean, list, date, time, datetime; none is text. Options
// that are no text say their value as JSON in data-value; a default stands as JSON in data-untouched.
import { controlsByName, untouchedValueOf, valueOf } from './form/values.js';

const MOST_ROUNDS = 12;

for (const form of document.querySelectorAll('form[data-conditions]')) {
  start(form);
}

async function start(form) {
  const wrappers = [ ...form.querySelectorAll('[data-hide]') ];
  if (wrappers.length) {
    const { holds } = await import('./feel/holds.js');
    const zone = form.dataset.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const context = JSON.parse(form.querySelector('script[data-context]')?.textContent ?? '{}');
    const test = (wrapper, values) => holds(conditionOf(wrapper), { ...context, ...values }, zone);
    const update = () => show(wrappers, hiddenIn(form, wrappers, test));
    form.addEventListener('input', update);
    form.addEventListener('change', update);
    form.addEventListener('reset', () => setTimeout(update));
    update();
  }
  form.querySelectorAll('.isi-bila').forEach((hint) => { hint.hidden = true; });
  form.dataset.conditions = 'ready';
}

function conditionOf(wrapper) {
  return wrapper.dataset.hide.trim().replace(/^=/, '').trim();
}

// A hidden field counts as untouched for the other conditions, so one may decide another: repeat until all agree.
// A circle never does; then the second round counts, as in form-js.
function hiddenIn(form, wrappers, test) {
  const controls = controlsByName(form);
  const rounds = [ new Set() ];
  while (rounds.length <= MOST_ROUNDS) {
    const last = rounds.at(-1);
    const values = readAll(controls, last);
    const next = new Set(wrappers.filter((wrapper) => test(wrapper, values)));
    if (next.size === last.size && [ ...next ].every((wrapper) => last.has(wrapper))) {
      return next;
    }
    rounds.push(next);
  }
  return rounds[2];
}

function readAll(controls, hidden) {
  const values = {};
  for (const [ name, group ] of controls) {
    values[name] = isInside(group[0], hidden) ? untouchedValueOf(group) : valueOf(group);
  }
  return values;
}

function isInside(control, hidden) {
  let wrapper = control.closest('[data-hide]');
  while (wrapper && !hidden.has(wrapper)) {
    wrapper = wrapper.parentElement.closest('[data-hide]');
  }
  return wrapper !== null;
}

function show(wrappers, hidden) {
  wrappers.forEach((wrapper) => { wrapper.hidden = hidden.has(wrapper); });
}
