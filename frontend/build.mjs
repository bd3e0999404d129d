// Builds the style sheets and modules of the pages, and the FEEL engine for V8:
//   node build.mjs BROWSER_FOLDER V8_FOLDER        or        node build.mjs --test FOLDER
// Files for browsers bear the digest of their content in their name; manifest.json maps "app.js" to "app-XXXXXXXX.js".
// Beside each lie FILE.br and FILE.gz where that saves a tenth or more.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { build } from 'esbuild';

import { mendedFeelin } from './src/feel/feelin-plugin.mjs';

const kit = '../app/web/static';
// Of the fonts of bpmn-js's and dmn-js's signs only what browsers of today take.
const signs = {
  loader: { '.woff2': 'file', '.woff': 'empty', '.eot': 'empty', '.ttf': 'empty', '.svg': 'empty' },
  assetNames: '[name]-[hash]'
};
// What is built together shares chunks only where it says so: a page then waits for no file it knows nothing of.
const builds = [
  {
    entryPoints: [
      `${kit}/css/alur.css`,
      `${kit}/css/visitor.css`,
      `${kit}/css/form.css`,
      `${kit}/css/diagram.css`,
      `${kit}/css/sandbox.css`,
      `${kit}/css/forecast.css`,
      `${kit}/css/numbers.css`,
      `${kit}/css/sop-documents.css`,
      `${kit}/css/performance.css`,
      `${kit}/css/statistics.css`,
      `${kit}/js/app.js`,
      `${kit}/js/visitor.js`,
      `${kit}/js/passkeys.js`,
      `${kit}/icons/favicon.svg`
    ]
  },
  { entryPoints: [ 'src/viewer.js' ] },
  { entryPoints: [ 'src/studio-diagram.js' ], jsx: 'automatic', jsxImportSource: 'preact', ...signs },
  { entryPoints: [ 'src/studio-form.js' ] },
  { entryPoints: [ 'src/studio-decision.js' ], ...signs },
  {
    entryPoints: [ 'src/conditions.js' ],
    splitting: true, // FEEL is fetched by forms that have conditions
    alias: { '@lezer/highlight': './src/feel/no-highlight.js' }
  }
];

const encodings = {
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  gz: (content) => promisify(gzip)(content, { level: 9 })
};

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'linked',
  metafile: true,
  plugins: [ mendedFeelin ],
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning'
};

async function main([ first, second ]) {
  if (first === '--test') {
    const tests = [ 'form-js', 'lint', 'viewer' ].map((name) => `src/test/${name}.js`);
    return bundle(second, { entryPoints: tests, format: 'esm', external: [ 'node:*' ], plugins: [] }); // they judge ours
  }
  const named = { format: 'esm', loader: { '.svg': 'copy' }, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]' };
  const names = await bundle(first, ...builds.map((one) => ({ ...named, ...one, loader: { ...named.loader, ...one.loader } })));
  await list(first, names);
  await Promise.all(names.map((name) => compress(join(first, name))));
  await bundle(second, { entryPoints: { feel: 'src/feel-server.js' }, format: 'iife', banner: { js: '"use strict";' } });
}

// Returns the names of the files that it made.
async function bundle(folder, ...all) {
  const made = await Promise.all(all.map((options) => build({ ...shared, ...options, outdir: folder })));
  const [ inputs, outputs ] = [ 'inputs', 'outputs' ].map((part) => made.flatMap(({ metafile }) => Object.keys(metafile[part])));
  await writeFile(join(folder, 'LICENSES.txt'), await licences(inputs));
  return outputs.map((path) => basename(path)).sort();
}

async function list(folder, names) {
  const manifest = Object.fromEntries(names.map((name) => [ name.replace(/-[0-9A-Z]{8}(?=\.\w+$)/, ''), name ]));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
}

async function compress(path) {
  const content = await readFile(path);
  for (const [ suffix, encode ] of Object.entries(encodings)) {
    const encoded = await encode(content);
    if (encoded.length < content.length * 0.9) {
      await writeFile(`${path}.${suffix}`, encoded);
    }
  }
}

// The licences of all packages that went into a bundle; each asks to be shipped with its code.
async function licences(inputs) {
  const names = inputs.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
  const texts = await Promise.all([ ...new Set(names) ].sort().map(licence));
  return texts.join('\n\n');
}

async function licence(name) {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), 'utf8') : '';
  return `==== ${name} ${version} (${license}) ====\n${text.trim()}\n`;
}

await main(process.argv.slice(2));
