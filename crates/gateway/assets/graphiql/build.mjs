// Builds the files in built/ that the gateway carries: `npm ci && npm run build`.
//
// GraphiQL 3 is the last with CodeMirror: one script of some 400 kB (gzip), no web workers, no 'unsafe-eval'. GraphiQL 5 brings the
// Monaco editor, which is several times larger and needs workers. It is pinned with everything below it by package-lock.json.

import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, 'built');

/** Packages under the MIT licence that ship no text of it. */
const HOLDERS_OF_MIT = {
  '@headlessui/react': 'Tailwind Labs',
  'client-only': 'Meta Platforms, Inc. and affiliates',
  'react-compiler-runtime': 'Meta Platforms, Inc. and affiliates',
  'react-remove-scroll-bar': 'Anton Korzunov',
  'toggle-selection': 'sudodoki',
};

const MIT = `Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const result = await build({
  absWorkingDir: here,
  entryPoints: { graphiql: 'source/main.jsx' },
  outdir: 'built',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  charset: 'utf8',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  metafile: true,
  write: false,
  plugins: [{ name: 'system-fonts', setup: withoutFonts }],
});

await mkdir(built, { recursive: true });
for (const { path, contents } of result.outputFiles) {
  await save(path, contents);
}
await writeFile(join(built, 'LICENSES.txt'), await licenses(Object.keys(result.metafile.inputs)));

/** The fonts inside the style sheet are most of it, and have no Chinese: the system's are used. */
function withoutFonts({ onLoad }) {
  onLoad({ filter: /node_modules.*\.css$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    return { contents: text.replace(/@font-face\s*\{[^}]*\}/g, ''), loader: 'css' };
  });
}

async function save(path, contents) {
  const bytes = gzipSync(contents, { level: 9 });
  // The system that compressed it stands in the tenth byte: the same files everywhere.
  bytes[9] = 255;
  await writeFile(`${path}.gz`, bytes);
  console.log(`${path.slice(here.length + 1)}: ${contents.length} bytes, ${bytes.length} compressed`);
}

/** The licence of every package of which something is in the script or the style sheet. */
async function licenses(inputs) {
  const folders = new Set(
    inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter(Boolean),
  );
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(here, folder, 'package.json'), 'utf8'));
    texts.push(`${'='.repeat(80)}\n${name} ${version}: ${license}\n\n${await licenseOf(folder, name, license)}`);
  }
  return texts.join('\n');
}

async function licenseOf(folder, name, license) {
  const file = (await readdir(join(here, folder))).find((file) => /^licen[sc]e/i.test(file));
  if (file) return readFile(join(here, folder, file), 'utf8');
  const holder = HOLDERS_OF_MIT[name];
  if (license !== 'MIT' || !holder) throw new Error(`${name} ships no licence text: add who holds its rights`);
  return MIT.replace('{holder}', holder);
}
