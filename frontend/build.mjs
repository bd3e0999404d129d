// Builds the style sheets and modules of the pages, and the FEEL engine for V8:
//   node build.mjs BROWSER_FOLDER V8_FOLDER        or        node build.mjs --test FOLDER
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

const kit = '../app/web/static';
const pages = {
  alur: `${kit}/css/alur.css`,
  form: `${kit}/css/form.css`,
  diagram: `${kit}/css/diagram.css`,
  app: `${kit}/js/app.js`,
  viewer: 'src/viewer.js',
  conditions: 'src/conditions.js'
};

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'linked',
  metafile: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning'
};

async function main([ first, second ]) {
  if (first === '--test') {
    const tests = [ 'form-js', 'lint', 'viewer' ].map((name) => `src/test/${name}.js`);
    return bundle(second, { entryPoints: tests, format: 'esm', external: [ 'node:*' ] });
  }
  await bundle(first, {
    entryPoints: pages,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]' // app.web.filters takes such a name for an address that never changes its content
  });
  await bundle(second, { entryPoints: { feel: 'src/feel-server.js' }, format: 'iife', banner: { js: '"use strict";' } });
}

async function bundle(folder, options) {
  const { metafile } = await build({ ...shared, ...options, outdir: folder });
  await writeFile(join(folder, 'LICENSES.txt'), await licences(Object.keys(metafile.inputs)));
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
