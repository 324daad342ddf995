// The rules for the page's script, which is linted as it is served: the parts are one function.
const browser = (
  'AbortController AbortSignal Blob CSSStyleSheet Element HTMLElement MessageChannel MutationObserver Response ShadowRoot ' +
  'TextEncoder URL addEventListener clearInterval clearTimeout customElements document fetch localStorage location ' +
  'matchMedia navigator performance sessionStorage setInterval setTimeout'
).split(' ');

export default [
  {
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: 'script',
      globals: Object.fromEntries(browser.map((name) => [name, 'readonly'])),
    },
    rules: {
      'no-undef': 'error',
      'no-unused-vars': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-script-url': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-fallthrough': 'error',
      'no-unreachable': 'error',
      'no-self-assign': 'error',
      'no-shadow-restricted-names': 'error',
      'no-control-regex': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc'].map((property) => ({
          property,
          message: 'text must never become markup',
        })),
      ],
    },
  },
];
