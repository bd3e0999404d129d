// Texts of forms: templates filled in by feelers, markdown by marked, as form-js does; what comes out is cleaned after.
import { evaluate, parse, parseToSimpleTree } from 'feelers';
import { Marked } from 'marked';

import { answer } from './answer.js';
import { clockAt, useLocalZone } from './clock.js';
import { inspect, spots } from './names.js';

const MOST_CHARS = 80_000;
const UNREADABLE = ' ⚠ ';
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#039;', '{': '&#123;', '}': '&#125;' };

// Headings start at the second level, below the title of the page; pictures from elsewhere stay out.
const markdown = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    heading({ tokens, depth }) {
      const level = Math.min(depth + 1, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    image({ text }) {
      return escaped(text);
    }
  }
});

const ways = {
  line: (text, scope) => filled(text, scope).split('\n')[0],
  text: (text, scope, strict) => markdown.parse(filled(text, scope, { strict })),
  html: (text, scope, strict) => filled(text, scope, { strict, sanitizer: (value) => escaped(value ?? '') })
};

globalThis.texts = { render, look, spots: spotsIn };

/** Return for each { way, text, strict, local } of a JSON request what it says; as JSON. */
function render(json) {
  const { now, zone, context, items } = JSON.parse(json);
  useLocalZone(zone);
  const clock = clockAt(now);
  const said = items.map(({ way, text, strict, local }) => ways[way](text, { ...local, ...context, ...clock }, strict));
  return answer(said.map((text) => text.slice(0, MOST_CHARS)));
}

function filled(text, scope, options = {}) {
  return isTemplate(text) ? evaluate(text, scope, { debug: true, buildDebugString: () => UNREADABLE, ...options }) : text;
}

function isTemplate(text) {
  return text.startsWith('=') || /{{.*?}}/.test(text);
}

function escaped(text) {
  return String(text).replace(/[&<>"'{}]/g, (sign) => ENTITIES[sign]);
}

/**
 * Return for each template of a JSON list what is wrong with it (null or a text), which names it reads, which functions
 * nobody knows it calls, and which ways from `this` and `parent` it takes.
 */
function look(json) {
  return answer(JSON.parse(json).map(lookAt));
}

function lookAt(text) {
  if (!isTemplate(text)) {
    return { error: null, reads: [], calls: [], paths: [] };
  }
  const facts = expressionsIn(parseToSimpleTree(text)).map(({ feel, looped }) => ({ feel, looped, ...inspect(feel, 'expression') }));
  const wrong = facts.find((fact) => fact.error);
  return {
    error: wrong ? wrong.feel : broken(text),
    reads: [ ...new Set(facts.flatMap((fact) => [ ...fact.names, ...fact.maybe ])) ],
    calls: [ ...new Set(facts.flatMap((fact) => fact.calls)) ],
    paths: [ ...new Set(facts.flatMap(pathsOf)) ]
  };
}

/** Return for each template of a JSON list where it reads, as `spots` does, with a third entry: inside a loop. */
function spotsIn(json) {
  return answer(JSON.parse(json).map((text) => (isTemplate(text) ? spotsOf(text) : [])));
}

function spotsOf(text) {
  const found = [];
  const loops = []; // where the bodies of loops end
  parse(text).iterate({
    enter(node) {
      if (node.name === 'LoopSpanner') {
        loops.push({ head: node.node.getChild('FeelBlock')?.to ?? node.from, end: node.to });
      }
      if (node.name === 'Feel' || node.name === 'FeelBlock') {
        const looped = loops.some(({ head, end }) => node.from >= head && node.to <= end);
        const before = [ ...text.slice(0, node.from) ].length;
        for (const [ steps, perhaps ] of spots(text.slice(node.from, node.to), 'expression')) {
          found.push([ steps.map(([ name, from, to ]) => [ name, from + before, to + before ]), perhaps, looped ]);
        }
        return false;
      }
    }
  });
  return found;
}

function expressionsIn(node, looped = false) {
  const own = [ 'Feel', 'FeelBlock' ].includes(node.name) ? [ { feel: node.content, looped } ] : [];
  const inner = node.children ?? [];
  return [ ...own, ...inner.flatMap((child, place) => expressionsIn(child, looped || (node.name === 'LoopSpanner' && place > 0))) ];
}

// In a loop `this` is an entry of the list.
function pathsOf({ paths, looped }) {
  return looped ? paths.filter((path) => !/^_?this/.test(path)) : paths;
}

function broken(text) {
  let found = null;
  parse(text).iterate({
    enter(node) {
      if (node.type.isError) {
        found ??= text.slice(node.from, node.to + 20) || text.slice(-20);
      }
    }
  });
  return found;
}
