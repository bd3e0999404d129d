// What Camunda Modeler reports on opening the diagrams named, as JSON: a list for each file. Never shipped.
import { readFile } from 'node:fs/promises';

import { Linter } from '@camunda/linting';

const linter = new Linter({ modeler: 'desktop', type: 'cloud' });
const reports = await Promise.all(process.argv.slice(2).map(async (path) => linter.lint(await readFile(path, 'utf8'))));
console.log(JSON.stringify(reports));
