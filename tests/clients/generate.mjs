// Makes typescript/generated.ts from the schema and the operations: node generate.mjs, or with --check to be told whether it is as it must be.
import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';

const schemaFile = new URL('../../schema/schema.graphql', import.meta.url);
const operationsFile = new URL('typescript/operations.graphql', import.meta.url);
const generatedFile = new URL('typescript/generated.ts', import.meta.url);

// JSON has no type for these; `unknown` must be looked at before it is used.
const scalars = { ID: 'string', Position: 'string', Date: 'string', DateTime: 'string', UUID: 'string', JSON: 'unknown' };
const config = { scalars, strictScalars: true, enumsAsTypes: true, useTypeImports: true, skipTypename: true };

const generated = await codegen({
  filename: 'generated.ts',
  schema: parse(await readFile(schemaFile, 'utf8')),
  schemaAst: buildSchema(await readFile(schemaFile, 'utf8')),
  documents: [{ document: parse(await readFile(operationsFile, 'utf8')) }],
  config,
  plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
  pluginMap: { typescriptOperations, typedDocumentNode },
});
const text = `// Made by generate.mjs from the schema and operations.graphql: not to be edited.\n${generated.trimEnd()}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(generatedFile, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error('typescript/generated.ts is not what the schema gives: run `node generate.mjs` in tests/clients');
    process.exit(1);
  }
} else {
  await writeFile(generatedFile, text);
}
