// Lints schema/schema.graphql, from the repository's root: every rule of graphql-eslint for schemas but those below.
import graphql from '@graphql-eslint/eslint-plugin';

const { 'flat/schema-all': all, 'flat/schema-recommended': recommended, 'flat/schema-relay': relay } = graphql.configs;

/** Where the contract is otherwise on purpose. */
const otherwise = {
  // Fields stand in the order in which they are read; the values of a list in the order of the offices' forms.
  'alphabetize': 'off',
  // It is there to forbid mutations and subscriptions, which this service is about.
  'no-root-type': 'off',
  // The schema is made from code, where nothing unreachable gets into it, but for the directive `specifiedBy`, which is GraphQL's own.
  'no-unreachable-types': 'off',
  // Figures, steps and pages are values: only a person has an id.
  'strict-id-in-types': 'off',
  // `me` cannot fail, and a command without a result has an error.
  'require-nullable-result-in-root': 'off',
  // Lists are read forwards only.
  'relay-arguments': ['error', { includeBoth: false }],
  // There is no `node` field to find things by. Short lists, such as a person's history, come as they are.
  'relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
  // A page of the log always says how far it was looked through, so its page info is stricter than `PageInfo`.
  'relay-connection-types': 'off',
};

const named = Object.entries(otherwise).map(([name, setting]) => [`@graphql-eslint/${name}`, setting]);

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/schema.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: { ...recommended.rules, ...relay.rules, ...all.rules, ...Object.fromEntries(named) },
  },
];
