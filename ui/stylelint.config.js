const rawColourFunctions = ['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'color'];

export default {
  extends: ['stylelint-config-standard', 'stylelint-config-html/svelte'],
  rules: {
    // Colours have roles; their values stand in one file.
    'color-no-hex': true,
    'color-named': 'never',
    'function-disallowed-list': rawColourFunctions,
    'selector-pseudo-class-no-unknown': [true, { ignorePseudoClasses: ['global'] }],
    // States are named as the backend names them.
    'selector-class-pattern': '^[a-z][a-z0-9_-]*$',
    'color-hex-length': 'long',
    // Scoped styles sort by subject, not by weight of selector.
    'no-descending-specificity': null,
    'declaration-empty-line-before': null,
    'custom-property-empty-line-before': null,
    // The names of system colours in forced-colors mode are written as the standard writes them.
    'value-keyword-case': ['lower', { ignoreKeywords: ['/^[A-Z][a-zA-Z]+$/', 'optimizeLegibility'] }],
  },
  overrides: [
    {
      files: ['src/styles/tokens.css'],
      rules: { 'color-no-hex': null, 'function-disallowed-list': null },
    },
  ],
};
